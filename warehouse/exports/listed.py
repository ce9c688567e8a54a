"""Exported recall lists -> ``lake/listed``: the one thing that comes back into the models.

Who was listed yesterday was contacted, whatever the sender reports. The export folders are the
record; the parts in the lake are brought in line with their manifests.
"""

import json
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.errors import UserError
from warehouse.exports.folder import MANIFEST, damaged, read_manifest
from warehouse.lake.listed import (
    FOLDER,
    SCHEMA,
    days_with_part,
    manifest_copy,
    part_path,
    put_empty_part,
    put_part,
    remove_part,
)
from warehouse.settings import Settings
from warehouse.storage.files import complete_swaps, write_bytes_atomically
from warehouse.storage.notes import read_note, write_note
from warehouse.storage.places import content_of


def list_id(as_of_date: date, channel: str) -> str:
    """Name a list, as its file and what is reported of its messages do."""
    return f"{as_of_date.isoformat()}/{channel}"


def export_folders(settings: Settings) -> dict[date, Path]:
    """Return the folders of the exported lists, oldest first; a killed swap is completed."""
    root = settings.exports_dir / "recall"
    complete_swaps(root)
    found = {path.name.removeprefix(FOLDER): path for path in root.glob(f"{FOLDER}*")}
    return {date.fromisoformat(day): found[day] for day in sorted(found)}


def bring_in_line(settings: Settings) -> list[date]:
    """Make the parts say what the manifests of the export folders say; return the days changed.

    A list whose folder was taken away counts as never sent. Raises UserError for a folder of which
    it cannot be known who is on it.
    """
    put_empty_part(settings)
    noted, folders = read_note(_note_path(settings)) or {}, export_folders(settings)
    stale = parts_out_of_line(settings)
    for day in stale:
        _restore_manifest(settings, day, noted.get(str(day)))
        put_part(settings, day, table_of(folders[day], day))
        manifest = (folders[day] / MANIFEST).read_bytes()
        write_bytes_atomically(manifest_copy(settings, day), manifest)
    for day in days_with_part(settings) - folders.keys():
        remove_part(settings, day)
    now = {str(day): _mark(settings, day) for day in folders} if stale else noted
    now = {str(day): now[str(day)] for day in folders}
    if now != noted:
        write_note(_note_path(settings), now)
    return stale


def _restore_manifest(settings: Settings, day: date, noted: list[str] | None) -> None:
    """Put the manifest of a day back from its copy, where it alone is not as it was noted."""
    folder = settings.exports_dir / "recall" / f"{FOLDER}{day}"
    copy = _copy(settings, day)
    if not noted or sha256(copy).hexdigest() != noted[0]:
        return
    files = json.loads(copy)["files"].items()
    if not any(damaged(folder, name, mark) for name, mark in files):
        write_bytes_atomically(folder / MANIFEST, copy)


def parts_out_of_line(settings: Settings) -> list[date]:
    """Return the days whose part is not as it was made, or no longer says what was exported.

    Also those of which the copy of the manifest is not what it is a copy of.
    """
    noted = read_note(_note_path(settings)) or {}
    return [
        day
        for day in export_folders(settings)
        if noted.get(str(day)) != _mark(settings, day)
        or sha256(_copy(settings, day)).hexdigest() != noted[str(day)][0]
    ]


def table_of(folder: Path, as_of_date: date) -> pa.Table:
    """Read who is on the lists of a folder; a file that is not as exported is refused."""
    tables = [SCHEMA.empty_table()]
    for name, mark in manifest_of(folder)["files"].items():
        channel, _, ending = name.rpartition(".")
        if ending != "parquet":
            continue
        if fault := damaged(folder, name, mark):
            raise broken(fault)
        rows = pq.ParquetFile(folder / name).read()
        # Not read from the file: lists from before they had an id lack it.
        own = {
            "list_id": pa.scalar(list_id(as_of_date, channel)),
            "channel": pa.scalar(channel),
            "as_of_date": pa.scalar(as_of_date, pa.date32()),
        }
        own = {column: pa.repeat(value, len(rows)) for column, value in own.items()}
        read = {c: rows[c] for c in ("user_id", "strategy", "arm") if c in rows.column_names}
        nulls = {c: pa.nulls(len(rows), pa.string()) for c in ("strategy", "arm")}
        tables.append(pa.table(nulls | read | own).select(SCHEMA.names).cast(SCHEMA))
    return pa.concat_tables(tables).sort_by([("channel", "ascending"), ("user_id", "ascending")])


def manifest_of(folder: Path) -> dict[str, Any]:
    """Read the manifest of an exported list; raises UserError where there is none."""
    manifest = read_manifest(folder)
    if manifest is None:
        raise broken(f"{folder / MANIFEST}: missing or unreadable")
    return manifest


def broken(fault: str) -> UserError:
    """Say that a file of an exported list is not what was exported."""
    where, _, what = fault.partition(": ")
    return UserError(
        f"a file of an exported recall list is not as it was written: {what}",
        where=where,
        cure="restore the folder from a backup; if the list was never sent, move the folder away",
    )


def _copy(settings: Settings, day: date) -> bytes:
    return content_of(manifest_copy(settings, day)) or b""


def _mark(settings: Settings, day: date) -> list[str]:
    """Return the checksums of the manifest of a day and of the part made from it."""
    manifest = settings.exports_dir / "recall" / f"{FOLDER}{day}" / MANIFEST
    contents = (content_of(path) for path in (manifest, part_path(settings, day)))
    return ["" if content is None else sha256(content).hexdigest() for content in contents]


def _note_path(settings: Settings) -> Path:
    """Return the note of which manifests the parts were made from, and of what they are."""
    return settings.build_dir / "listed.json"
