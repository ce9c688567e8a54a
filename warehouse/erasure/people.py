"""People to forget -> where they are: their ids, their lines in the lake, who came back."""

import hashlib
import json
import re
import secrets
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
from warehouse.lake.layout import Load, loads_with, quarantine_path, rows_path, schema_of
from warehouse.lake.loads import loaded
from warehouse.serving.marts import open_marts
from warehouse.settings import Settings
from warehouse.storage.files import write_text_atomically
from warehouse.storage.places import is_file, readable

pc: Any = pyarrow.compute  # its functions are made when it is imported

TOMBSTONES = "erased.json"
ID_COLUMNS = ["user_id", "anonymous_id", "previous_id"]
FREE_COLUMNS = ("properties", "traits", "context")
ID_FIELDS = ("userId", "anonymousId", "previousId")
PRIVATE = 0o600
# What may stand in an id: a shorter id inside a longer one is another person.
ID_LETTER = rb"[\w.@:-]"


@dataclass(frozen=True)
class People:
    """Who is forgotten: ids they are known by, and the anonymous ids that are theirs alone."""

    known: frozenset[str]
    anonymous: frozenset[str]

    def own(self, table: pa.Table) -> pa.ChunkedArray:
        """Mark the rows that are theirs; a signed-in stranger on their device is none.

        A feed that does not have a column has nobody in it.
        """
        nobody = pa.chunked_array([pa.nulls(len(table), pa.string())])
        for name in ID_COLUMNS:
            if name not in table.column_names:
                table = table.append_column(name, nobody)
        known, anonymous = pa.array(self.known, pa.string()), pa.array(self.anonymous, pa.string())
        both = pa.array(self.known | self.anonymous, pa.string())
        unnamed = pc.and_(
            pc.is_null(table["user_id"]), pc.is_in(table["anonymous_id"], value_set=anonymous)
        )
        named = pc.is_in(table["user_id"], value_set=known)
        return pc.or_(pc.or_(named, unnamed), pc.is_in(table["previous_id"], value_set=both))

    def own_line(self, line: bytes) -> bool:
        """Tell whether a line that could not be accepted is theirs; in doubt it is."""
        try:
            fields = json.loads(line)
        except ValueError:
            fields = None
        ids = self.known | self.anonymous
        if isinstance(fields, dict) and any(fields.get(name) for name in ID_FIELDS):
            return any(str(fields.get(name)) in ids for name in ID_FIELDS)
        return mentions(line, ids)


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
    known, anonymous = set(user_ids), set()
    for actor, is_anonymous, user in _identities(settings):
        if user in user_ids:
            (anonymous if is_anonymous else known).add(actor)
    owners: dict[str, set[str]] = {}
    for _, table in _lake_ids(settings):
        both = table.filter(
            pc.and_(pc.is_valid(table["user_id"]), pc.is_valid(table["anonymous_id"]))
        )
        pairs = both.group_by(["user_id", "anonymous_id"]).aggregate([])
        for user, device in zip(*(pairs[c].to_pylist() for c in ID_COLUMNS[:2]), strict=True):
            owners.setdefault(device, set()).add(user)
    anonymous.update(device for device, users in owners.items() if users <= known)
    return People(frozenset(known), frozenset(anonymous - known))


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
    ids = people.known | people.anonymous
    count = 0
    for load in loaded(settings).values():
        path = readable(rows_path(settings, load))
        table = pq.read_table(path, columns=list(FREE_COLUMNS), partitioning=None)
        found = pa.repeat(False, len(table))
        for column in FREE_COLUMNS:
            for text in ids:
                here = pc.match_substring(table[column], json.dumps(text)[1:-1])
                found = pc.or_(found, pc.fill_null(here, False))
        rows = table.filter(found).to_pylist()
        count += sum(mentions(json.dumps(list(row.values())).encode(), ids) for row in rows)
    return count


def remember(settings: Settings, people: People) -> None:
    """Keep a salted hash of each id, from which no id can be read, to know them again."""
    path = settings.home / TOMBSTONES
    kept = _tombstones(settings) or {"salt": secrets.token_hex(16), "hashes": []}
    hashes = {_hash(kept["salt"], text) for text in people.known | people.anonymous}
    kept["hashes"] = sorted(hashes.union(kept["hashes"]))
    text = json.dumps(kept, indent=1) + "\n"
    write_text_atomically(path, text, mode=PRIVATE)


def returned(settings: Settings, first: date = date.min, last: date = date.max) -> list[str]:
    """Return the ids in some load days of the lake that were erased before."""
    kept = _tombstones(settings)
    if not kept:
        return []
    hashes = set(kept["hashes"])
    ids: set[str] = set()
    for feed in FEEDS:
        for _, table in _lake_ids(settings, first, last, feed):
            for column in {"user_id", "anonymous_id"} & set(table.column_names):
                ids.update(text for text in table[column].unique().to_pylist() if text)
    return sorted(text for text in ids if _hash(kept["salt"], text) in hashes)


def _tombstones(settings: Settings) -> dict[str, Any] | None:
    path = settings.home / TOMBSTONES
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _hash(salt: str, text: str) -> str:
    return hashlib.blake2b(text.encode(), key=bytes.fromhex(salt), digest_size=20).hexdigest()


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
    settings: Settings, first: date = date.min, last: date = date.max, feed: str = EVENTS
) -> Iterator[tuple[date, pa.Table]]:
    for load in sorted(loads_with(settings, "rows", feed)):
        if first <= load.day <= last:
            path = readable(rows_path(settings, load))
            table = pq.read_table(path, columns=_id_columns(feed), partitioning=None)
            yield load.day, _mortal(table, feed)


def _id_columns(feed: str) -> list[str]:
    """Return the columns of a feed that say whose a row is, and whether it goes with them."""
    wanted = [*ID_COLUMNS, FEEDS[feed].outlives]
    return [name for name in wanted if name in schema_of(feed).names]


def _mortal(table: pa.Table, feed: str) -> pa.Table:
    """Leave out the rows that stay when whom they name is forgotten."""
    column = FEEDS[feed].outlives
    return table.filter(pc.is_null(table[column])) if column else table
