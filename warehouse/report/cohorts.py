"""``cohort_retention`` -> heat-maps; a period that has not ended is blank, never a low number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import COHORTS, PERIODS, Label, label
from warehouse.report.query import rows

COHORTS_SHOWN = 12
LEVELS = 9


@dataclass(frozen=True)
class Cell:
    """One rate; ``state`` is value, immature (still running) or none (cannot exist yet)."""

    text: str
    level: int
    state: str


@dataclass(frozen=True)
class Cohort:
    """Users who began in the same period, and how many came back in each later one."""

    start: str
    size: str
    cells: list[Cell]


@dataclass(frozen=True)
class HeatMap:
    """All cohorts of one kind, with the weighted average of cells that are complete."""

    name: Label
    period: Label
    numbers: list[int]
    cohorts: list[Cohort]
    average: list[Cell]


def read_heat_maps(connection: duckdb.DuckDBPyConnection) -> list[HeatMap]:
    """Read one heat-map each for buying again and for coming back."""
    maps = (_read(connection, cohort_by) for cohort_by in COHORTS)
    return [heat_map for heat_map in maps if heat_map]


def _read(connection: duckdb.DuckDBPyConnection, cohort_by: str) -> HeatMap | None:
    """Prefer months; a young installation with fewer than three of them is shown by week."""
    for period, fewest in (("month", 3), ("week", 2), ("month", 1)):
        found = rows(
            connection,
            "select cohort_start, period_number, cohort_size, users, is_mature"
            " from serving.marts.cohort_retention where kind = 'n_period' and dimension = 'all'"
            f" and cohort_by = '{cohort_by}' and period = '{period}'"
            " order by cohort_start, period_number",
        )
        starts = sorted({row["cohort_start"] for row in found})[-COHORTS_SHOWN:]
        if len(starts) >= fewest:
            kept = [row for row in found if row["cohort_start"] in starts]
            return _heat_map(label(COHORTS, cohort_by), PERIODS[period], starts, kept)
    return None


def _heat_map(
    name: Label, period: Label, starts: Sequence[date], found: list[dict[str, Any]]
) -> HeatMap:
    cells = {(row["cohort_start"], row["period_number"]): row for row in found}
    last = max((row["period_number"] for row in found), default=0)
    columns = list(range(1, min(max(last, 1), COHORTS_SHOWN) + 1))
    rates = [_rate(row) for row in found if row["period_number"] in columns and row["is_mature"]]
    top = max((rate for rate in rates if rate is not None), default=0.0) or 1.0
    cohorts = [
        Cohort(
            start=f"{start:%Y-%m}" if period.en == "month" else start.isoformat(),
            size=numbers.count(_size(cells, start)),
            cells=[_cell(cells.get((start, column)), top) for column in columns],
        )
        for start in starts
    ]
    average = [_average([row for row in found if row["period_number"] == n], top) for n in columns]
    return HeatMap(name, period, columns, cohorts, average)


def _size(cells: dict[tuple[date, int], dict[str, Any]], start: date) -> Any:
    return next((row["cohort_size"] for (at, _), row in cells.items() if at == start), None)


def _rate(row: dict[str, Any]) -> float | None:
    return row["users"] / row["cohort_size"] if row["cohort_size"] else None


def _cell(row: dict[str, Any] | None, top: float) -> Cell:
    if row is None:
        return Cell("", 0, "none")
    if not row["is_mature"]:
        return Cell("", 0, "immature")
    return _shaded(_rate(row), top)


def _average(column: list[dict[str, Any]], top: float) -> Cell:
    mature = [row for row in column if row["is_mature"]]
    size = sum(row["cohort_size"] for row in mature)
    return _shaded(sum(row["users"] for row in mature) / size if size else None, top)


def _shaded(rate: float | None, top: float) -> Cell:
    if rate is None:
        return Cell("", 0, "none")
    return Cell(numbers.share(rate), min(LEVELS, round(rate / top * LEVELS)), "value")
