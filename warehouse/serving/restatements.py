"""Built and published KPIs -> ``kpi_restatements``: which published numbers this run changes."""

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse.lake.restatements import KEY, RESTATEMENTS
from warehouse.serving import manifest as manifests
from warehouse.serving.marts import SCHEMA, open_file, open_marts
from warehouse.serving.versions import PARQUET, parquet_name
from warehouse.settings import Settings
from warehouse.sql import literal
from warehouse.storage.notes import read_note, write_note
from warehouse.storage.places import Place

MART = f"{SCHEMA}.kpi_restatements"
# Beyond this it is another number, not another order of the same sum.
CLOSE = 1e-9
Row = dict[str, Any]


def record_restatements(settings: Settings, *, as_of_date: date, rules: str) -> int:
    """Write down which published values the marts about to be published change; return how many.

    Recorded before publishing: a run killed between finds the same again, and of two runs of a day
    the first value before and the last after stay.
    ``rules`` is a digest of the rule files, by which an edit is told from data.
    """
    because = "data" if rules_before(settings) in (None, rules) else "rules"
    known = {_key(row): row for row in RESTATEMENTS.read(settings, as_of_date).to_pylist()}
    rows = dict(known)
    for key, before, after in _changed(settings, known):
        first = known.get(key, {"value_before": before, "because": because})
        rows[key] = dict(zip(KEY, key, strict=True)) | {
            "restated_on": as_of_date,
            "value_before": first["value_before"],
            "value_after": after,
            "because": first["because"],
        }
    rows = {
        key: row for key, row in rows.items() if _differ(row["value_before"], row["value_after"])
    }
    if rows != known:
        table = pa.Table.from_pylist(
            [rows[key] for key in sorted(rows)], schema=RESTATEMENTS.schema
        )
        RESTATEMENTS.put(settings, as_of_date, table)
        _show(settings, as_of_date, table)
    note_rules(settings, rules)
    return len(rows)


def rules_before(settings: Settings) -> str | None:
    """Return the digest of the rules of the last run; None before the first.

    A damaged note would have an edit of rules pass for new data, so there are two.
    """
    return next((found for path in _notes(settings) if (found := read_note(path))), None)


def note_rules(settings: Settings, rules: str) -> None:
    """Write down the rules of this run, wherever it is not what stands there."""
    for path in _notes(settings):
        if read_note(path) != rules:
            write_note(path, rules)


def _notes(settings: Settings) -> tuple[Place, ...]:
    name = "kpi_restatements_rules.json"
    return settings.lake_root / name, settings.build_dir / name


def _changed(
    settings: Settings, known: Iterable[tuple[Any, ...]]
) -> list[tuple[tuple[Any, ...], Any, Any]]:
    """Compare what readers see with what is built, row by row; null where no row stands.

    Of days and KPIs that nobody could read yet nothing was changed; ``known`` are keys of rows
    that could be read once, if they cannot now.
    """
    path = _published(settings)
    if path is None:
        return []
    files = literal(path / "*.parquet" if path.is_dir() else path)
    before = f"read_parquet({files}, hive_partitioning = false)"
    once = pa.Table.from_pylist(
        [dict(zip(KEY, key, strict=True)) for key in known],
        schema=pa.schema([RESTATEMENTS.schema.field(name) for name in KEY]),
    )
    with open_marts(settings) as connection:
        connection.register("once", once)
        # Days are told apart by a sum of hashes, and rows of those alone are laid side by side:
        # also what a killed run has built is found, whatever the next one builds anew.
        changed = connection.execute(
            f"select as_of_date from ({_hashes(before)}) as before"
            f" full join ({_hashes('serving.marts.kpi_daily')}) as now using (as_of_date)"
            " where now.hashes is distinct from before.hashes"
            " and (before.hashes is not null or as_of_date in (select as_of_date from once))"
        ).fetchall()
        if not changed:
            return []
        days = ", ".join(f"date '{day}'" for (day,) in changed)
        found = connection.execute(
            f"select {', '.join(KEY)}, before.value, now.value"
            f" from (from serving.marts.kpi_daily where as_of_date in ({days})"
            f" and kpi in (select kpi from {before} union select kpi from once)) as now"
            f" full join (from {before} where as_of_date in ({days})) as before"
            f" using ({', '.join(KEY)}) where before.value is distinct from now.value"
        ).fetchall()
    return [(tuple(row[:4]), row[4], row[5]) for row in found if _differ(row[4], row[5])]


def _published(settings: Settings) -> Path | None:
    """Return the KPIs as they are published; None before the first time, and where damaged.

    What is damaged is superseded by this run, which must not end for its sake.
    """
    serving = settings.serving_dir
    manifest = manifests.read(serving)
    if manifest is None:
        return None
    name = f"{PARQUET}/{parquet_name(manifest.revision)}/kpi_daily.parquet"
    own = {file: mark for file, mark in manifest.files.items() if file.startswith(name)}
    is_whole = own and not manifests.damage(serving, replace(manifest, files=own))
    return serving / name if is_whole else None


def _hashes(source: str) -> str:
    columns = ", ".join((*KEY, "value"))
    return f"select as_of_date, sum(hash({columns})) as hashes from {source} group by as_of_date"


def _show(settings: Settings, as_of_date: date, table: pa.Table) -> None:
    """Put them into the mart too, built before anybody knew them; on Spark the next run does."""
    with open_file(settings, settings.serving_build_db) as connection:
        is_table = connection.execute(
            "select 1 from duckdb_tables() where schema_name = ? and table_name = ?",
            MART.split("."),
        ).fetchone()
        if not is_table:
            return
        connection.execute(f"delete from {MART} where restated_on = ?", [as_of_date])
        connection.register("found", table)
        connection.execute(f"insert into {MART} by name from found")


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEY)


def _differ(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is not after
    return not math.isclose(before, after, rel_tol=CLOSE, abs_tol=CLOSE)
