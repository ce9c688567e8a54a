"""``marts.recall_list`` of one day -> one file per channel, with the contact its sender needs.

A list that was exported is a decision: it is kept, also when the marts would now decide otherwise.
"""

import tempfile
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from warehouse.errors import UserError
from warehouse.exports.folder import (
    ExportReport,
    read_manifest,
    verify_export,
    write_manifest,
    write_query,
)
from warehouse.serving.marts import open_marts, quoted
from warehouse.settings import Settings
from warehouse.storage.files import replace_folder

CONTACT_COLUMNS = {
    "email": "email",
    "sms": "phone",
    "push": "push_token",
    "wechat_oa": "wechat_openid",
}
UNTREATED_ARMS = ("control", "holdout")
FOLDER_MODE = 0o700
FILE_MODE = 0o600
PURPOSE = "recall: contact these users once, by this channel, not before send_after"
RULE = (
    "Decided by policy on as_of_date and never rewritten. Nobody in excluded.csv may be contacted;"
    " its control users are what the effect is measured against. CSV cells that a"
    " spreadsheet would run as a formula (also phone numbers beginning with +) have a leading"
    " apostrophe; Parquet has plain values."
)


def export_recall(settings: Settings, *, as_of_date: date) -> ExportReport:
    """Write the day's recall list, whole or not at all, readable by its owner only.

    An existing folder for the day stands: equal content is left alone (or mended, if a file of it
    was damaged), different content is not written and the report says ``kept``.
    """
    folder = settings.exports_dir / "recall" / f"as_of={as_of_date.isoformat()}"
    folder.parent.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    folder.parent.chmod(FOLDER_MODE)
    with open_marts(settings) as connection:
        _refuse_unsendable(connection, as_of_date)
        if not folder.exists():
            replace_folder(folder, partial(_write, connection, as_of_date), mode=FOLDER_MODE)
            return ExportReport(folder, as_of_date, _rows(folder), changed=True)
        with tempfile.TemporaryDirectory(prefix=".compare-", dir=folder.parent) as scratch:
            _write(connection, as_of_date, Path(scratch))
            return _keep_or_mend(connection, folder, Path(scratch), as_of_date)


def _keep_or_mend(
    connection: duckdb.DuckDBPyConnection, folder: Path, scratch: Path, as_of_date: date
) -> ExportReport:
    standing = read_manifest(folder)
    if standing is None:
        raise UserError(
            "an exported recall list has lost its manifest, so what was sent is not known",
            where=str(folder),
            cure="restore the folder from a backup, or move it away to export the day anew",
        )
    same = _decisions(standing) == _decisions(read_manifest(scratch) or {"files": {}})
    mend = same and bool(verify_export(folder))
    if mend:
        replace_folder(folder, partial(_write, connection, as_of_date), mode=FOLDER_MODE)
    return ExportReport(folder, as_of_date, _rows(folder), changed=mend, kept=not same)


def _decisions(manifest: dict[str, Any]) -> dict[str, Any]:
    # By the CSV files: the bytes of Parquet also change with the version of the engine.
    return {name: mark for name, mark in manifest["files"].items() if name.endswith(".csv")}


def _write(connection: duckdb.DuckDBPyConnection, as_of_date: date, folder: Path) -> None:
    rows: dict[str, int] = {}
    day = f"date '{as_of_date.isoformat()}'"
    for channel, column in CONTACT_COLUMNS.items():
        query = _channel_query(day, channel, column)
        rows |= write_query(connection, query, folder / channel, parquet=True, mode=FILE_MODE)
    query = _excluded_query(day)
    rows |= write_query(connection, query, folder / "excluded", parquet=False, mode=FILE_MODE)
    write_manifest(folder, rows, as_of_date=as_of_date.isoformat(), purpose=PURPOSE, rule=RULE)


def _channel_query(day: str, channel: str, column: str) -> str:
    return (
        f"select list.*, contact.{quoted(column)} from serving.marts.recall_list as list"
        " join build.intermediate.int_contacts as contact on contact.user_id = list.user_id"
        f" where list.as_of_date = {day} and list.channel = '{channel}'"
        f" and contact.{quoted(column)} <> '' order by all"
    )


def _excluded_query(day: str) -> str:
    """Add to the policy's exclusions the rows whose contact is gone by the time of export."""
    missing = " or ".join(
        f"(list.channel = '{channel}' and coalesce(contact.{quoted(column)}, '') = '')"
        for channel, column in CONTACT_COLUMNS.items()
    )
    return (
        f"select * from serving.marts.recall_exclusions where as_of_date = {day}"
        # An erased user is in no export, not even as one who was left out.
        " and exclusion_reason is distinct from 'erased'"
        " union all by name"
        " select list.as_of_date, list.user_id, list.strategy, list.channel,"
        " 'no_contact' as exclusion_reason, 'no contact detail when exported' as reason"
        " from serving.marts.recall_list as list"
        " left join build.intermediate.int_contacts as contact on contact.user_id = list.user_id"
        f" where list.as_of_date = {day} and ({missing}) order by all"
    )


def _refuse_unsendable(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> None:
    """Fail closed: a wrong file that left cannot be called back."""
    found = connection.execute(
        "select distinct channel, arm from serving.marts.recall_list where as_of_date = ?"
        " order by all",
        [as_of_date],
    ).fetchall()
    unknown = sorted({str(channel) for channel, _ in found if channel not in CONTACT_COLUMNS})
    if unknown:
        raise UserError(
            f"the recall list has channels nobody can send to: {', '.join(unknown)}",
            where="marts.recall_list",
            cure=f"in strategies.csv use only {', '.join(CONTACT_COLUMNS)}",
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
