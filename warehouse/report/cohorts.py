"""``cohort_retention`` and its curves -> heat-maps; what has not ended is blank, never low."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import COHORTS, DIMENSIONS, PERIODS, Label, label
from warehouse.report.places import Places, place_of
from warehouse.report.query import Row, rows

COHORTS_SHOWN = 12
VALUES_SHOWN = 5
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
class Split:
    """The members with one value of a dimension, and how many came back in the first periods."""

    dimension: Label
    value: Label
    size: str
    cells: list[Cell]


@dataclass(frozen=True)
class HeatMap:
    """The newest cohorts of one kind; ``average`` and ``splits`` are weighted over all of them."""

    name: Label
    period: Label
    numbers: list[int]
    cohorts: list[Cohort]
    average: list[Cell]
    splits: list[Split]


def read_heat_maps(connection: duckdb.DuckDBPyConnection, places: Places) -> list[HeatMap]:
    """Read one heat-map each for buying again and for coming back."""
    maps = (_read(connection, places, cohort_by) for cohort_by in COHORTS)
    return [heat_map for heat_map in maps if heat_map]


def _read(connection: duckdb.DuckDBPyConnection, places: Places, cohort_by: str) -> HeatMap | None:
    """Prefer months; a young installation with fewer than three of them is shown by week."""
    for period, fewest in (("month", 3), ("week", 2), ("month", 1)):
        which = (
            f"kind = 'n_period' and clock = 'calendar' and cohort_by = '{cohort_by}'"
            f" and period = '{period}'"
        )
        found = rows(
            connection,
            "select cohort_start, period_number, cohort_size, users, is_mature"
            f" from serving.marts.cohort_retention where {which} and dimension = 'all'"
            " order by cohort_start, period_number",
        )
        starts = sorted({row["cohort_start"] for row in found})[-COHORTS_SHOWN:]
        if len(starts) >= fewest:
            kept = [row for row in found if row["cohort_start"] in starts]
            curves = rows(
                connection,
                "select dimension, dimension_value, period_number, cohort_size, retention_rate"
                f" from serving.marts.retention_curves where {which}"
                " order by dimension, dimension_value, period_number",
            )
            return _heat_map(
                label(COHORTS, cohort_by), PERIODS[period], starts, kept, curves, places
            )
    return None


def _heat_map(
    name: Label,
    period: Label,
    starts: Sequence[date],
    found: list[Row],
    curves: list[Row],
    places: Places,
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
    lines: dict[tuple[str, str], dict[int, Row]] = {}
    for row in curves:
        lines.setdefault((row["dimension"], row["dimension_value"]), {})[row["period_number"]] = row
    average = _curve(lines.pop(("all", "all"), {}), columns, top)
    return HeatMap(
        name, period, columns, cohorts, average, _splits(lines, columns[:3], top, places)
    )


def _splits(
    lines: dict[tuple[str, str], dict[int, Row]], columns: list[int], top: float, places: Places
) -> list[Split]:
    """Take the values with the most members of each dimension."""
    found = []
    for dimension, name in DIMENSIONS.items():
        sized = [
            (line[columns[0]]["cohort_size"], value, line)
            for (of, value), line in lines.items()
            if of == dimension and columns[0] in line and line[columns[0]]["cohort_size"]
        ]
        sized.sort(key=lambda entry: (-entry[0], entry[1]))
        found += [
            Split(
                name,
                place_of(places, dimension, value),
                numbers.count(size),
                _curve(line, columns, top),
            )
            for size, value, line in sized[:VALUES_SHOWN]
        ]
    return found


def _curve(line: dict[int, Row], columns: list[int], top: float) -> list[Cell]:
    return [shade(line.get(column, {}).get("retention_rate"), top) for column in columns]


def _size(cells: dict[tuple[date, int], dict[str, Any]], start: date) -> Any:
    return next((row["cohort_size"] for (at, _), row in cells.items() if at == start), None)


def _rate(row: dict[str, Any]) -> float | None:
    return row["users"] / row["cohort_size"] if row["cohort_size"] else None


def _cell(row: dict[str, Any] | None, top: float) -> Cell:
    if row is None:
        return Cell("", 0, "none")
    if not row["is_mature"]:
        return Cell("", 0, "immature")
    return shade(_rate(row), top)


def shade(rate: float | None, top: float) -> Cell:
    """Shade a rate by how near it comes to the top one."""
    if rate is None:
        return Cell("", 0, "none")
    return Cell(numbers.share(rate), min(LEVELS, round(rate / top * LEVELS)), "value")
