"""People to forget -> where they are: their ids, their lines in the lake, who names them."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from warehouse.errors import UserError
from warehouse.feeds import EVENTS, FEEDS
from warehouse.judging.erased import ID_COLUMNS, ids_in, spelled
from warehouse.lake.layout import Load, loads_with, quarantine_path, rows_path, schema_of
from warehouse.lake.loads import loaded
from warehouse.serving.marts import open_marts
from warehouse.settings import Settings
from warehouse.storage.places import is_file, readable

pc: Any = pyarrow.compute  # its functions are made when it is imported

# What may stand in an id: a shorter id inside a longer one is another person.
ID_LETTER = rb"[\w.@:-]"
FREE_COLUMNS = ("properties", "traits", "context")


@dataclass(frozen=True)
class People:
    """Who is forgotten: ids they are known by, and the anonymous ids that are theirs alone.

    Ids are as the judge writes them; whatever is compared with them is first written so too.
    """

    known: frozenset[str]
    anonymous: frozenset[str]

    @property
    def ids(self) -> frozenset[str]:
        """All of them."""
        return self.known | self.anonymous

    def own(self, table: pa.Table) -> pa.ChunkedArray:
        """Mark the rows that are theirs; a signed-in stranger on their device is none.

        A feed that does not have a column has nobody in it.
        """
        nobody = pa.chunked_array([pa.nulls(len(table), pa.string())])
        for name in ID_COLUMNS:
            if name not in table.column_names:
                table = table.append_column(name, nobody)
        unnamed = pc.and_(
            pc.is_null(table["user_id"]), _among(table["anonymous_id"], self.anonymous)
        )
        named = _among(table["user_id"], self.known)
        return pc.or_(pc.or_(named, unnamed), _among(table["previous_id"], self.ids))

    def own_line(self, line: bytes) -> bool:
        """Tell whether a line that could not be accepted is theirs; in doubt it is."""
        return any(spelled(each) in self.ids for each in ids_in(line))


def mentions(content: bytes, ids: Collection[str]) -> bool:
    """Tell whether bytes contain one of the ids, plain or as JSON writes it."""
    for text in ids:
        for written in {text.encode(), json.dumps(text)[1:-1].encode()}:
            whole = rb"(?<!%b)%b(?!%b)" % (ID_LETTER, re.escape(written), ID_LETTER)
            if written in content and re.search(whole, content):
                return True
    return False


def people_of(settings: Settings, user_ids: Collection[str]) -> People:
    """Find every id of these users, by the identities of the last build and by the lake."""
    known, anonymous = {spelled(each) for each in user_ids} - {""}, set()
    identities = _identities(settings)
    # Who was an account once is forgotten as the one they are now.
    known.update(
        spelled(now)
        for was, is_visitor, now in identities
        if not is_visitor and spelled(was) in known
    )
    given = frozenset(known)
    for actor, is_anonymous, user in identities:
        if spelled(user) in given:
            (anonymous if is_anonymous else known).add(spelled(actor))
    owners: dict[str, set[str]] = {}
    for table in _lake_ids(settings):
        # A visitor's id comes beside its user, or is named by a line that says who they became.
        for column in ID_COLUMNS[1:]:
            both = table.filter(pc.and_(pc.is_valid(table["user_id"]), pc.is_valid(table[column])))
            pairs = both.group_by(["user_id", column]).aggregate([])
            users, visitors = (pairs[name].to_pylist() for name in ("user_id", column))
            for user, visitor in zip(users, visitors, strict=True):
                owners.setdefault(spelled(visitor), set()).add(spelled(user))
    anonymous.update(visitor for visitor, users in owners.items() if users <= known)
    # One id may be both: a visitor's, and by an alias a former one of the user. Who never signed in
    # has no other; the device of somebody else stays.
    anonymous.update(each for each in known if owners.get(each, set()) <= known)
    return People(frozenset(known), frozenset(anonymous))


def unknown_ids(settings: Settings, user_ids: Collection[str]) -> list[str]:
    """Return those of the ids that stand in no row of the lake and in no line set aside."""
    wanted = {spelled(each): each for each in user_ids}
    for user in {user for _, _, user in _identities(settings)} & wanted.keys():
        del wanted[user]
    for feed in FEEDS:
        for table in _lake_ids(settings, feed) if wanted else ():
            for column in set(ID_COLUMNS) & set(table.column_names):
                for each in table[column].unique().to_pylist():
                    wanted.pop(spelled(each) if each else "", None)
    for feed in FEEDS:
        for load in loads_with(settings, "quarantine", feed) if wanted else ():
            lines = pq.read_table(readable(quarantine_path(settings, load)), partitioning=None)
            for line in lines["line"].to_pylist():
                for each in ids_in(line):
                    wanted.pop(spelled(each), None)
    return sorted(wanted.values())


def lines_of(settings: Settings, people: People, load: Load) -> dict[str, set[int]]:
    """Return the lines of these people in a load by file, accepted or set aside."""
    path = readable(rows_path(settings, load))
    columns = [*_id_columns(load.feed), "source_file", "source_line"]
    table = _mortal(pq.read_table(path, columns=columns, partitioning=None), load.feed)
    own = table.filter(people.own(table))
    places = list(zip(own["source_file"].to_pylist(), own["source_line"].to_pylist(), strict=True))
    aside = quarantine_path(settings, load)
    if is_file(aside):
        places += [
            (row["source_file"], row["source_line"])
            for row in pq.read_table(readable(aside), partitioning=None).to_pylist()
            if row["source_line"] and people.own_line(row["line"])
        ]
    found: dict[str, set[int]] = {}
    for file, line in places:
        found.setdefault(file, set()).add(line)
    return found


def mentioned_in(settings: Settings, people: People) -> int:
    """Count the lines of others that name one of these people in what they say."""
    count = 0
    for load in loaded(settings).values():
        path = readable(rows_path(settings, load))
        table = pq.read_table(path, columns=list(FREE_COLUMNS), partitioning=None)
        found = pa.repeat(False, len(table))
        for column in FREE_COLUMNS:
            for text in people.ids:
                here = pc.match_substring(table[column], json.dumps(text)[1:-1])
                found = pc.or_(found, pc.fill_null(here, False))
        rows = table.filter(found).to_pylist()
        count += sum(mentions(json.dumps(list(row.values())).encode(), people.ids) for row in rows)
    return count


def _among(column: pa.ChunkedArray, ids: frozenset[str]) -> pa.ChunkedArray:
    """Mark the values that are one of the ids, however they are written."""
    hits = [each for each in column.unique().to_pylist() if each and spelled(each) in ids]
    return pc.is_in(column, value_set=pa.array(hits, pa.string()))


def _identities(settings: Settings) -> list[tuple[str, bool, str]]:
    if not settings.build_db.is_file() or not settings.serving_build_db.is_file():
        return []
    with open_marts(settings) as build:
        try:
            return build.execute(
                "select actor_id, is_anonymous, user_id from build.intermediate.int_identity_map"
            ).fetchall()
        except duckdb.CatalogException:
            return []
        except duckdb.IOException as error:
            raise UserError(
                f"the tables of the last build cannot be read: {error}",
                where=str(settings.build_db),
                cure="a run ended half-way: let `userops run` end well first",
            ) from error


def _lake_ids(
    settings: Settings, feed: str = EVENTS, first: date = date.min, last: date = date.max
) -> Iterator[pa.Table]:
    for load in sorted(loads_with(settings, "rows", feed)):
        if first <= load.day <= last:
            path = readable(rows_path(settings, load))
            table = pq.read_table(path, columns=_id_columns(feed), partitioning=None)
            yield _mortal(table, feed)


def _id_columns(feed: str) -> list[str]:
    """Return the columns of a feed that say whose a row is, and whether it goes with them."""
    wanted = [*ID_COLUMNS, FEEDS[feed].outlives]
    return [name for name in wanted if name in schema_of(feed).names]


def _mortal(table: pa.Table, feed: str) -> pa.Table:
    """Leave out the rows that stay when whom they name is forgotten."""
    column = FEEDS[feed].outlives
    return table.filter(pc.is_null(table[column])) if column else table
