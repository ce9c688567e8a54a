"""``marts.kpi_daily`` of one day -> files for people and programs; overwritten when restated."""

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from warehouse.exports.folder import (
    MANIFEST,
    ExportReport,
    read_manifest,
    verify_export,
    write_manifest,
    write_query,
)
from warehouse.serving.marts import open_marts
from warehouse.settings import Settings
from warehouse.storage.files import OURS, replace_folder


def export_kpi(settings: Settings, *, as_of_date: date) -> ExportReport:
    """Write ``kpi.csv``, ``kpi.json`` and ``kpi.parquet`` of the day, whole or not at all.

    The same values give the same bytes. Restated values replace the folder.
    """
    folder = settings.exports_dir / "kpi" / f"as_of={as_of_date.isoformat()}"
    before = None if verify_export(folder) else (folder / MANIFEST).read_bytes()
    with open_marts(settings) as connection:
        replace_folder(folder, lambda new: _write(connection, new, as_of_date))
    manifest = read_manifest(folder) or {"files": {}}
    rows = {name: mark["rows"] for name, mark in manifest["files"].items()}
    changed = (folder / MANIFEST).read_bytes() != before
    return ExportReport(folder, as_of_date, rows, changed)


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, as_of_date: date) -> None:
    query = (
        "select * from serving.marts.kpi_daily"
        f" where as_of_date = date '{as_of_date.isoformat()}' order by all"
    )
    rows = write_query(connection, query, folder / "kpi", parquet=True, mode=OURS)
    rows["kpi.json"] = _write_json(connection, query, folder / "kpi.json", as_of_date)
    write_manifest(folder, rows, as_of_date=as_of_date.isoformat(), purpose="KPI snapshot")


def _write_json(
    connection: duckdb.DuckDBPyConnection, query: str, path: Path, as_of_date: date
) -> int:
    found = connection.execute(query)
    columns = [column[0] for column in found.description or ()]
    rows = [dict(zip(columns, map(_plain, row), strict=True)) for row in found.fetchall()]
    document = {"as_of_date": as_of_date.isoformat(), "kpis": rows}
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return len(rows)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        # JSON has no NaN; a value that is not a number is a missing value.
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
