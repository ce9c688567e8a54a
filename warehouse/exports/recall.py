"""``marts.recall_list`` of one day -> one file per channel, with the contact its sender needs.

A list that was exported is a decision: it is kept, also when the marts would now decide otherwise.
Only who may not be contacted any more is taken out of it (``withdrawn``).
"""

import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from warehouse.errors import UserError
from warehouse.exports.folder import (
    ExportReport,
    as_exported,
    read_manifest,
    verify_export,
    write_manifest,
    write_query,
)
from warehouse.exports.listed import bring_in_line, broken, list_id
from warehouse.exports.withdrawn import FILE_MODE, FOLDER_MODE, WITHDRAWN, withdraw
from warehouse.rules.effective import rule_in_effect
from warehouse.serving.marts import open_marts
from warehouse.settings import Settings
from warehouse.sql import quoted
from warehouse.storage.files import COMPARED, remove_folder, replace_folder

UNTREATED_ARMS = ("control", "holdout")
PURPOSE = "recall: contact these users once, by this channel, not before send_after"
# Who is listed, with the contact as it stands now.
LISTED = (
    "from serving.marts.recall_list as list left join build.intermediate.int_contacts as contacts"
    " on contacts.user_id = list.user_id and contacts.channel = list.channel"
    " left join build.intermediate.int_recall_details as details on details.user_id = list.user_id"
)
RULE = (
    "Decided by policy on as_of_date and never rewritten, but that whoever may not be contacted any"
    " more is taken out and named in withdrawn.csv: use the files as they are on the day of sending"
    " (userops recall check). Nobody in excluded.csv may be contacted; its control users are what"
    " the effect is measured against. Report messages with the list_id. CSV cells that would run as"
    " a formula in a spreadsheet have a leading apostrophe; Parquet has plain values."
)


def export_recall(settings: Settings, *, as_of_date: date) -> ExportReport:
    """Write the day's recall list, whole or not at all, readable by its owner only.

    An existing folder for the day stands: equal content is left alone (or mended, if a file of it
    was damaged), different content is not written and the report says ``kept``. Then who may not
    be contacted any more leaves the lists of the last days, this one's too, and the lake is told.
    """
    folder = settings.exports_dir / "recall" / f"as_of={as_of_date.isoformat()}"
    folder.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    folder.parent.chmod(FOLDER_MODE)
    for left in folder.parent.glob(f"{COMPARED}*"):  # by a run that was killed
        remove_folder(left)
    channels = contact_fields(settings)
    with open_marts(settings) as connection:
        _refuse_unsendable(connection, as_of_date, channels)
        write = partial(_write, connection, as_of_date, channels)
        if not folder.exists():
            replace_folder(folder, write, mode=FOLDER_MODE)
            report = ExportReport(folder, as_of_date, _rows(folder), changed=True)
        else:
            with tempfile.TemporaryDirectory(prefix=COMPARED, dir=folder.parent) as scratch:
                write(Path(scratch))
                report = _keep_or_mend(folder, Path(scratch), as_of_date, write)
    withdrawn = withdraw(settings, as_of_date)
    bring_in_line(settings)
    return replace(report, rows=_rows(folder), withdrawn=len(withdrawn))


def contact_fields(settings: Settings) -> dict[str, str]:
    """Return the channels in effect, each with the contact detail that its file names."""
    rows = rule_in_effect(settings, "channels").rows
    return {row["channel"]: row["contact_field"] for row in rows}


def _keep_or_mend(
    folder: Path, scratch: Path, as_of_date: date, write: Callable[[Path], None]
) -> ExportReport:
    standing = read_manifest(folder)
    if standing is None:
        raise UserError(
            "an exported recall list has lost its manifest, so what was sent is not known",
            where=str(folder),
            cure="restore the folder from a backup, or move it away to export the day anew",
        )
    same = _decisions(standing) == _decisions(read_manifest(scratch) or {"files": {}})
    damage = verify_export(folder)
    mend = same and bool(damage)
    if damage and not same:
        raise broken(damage[0])
    if mend:
        replace_folder(folder, write, mode=FOLDER_MODE)
    return ExportReport(folder, as_of_date, _rows(folder), changed=mend, kept=not same)


def _decisions(manifest: dict[str, Any]) -> dict[str, Any]:
    # By the CSV files: the bytes of Parquet also change with the version of the engine.
    # As they first left: who was taken out since was on the list.
    return {
        name: as_exported(mark)
        for name, mark in manifest["files"].items()
        if name.endswith(".csv") and name != WITHDRAWN
    }


def _write(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: date,
    channels: Mapping[str, str],
    folder: Path,
) -> None:
    rows: dict[str, int] = {}
    day = f"date '{as_of_date.isoformat()}'"
    for channel, field in channels.items():
        query = _channel_query(as_of_date, channel, field)
        rows |= write_query(connection, query, folder / channel, parquet=True, mode=FILE_MODE)
    query = _excluded_query(day)
    rows |= write_query(connection, query, folder / "excluded", parquet=False, mode=FILE_MODE)
    day = as_of_date.isoformat()
    write_manifest(folder, rows, as_of_date=day, revision=1, purpose=PURPOSE, rule=RULE)


def _channel_query(as_of_date: date, channel: str, field: str) -> str:
    """Ask for the list of a channel, the most urgent and most valuable first."""
    return (
        f"select '{list_id(as_of_date, channel)}' as list_id, list.*, details.name,"
        " details.last_order_date, details.last_item,"
        f" contacts.contact as {quoted(field)} {LISTED}"
        f" where list.as_of_date = date '{as_of_date}' and list.channel = '{channel}'"
        " and contacts.contact <> ''"
        " order by list.priority, list.expected_value desc nulls last, list.user_id"
    )


def _excluded_query(day: str) -> str:
    """Add to the policy's exclusions the rows whose contact is gone by the time of export."""
    return (
        f"select * from serving.marts.recall_exclusions where as_of_date = {day}"
        # An erased user is in no export, not even as one who was left out.
        " and exclusion_reason is distinct from 'erased'"
        " union all by name"
        " select list.as_of_date, list.user_id, list.strategy, list.channel,"
        f" 'no_contact' as exclusion_reason, 'no contact detail when exported' as reason {LISTED}"
        f" where list.as_of_date = {day} and coalesce(contacts.contact, '') = '' order by all"
    )


def _refuse_unsendable(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, channels: Collection[str]
) -> None:
    """Fail closed: a wrong file that left cannot be called back."""
    found = connection.execute(
        "select distinct channel, arm from serving.marts.recall_list where as_of_date = ?"
        " order by all",
        [as_of_date],
    ).fetchall()
    unknown = sorted({str(channel) for channel, _ in found if channel not in channels})
    if unknown:
        raise UserError(
            f"the recall list has channels nobody can send to: {', '.join(unknown)}",
            where="marts.recall_list",
            cure=f"in strategies.csv use only {', '.join(channels)}, or add a row to channels.csv",
        )
    untreated = sorted({arm for _, arm in found if arm in UNTREATED_ARMS})
    if untreated:
        raise UserError(
            f"the recall list would contact users it must not: {', '.join(untreated)}",
            where="marts.recall_list",
            cure="in recall_arms.csv set is_contacted of these arms to false",
        )


def _rows(folder: Path) -> dict[str, int]:
    manifest = read_manifest(folder) or {"files": {}}
    return {name: mark["rows"] for name, mark in manifest["files"].items()}
