"""Points by month, levels, benefits, rewards -> what the programme costs, and who hangs on it."""

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import numbers
from warehouse.report.changes import PHASES
from warehouse.report.charts import Chart, points_chart
from warehouse.report.labels import Bar, Label, label, readable
from warehouse.report.query import Row, newest, rows, sql
from warehouse.report.rules import Rules
from warehouse.report.sparkline import sparkline

MONTHS_SHOWN = 12


@dataclass(frozen=True)
class Month:
    """Points of a month, what is owed for those left, and how they grew in a year."""

    name: str
    cells: list[str]


@dataclass(frozen=True)
class Kind:
    """Who was drawn by a kind of incentive, and how many of them came back in each phase."""

    name: Label
    users: str
    phases: list[str]
    spark: str


@dataclass(frozen=True)
class Hanging:
    """Activity and buying again before, during and after rewards; what went with them."""

    tier: Label
    users: str
    activity: list[str]
    repurchase: list[str]
    dependence: str


@dataclass(frozen=True)
class Programme:
    """The programme of points, levels and benefits; each part is empty while its mart is."""

    chart: Chart | None
    points: list[Month]
    levels: list[Bar]
    honours: Label
    benefits: list[tuple[Label, list[str]]]
    is_use_known: bool
    balance: list[tuple[str, list[str]]]
    is_balance_known: bool
    hanging: list[Hanging]
    kinds: list[Kind]


def read_programme(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date, currency: str
) -> Programme | None:
    """Read the programme as of the day; None while nothing of it is known."""
    months = rows(
        connection,
        "from serving.marts.points_months where issued is not null"
        f" and month <= {sql(as_of_date)} order by month desc limit {MONTHS_SHOWN}",
    )[::-1]
    levels, honours = _levels(connection, rules, as_of_date)
    benefits, is_use_known = _benefits(connection, rules, as_of_date)
    balance = rows(
        connection,
        "from serving.marts.programme_balance where coalesce(cost_points, cost_benefits) is not"
        f" null and month <= {sql(as_of_date)} order by month desc limit 3",
    )
    found = Programme(
        chart=points_chart(months),
        points=[_month(row, currency) for row in months[::-1]],
        levels=levels,
        honours=honours,
        benefits=benefits,
        is_use_known=is_use_known,
        balance=[(f"{row['month']:%Y-%m}", _money(row, currency)) for row in balance],
        is_balance_known=any(row["status"] != "unknown" for row in balance),
        hanging=_hanging(connection, rules),
        kinds=_kinds(connection, rules, as_of_date),
    )
    parts = (found.points, levels, benefits, balance, found.hanging, found.kinds)
    return found if any(parts) else None


def _month(row: Row, currency: str) -> Month:
    grown = (
        numbers.signed(row[column], "number") if numbers.is_number(row[column]) else numbers.MISSING
        for column in ("inflation_outstanding", "inflation_issued")
    )
    return Month(
        f"{row['month']:%Y-%m}" + ("" if row["is_complete"] else " …"),
        [
            *(numbers.count(row[c]) for c in ("issued", "redeemed", "expired", "outstanding")),
            numbers.money(row["liability"], currency),
            *grown,
        ],
    )


def _money(row: Row, currency: str) -> list[str]:
    columns = ("cost_points", "cost_benefits", "incremental_revenue", "balance")
    return [numbers.money(row[column], currency) for column in columns]


def _levels(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date
) -> tuple[list[Bar], Label]:
    """Count users by level, the highest first, and by honour those at the highest."""
    counted = rows(
        connection,
        "select level, honour, count(*) as users from serving.marts.growth_levels"
        f" where {newest('growth_levels', as_of_date)} group by all",
    )
    everybody = sum(row["users"] for row in counted)
    names = rules.names("level_bands", "level")
    users = dict.fromkeys([*names][::-1], 0)
    for row in counted:
        users[row["level"]] = users.get(row["level"], 0) + row["users"]
    most = max(users.values(), default=0)
    honours = rules.names("honours", "honour")
    held = [
        (label(honours, row["honour"]), row["users"])
        for row in sorted(counted, key=lambda row: (-row["users"], str(row["honour"])))
        if row["honour"]
    ]
    return [
        Bar(
            label(names, level),
            f"{numbers.count(number)} ({numbers.share(number / everybody)})",
            numbers.width(number, most),
        )
        for level, number in users.items()
        if everybody
    ], Label(
        ", ".join(f"{name.en} {number:,}" for name, number in held),
        "、".join(f"{name.zh or name.en} {number:,}" for name, number in held),
    )


def _benefits(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date
) -> tuple[list[tuple[Label, list[str]]], bool]:
    """Give those entitled to each benefit, their quota, what they used of it and what is left."""
    names = rules.names("benefits", "benefit")
    found = rows(
        connection,
        "select benefit, count_if(is_entitled) as entitled, sum(quota) filter (is_entitled)"
        " as quota, sum(used) filter (is_entitled) as used,"
        " sum(remaining) filter (is_entitled) as remaining"
        f" from serving.marts.benefit_balances where {newest('benefit_balances', as_of_date)}"
        " group by benefit order by entitled desc, benefit",
    )
    columns = ("entitled", "quota", "used", "remaining")
    return [
        (label(names, row["benefit"]), [numbers.count(row[column]) for column in columns])
        for row in found
    ], any(row["used"] is not None for row in found)


def _hanging(connection: duckdb.DuckDBPyConnection, rules: Rules) -> list[Hanging]:
    names = rules.tiers() | {"all": Label("Everybody", "全体")}
    order = {tier: place for place, tier in enumerate(dict.fromkeys(["all", *names]))}
    found = rows(connection, "from serving.marts.incentive_dependence where status <> 'unknown'")
    return [
        Hanging(
            tier=label(names, row["tier"]),
            users=numbers.count(row["users"]),
            activity=[numbers.share(row[f"activity_{phase}"], 0) for phase in PHASES],
            repurchase=[numbers.share(row[f"repurchase_{phase}"], 0) for phase in PHASES],
            dependence=numbers.share(row["dependence"]),
        )
        for row in sorted(found, key=lambda row: (order.get(row["tier"], len(order)), row["tier"]))
    ]


def _kinds(connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date) -> list[Kind]:
    """Give who came back per period, by kind of incentive, over all its rewards."""
    names = rules.names("incentive_kinds", "kind")
    told: dict[str, list[Row]] = {}
    for row in rows(
        connection,
        "from serving.marts.incentive_retention where reward = 'all' and period_number <> 0"
        f" and is_mature and users > 0 and to_date <= {sql(as_of_date)} order by incentive,"
        " case phase when 'before' then 1 when 'during' then 2 else 3 end, period_number",
    ):
        told.setdefault(row["incentive"], []).append(row)
    return [
        Kind(
            name=names.get(kind) or Label(readable(kind)),
            users=numbers.count(max(row["users"] for row in periods)),
            phases=[_came_back(periods, phase) for phase in PHASES],
            spark=sparkline([float(row["retention_rate"]) for row in periods]),
        )
        for kind, periods in told.items()
    ]


def _came_back(periods: list[Row], phase: str) -> str:
    of_phase = [row for row in periods if row["phase"] == phase]
    users = sum(row["users"] for row in of_phase)
    return numbers.share(sum(row["active"] for row in of_phase) / users if users else None)
