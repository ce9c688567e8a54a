"""Exported lists and the last build -> who must come off them, and why: reads, changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.errors import UserError
from warehouse.exports.folder import damaged
from warehouse.exports.listed import broken, export_folders, list_id, manifest_of
from warehouse.rules.effective import rule_in_effect
from warehouse.serving.marts import open_marts
from warehouse.settings import Settings

LISTED = pa.schema(
    [
        ("as_of_date", pa.date32()),
        ("channel", pa.string()),
        ("user_id", pa.string()),
        ("address", pa.string()),
    ]
)
# The first reason in the order of the policy, by the user and by the address in the file, which may
# be a former one. Of whom nothing is known, the default of the channel speaks; who was listed and
# merely never said a word has refused nothing, whatever the default is by now. An id may mean more
# than one user by now: each is judged.
PLACES = """
with

judged as (

    select
        listed.as_of_date,
        listed.channel,
        listed.user_id,
        case
            when contacts.is_erased then 1
            when
                closed.reason = 'no_consent'
                or (
                    coalesce(contacts.has_word, true)
                    and not coalesce(
                        contacts.has_consent, channels.consent_default = 'granted', false
                    )
                )
                then 2
            when closed.reason = 'suppressed' or contacts.is_suppressed then 3
            when closed.reason = 'no_contact' or contacts.contact is null then 4
        end as step
    from listed
    left join build.intermediate.int_named_ids as named_ids
        on listed.user_id = named_ids.named_id
    left join build.intermediate.int_contacts as contacts
        on
            coalesce(named_ids.user_id, listed.user_id) = contacts.user_id
            and listed.channel = contacts.channel
    left join build.intermediate.int_closed_addresses as closed
        on
            listed.channel = closed.channel
            and listed.address = closed.address
    left join build.rules.channels as channels
        on listed.channel = channels.channel

)

select
    as_of_date,
    channel,
    user_id,
    ['erased', 'no_consent', 'suppressed', 'no_contact'][min(step)] as reason
from judged
where step is not null
group by all
"""
# Whoever deleted the account and opened no channel since stands in no file. A cell may have an
# apostrophe before the id.
ERASED_ROWS = """
with erased as (
    select user_id from build.intermediate.int_contacts group by user_id having bool_and(is_erased)
)
select distinct rows.filename, erased.user_id
from read_csv(
    $files, all_varchar = true, header = true, delim = ',', quote = '"', escape = '"',
    filename = true, union_by_name = true
) as rows
inner join erased
    on rows.user_id = erased.user_id or rows.user_id = concat(chr(39), erased.user_id)
"""


@dataclass(frozen=True, order=True)
class Place:
    """A place on an exported list that its user must leave, and why."""

    as_of_date: date
    channel: str
    user_id: str
    reason: str

    @property
    def list_id(self) -> str:
        """Return the id of the list."""
        return list_id(self.as_of_date, self.channel)


def to_withdraw(settings: Settings, as_of_date: date) -> list[Place]:
    """Return who must come off the lists of the last `recall_withdraw_days`, by the last build.

    Judged are the user and the address in the file, which may be a former one. Raises UserError
    for a file of these lists that is damaged or missing, and for a build that cannot be asked.
    """
    folders = looked_at(settings, as_of_date)
    fields = {
        row["channel"]: row["contact_field"] for row in rule_in_effect(settings, "channels").rows
    }
    listed = pa.concat_tables(
        [
            LISTED.empty_table(),
            *(table for day, folder in folders.items() for table in _listed(folder, day, fields)),
        ]
    )
    if not len(listed):
        return []
    with open_marts(settings) as connection:
        connection.register("listed", listed)
        return sorted(Place(*row) for row in _ask(connection, settings, PLACES))


def looked_at(settings: Settings, as_of_date: date) -> dict[date, Path]:
    """Return the folders of the last `recall_withdraw_days`, by day."""
    rows = rule_in_effect(settings, "parameters").rows
    [days] = [int(row["value"]) for row in rows if row["parameter"] == "recall_withdraw_days"]
    since = as_of_date - timedelta(days=days)
    return {day: folder for day, folder in export_folders(settings).items() if day > since}


def known_until(settings: Settings) -> date:
    """Return the newest load day in the tables: what landed later is not known to them."""
    with open_marts(settings) as connection:
        [(newest,)] = _ask(
            connection,
            settings,
            "select max(load_date) from serving.marts.load_ledger where is_admitted",
        )
    return newest


def _listed(folder: Path, day: date, fields: Mapping[str, str]) -> Iterable[pa.Table]:
    """Read users and addresses of the lists of a folder, each file proved to be as exported."""
    for name, mark in manifest_of(folder)["files"].items():
        if fault := damaged(folder, name, mark):
            raise broken(fault)
        channel, _, ending = name.rpartition(".")
        if ending != "parquet" or not mark["rows"]:
            continue
        rows = pq.ParquetFile(folder / name).read()
        field = fields.get(channel, "")
        nothing = pa.nulls(len(rows), pa.string())
        columns = {
            "as_of_date": pa.repeat(pa.scalar(day, pa.date32()), len(rows)),
            "channel": pa.repeat(channel, len(rows)),
            "user_id": rows["user_id"],
            "address": rows[field] if field in rows.column_names else nothing,
        }
        yield pa.table(columns).cast(LISTED)


def erased_users(settings: Settings, files: Sequence[Path]) -> dict[Path, set[str]]:
    """Return which of these CSV files name users who may stand in no file, and these users."""
    if not files:
        return {}
    with open_marts(settings) as connection:
        found = _ask(connection, settings, ERASED_ROWS, {"files": list(map(str, files))})
    named: dict[Path, set[str]] = {}
    for file, user in found:
        named.setdefault(Path(file), set()).add(user)
    return named


def _ask(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    text: str,
    values: Mapping[str, Any] | None = None,
) -> list[tuple[Any, ...]]:
    try:
        return connection.execute(text, values or {}).fetchall()
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise UserError(
            "the tables do not yet say who may be contacted",
            where=str(settings.build_db),
            cure="they are of an older version: let `userops run` end well first",
        ) from error
