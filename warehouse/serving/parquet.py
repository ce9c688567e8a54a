"""Marts of a published file -> Parquet files: the same rows give the same bytes."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.serving.contents import UNDATED, Part, date_column
from warehouse.serving.marts import INFO_TABLE, SCHEMA
from warehouse.sql import quoted
from warehouse.storage.files import sha256_of


@dataclass(frozen=True)
class Earlier:
    """The revision before: its parts whose rows did not change need no writing.

    ``sha256_by_part`` is keyed by file name and content hash.
    """

    folder: Path
    sha256_by_part: Mapping[tuple[str, str], str]


def write_parts(
    connection: duckdb.DuckDBPyConnection, folder: Path, parts: list[Part], earlier: Earlier | None
) -> None:
    """Write every part below the folder, linking those that the revision before already has."""
    for part in parts:
        target = folder / part.file_name
        target.parent.mkdir(parents=True, exist_ok=True)
        if earlier is None or not _link_unchanged(part, target, earlier):
            _copy(connection, part, target)
    info = Part(INFO_TABLE, "", 1, "")
    _copy(connection, info, folder / info.file_name)


def _link_unchanged(part: Part, target: Path, earlier: Earlier) -> bool:
    """Share the earlier file, unless it is damaged: damage must not travel to a new revision."""
    source = earlier.folder / part.file_name
    expected = earlier.sha256_by_part.get((part.file_name, part.hash))
    if expected is None or not source.is_file() or sha256_of(source) != expected:
        return False
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)
    return True


def _copy(connection: duckdb.DuckDBPyConnection, part: Part, target: Path) -> None:
    # Ordered by all columns, first ones first: any lesser order leaves ties to the threads.
    connection.execute(
        f"copy (select * from {SCHEMA}.{quoted(part.table)} {_month_filter(connection, part)}"
        " order by all) to ? (format parquet, compression zstd, row_group_size 122880)",
        [str(target)],
    )


def _month_filter(connection: duckdb.DuckDBPyConnection, part: Part) -> str:
    if not part.month:
        return ""
    described = connection.execute(f"describe {SCHEMA}.{quoted(part.table)}").fetchall()
    day = quoted(date_column(part.table, [(row[0], row[1]) for row in described]) or "")
    if part.month == UNDATED:
        return f"where {day} is null"
    # A range, not strftime: zone maps then skip the other months.
    first = f"date '{part.month}-01'"
    return f"where {day} >= {first} and {day} < {first} + interval 1 month"
