"""Exported files -> a folder with a manifest: whole or not at all, and checkable later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from warehouse.exports.safe_cells import write_csv
from warehouse.storage.files import sha256_of

MANIFEST = "manifest.json"
BATCH = 10_000


@dataclass(frozen=True)
class ExportReport:
    """What an export did: ``rows`` by file; ``kept`` says an earlier, different list stands.

    ``withdrawn`` counts the places of people taken out of this list and earlier ones.
    """

    folder: Path
    as_of_date: date
    rows: dict[str, int]
    changed: bool
    kept: bool = False
    withdrawn: int = 0


def write_query(
    connection: duckdb.DuckDBPyConnection, query: str, stem: Path, *, parquet: bool, mode: int
) -> dict[str, int]:
    """Write one query as ``<stem>.csv`` and, if asked, ``<stem>.parquet``; rows by file name.

    The query must order its rows in full, so that the same marts give the same bytes.
    """
    csv_path = stem.with_name(f"{stem.name}.csv")
    _create(csv_path, mode)
    found = connection.execute(query)
    columns = [column[0] for column in found.description or ()]
    rows = write_csv(csv_path, columns, _batches(found))
    counts = {csv_path.name: rows}
    if parquet:
        parquet_path = stem.with_name(f"{stem.name}.parquet")
        _create(parquet_path, mode)
        connection.execute(
            f"copy ({query}) to ? (format parquet, compression zstd)", [str(parquet_path)]
        )
        parquet_path.chmod(mode)
        counts[parquet_path.name] = rows
    return counts


def write_manifest(
    folder: Path,
    rows: Mapping[str, int],
    *,
    exported: Mapping[str, Mapping[str, Any]] | None = None,
    **notes: Any,
) -> None:
    """Describe every file of the folder; nothing in it depends on when it was written.

    ``exported`` are the marks of the files as they first left: a file that has changed since tells
    both.
    """
    files: dict[str, dict[str, Any]] = {}
    for name, count in sorted(rows.items()):
        files[name] = {"rows": count, "sha256": sha256_of(folder / name)}
        before = as_exported((exported or {}).get(name, files[name]))
        if before != files[name]:
            files[name] |= {f"exported_{key}": value for key, value in before.items()}
    text = json.dumps({**notes, "files": files}, indent=1, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def as_exported(mark: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rows and checksum that a file first left with."""
    return {key: mark.get(f"exported_{key}", mark[key]) for key in ("rows", "sha256")}


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of an exported folder; None where it is missing or unreadable."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and "files" in manifest else None


def verify_export(folder: Path) -> list[str]:
    """Name every file of an exported folder that is not as its manifest says."""
    manifest = read_manifest(folder)
    if manifest is None:
        return [f"{folder / MANIFEST}: missing or unreadable"]
    found = (damaged(folder, name, mark) for name, mark in manifest["files"].items())
    return [problem for problem in found if problem]


def damaged(folder: Path, name: str, mark: Mapping[str, Any]) -> str:
    """Say what is wrong with one file of an exported folder, by its mark; "" if it is whole."""
    path = folder / name
    if not path.is_file():
        return f"{path}: missing"
    if sha256_of(path) != mark["sha256"]:
        return f"{path}: content differs from what was exported (sha256)"
    return ""


def _batches(found: duckdb.DuckDBPyConnection):
    while rows := found.fetchmany(BATCH):
        yield from rows


def _create(path: Path, mode: int) -> None:
    # Before the first byte: contact details must not be readable for even a moment.
    path.touch(mode=mode)
    path.chmod(mode)
