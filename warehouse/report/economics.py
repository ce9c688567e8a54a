"""``aarrr_cohorts``, ``channel_economics`` -> how far newcomers get, and what channels pay back."""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from warehouse.report import numbers
from warehouse.report.cohorts import Cell, shade
from warehouse.report.growth import channel_names
from warehouse.report.labels import Label, label
from warehouse.report.query import Row, rows, sql
from warehouse.report.rules import Rules

COHORTS_SHOWN = 8
MONTHS_SHOWN = 2
FIRST = "acquisition"


@dataclass(frozen=True)
class Channel:
    """What a channel cost and brought in a month; LTV / CAC and payback by those it won."""

    name: Label
    spend: str
    new_users: str
    new_customers: str
    cac: str
    predicted: str
    realised: str
    ratio: str
    payback: str
    is_partial: bool


@dataclass(frozen=True)
class Month:
    """Channels of a month, the most spent on first; without spend only whom they brought."""

    name: str
    has_spend: bool
    channels: list[Channel]


@dataclass(frozen=True)
class Economics:
    """Newcomers by week and stage, and channels by month."""

    stages: list[Label]
    cohorts: list[tuple[date, str, list[Cell]]]
    months: list[Month]


def read_economics(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date, currency: str
) -> Economics | None:
    """Read the newest cohorts, and the last months that are over; None without either."""
    stages = [row["stage"] for row in rules.tables["aarrr_stages"] if row["stage"] != FIRST]
    found = Economics(
        stages=[label(rules.names("aarrr_stages", "stage"), stage) for stage in stages],
        cohorts=_cohorts(connection, stages, as_of_date),
        months=_months(connection, as_of_date, currency),
    )
    return found if found.cohorts or found.months else None


def _cohorts(
    connection: duckdb.DuckDBPyConnection, stages: list[str], as_of_date: date
) -> list[tuple[date, str, list[Cell]]]:
    found = rows(
        connection,
        "from serving.marts.aarrr_cohorts where channel = 'all'"
        f" and cohort_week <= {sql(as_of_date)} order by cohort_week desc",
    )
    cells = {(row["cohort_week"], row["stage"]): row for row in found}
    weeks = list(dict.fromkeys(row["cohort_week"] for row in found))[:COHORTS_SHOWN]
    # Each stage has a scale of its own: few refer, and still one week may be far above another.
    tops = {
        stage: max((cells.get((week, stage), {}).get("rate") or 0 for week in weeks), default=0)
        for stage in stages
    }
    return [
        (
            week,
            numbers.count(max(row["cohort_size"] for row in found if row["cohort_week"] == week)),
            [_cell(cells.get((week, stage)), tops[stage] or 1) for stage in stages],
        )
        for week in weeks[::-1]
    ]


def _cell(row: Row | None, top: float) -> Cell:
    if row is not None and not row["is_mature"]:
        return Cell("", 0, "immature")
    if row is None or not numbers.is_number(row["rate"]):
        return Cell(numbers.MISSING, 0, "none")
    return shade(row["rate"], top)


def _months(connection: duckdb.DuckDBPyConnection, as_of_date: date, currency: str) -> list[Month]:
    over = as_of_date + timedelta(days=1)
    names = channel_names(connection)
    told: dict[date, list[Row]] = {}
    for row in rows(
        connection,
        f"from serving.marts.channel_economics where month < {sql(over.replace(day=1))}"
        " order by month desc, spend desc nulls last, new_users desc, channel",
    ):
        told.setdefault(row["month"], []).append(row)
    return [
        Month(
            f"{month:%Y-%m}",
            any(row["status"] != "unknown" for row in found),
            [_channel(row, label(names, row["channel"]), currency) for row in found],
        )
        for month, found in list(told.items())[:MONTHS_SHOWN]
    ]


def _channel(row: Row, name: Label, currency: str) -> Channel:
    spend, cac, predicted, realised = (
        numbers.money(row[column], currency)
        for column in ("spend", "cac", "ltv_predicted", "ltv_realised")
    )
    return Channel(
        name=name,
        spend=spend,
        new_users=numbers.count(row["new_users"]),
        new_customers=numbers.count(row["new_customers"]),
        cac=cac,
        predicted=predicted,
        realised=realised,
        ratio=numbers.amount(row["ltv_cac"], "number", currency),
        payback=numbers.amount(row["payback_months"], "months", currency),
        is_partial=row["status"] == "insufficient_data" and numbers.is_number(row["cac"]),
    )
