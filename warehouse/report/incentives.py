"""``points_balances`` -> what users hold in points, what that is worth, and how it grows."""

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import Figure, Label, users
from warehouse.report.query import Row, rows, sql
from warehouse.report.rules import Rules


@dataclass(frozen=True)
class Incentives:
    """Points as of the day in figures; a sentence is empty where there is nothing to say."""

    figures: list[Figure]
    below_zero: Label
    inflation: Label


def read_incentives(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date, currency: str
) -> Incentives | None:
    """Read what users hold in points; None where no event of points was ever seen."""
    found = rows(
        connection,
        "select count_if(outstanding <> 0) as users, sum(outstanding) as points,"
        " sum(liability) as liability, sum(expiring_this_month) as month_points,"
        " count_if(expiring_this_month > 0) as month_users, sum(expiring_this_year) as year_points,"
        " count_if(expiring_this_year > 0) as year_users, count_if(is_negative) as negative,"
        " count(*) as known from serving.marts.points_balances"
        f" where as_of_date = {sql(as_of_date)}",
    )
    if not found or not found[0]["known"]:
        return None
    held = found[0]
    return Incentives(
        figures=[
            Figure(
                Label("Points outstanding", "未兑积分"),
                numbers.count(held["points"]),
                _of(held["users"]),
            ),
            Figure(
                Label("Owed for them", "积分负债"),
                numbers.money(held["liability"], currency),
                Label("by what a point is worth to each tier", "按各等级积分价值"),
            ),
            Figure(
                Label("Expiring this month", "本月到期"),
                numbers.count(held["month_points"]),
                _of(held["month_users"]),
            ),
            Figure(
                Label("Expiring this year", "本年到期"),
                numbers.count(held["year_points"]),
                _of(held["year_users"]),
            ),
            *_issued(connection, as_of_date),
        ],
        below_zero=_below_zero(held["negative"]),
        inflation=_inflation(connection, rules, as_of_date),
    )


def _of(number: int) -> Label:
    held = users(number)
    return Label(f"of {held.en}", held.zh)


def _below_zero(number: int) -> Label:
    if not number:
        return Label("")
    return Label(
        f"More was redeemed than there was, of {users(number).en}: look at the source.",
        f"{number:,} 位用户兑换超过余额，请检查数据源。",
    )


def _issued(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> list[Figure]:
    found = rows(
        connection,
        f"from serving.marts.points_months where month = {sql(as_of_date.replace(day=1))}",
    )
    if not found or found[0]["issued"] is None:
        return []
    used = numbers.count(found[0]["redeemed"])
    return [
        Figure(
            Label("Issued this month", "本月发放"),
            numbers.count(found[0]["issued"]),
            Label(f"{used} redeemed", f"兑换 {used}"),
        )
    ]


def _inflation(connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date) -> Label:
    """Say how points have grown in a year, and beside what limit; or that nobody can know yet."""
    found: list[Row] = rows(
        connection,
        f"from serving.marts.kpi_daily where as_of_date = {sql(as_of_date)}"
        " and kpi = 'points_inflation' and dimension = 'all'",
    )
    if not found:
        return Label("")
    if not numbers.is_number(found[0]["value"]):
        return Label(
            "How points grow is not known: it takes the same day of the year before.",
            "积分通胀未知：需有上年同期数据。",
        )
    grown = numbers.signed(found[0]["value"], "number")
    target = {row["kpi"]: row.get("target") for row in rules.tables["kpis"]}.get("points_inflation")
    limit = Label("")
    if target is not None:
        most = numbers.limit(target)
        limit = Label(f" (at most {most} is wanted)", f"（目标不超过 {most}）")
    return Label(
        f"Points outstanding {grown} in a year{limit.en}.",
        f"未兑积分同比 {grown}{limit.zh}。",
    )
