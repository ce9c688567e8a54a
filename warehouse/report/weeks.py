"""``kpi_daily`` -> what KPIs were in a week, as figures and as what they are ratios of."""

from datetime import date, timedelta

import duckdb

from warehouse.report import numbers
from warehouse.report.query import Row, rows, sql
from warehouse.report.rules import Rules

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


def last_week(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> date | None:
    """Give the Monday of the last week that is over and known on all its days, if there is one."""
    sunday = as_of_date - timedelta(days=(as_of_date.weekday() + 1) % 7)
    monday = sunday - 6 * DAY
    found = rows(
        connection,
        "select count(distinct as_of_date) as days from serving.marts.kpi_daily"
        f" where as_of_date between {sql(monday)} and {sql(sunday)}",
    )
    return monday if found and found[0]["days"] == WEEK.days else None


def values_of(
    connection: duckdb.DuckDBPyConnection, rules: Rules, monday: date, which: str
) -> dict[tuple[str, str, str], float | None]:
    """Give the week's value of each KPI and dimension value.

    A figure of a day is the mean of the week's days, and unknown where one of them is; a ratio of
    days is pooled over those that have it; what looks back further (30 days, say) is as it stood on
    Sunday.
    """
    return {
        _key(row): float(row["value"]) if numbers.is_number(row["value"]) else None
        for row in _of_week(connection, rules, monday, which)
    }


def parts_of(
    connection: duckdb.DuckDBPyConnection, rules: Rules, monday: date, which: str
) -> dict[tuple[str, str, str], tuple[float | None, float | None]]:
    """Give numerator and denominator of the week's ratios, pooled over the days that have them."""
    return {
        _key(row): (row["over"], row["under"]) for row in _of_week(connection, rules, monday, which)
    }


def _of_week(
    connection: duckdb.DuckDBPyConnection, rules: Rules, monday: date, which: str
) -> list[Row]:
    daily = [
        row["kpi"]
        for row in rules.tables["kpis"]
        if row.get("window_days") == 1 or row.get("denominator") == "cohort_users"
    ]
    names = ", ".join(f"'{kpi}'" for kpi in ["", *daily])
    sunday = monday + 6 * DAY
    on_sunday = f"filter (as_of_date = {sql(sunday)} or kpi in ({names}))"
    return rows(
        connection,
        "select kpi, dimension, dimension_value,"
        f" sum(numerator) {on_sunday} as over, sum(denominator) {on_sunday} as under, case"
        f" when kpi not in ({names}) then max(value) filter (as_of_date = {sql(sunday)})"
        " when count(denominator) > 0 then sum(numerator) / nullif(sum(denominator), 0)"
        # A value that nobody had on a day has no row of it, one that is not known has no value.
        " when count(*) = count(value) and (count(*) = 7 or dimension <> 'all') then sum(value) / 7"
        " end as value"
        " from serving.marts.kpi_daily"
        f" where as_of_date between {sql(monday)} and {sql(sunday)} and {which}"
        " group by kpi, dimension, dimension_value",
    )


def _key(row: Row) -> tuple[str, str, str]:
    return row["kpi"], row["dimension"], row["dimension_value"]
