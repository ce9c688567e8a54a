"""First days and later ones -> who of each cohort came back (section 7)."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.recompute.lifecycle import DAY, next_period, period_start
from tests.recompute.money import ZERO, money_days
from tests.recompute.users import signed_up_date

if TYPE_CHECKING:
    from tests.recompute.world import World


def members_of(world: "World", cohort_by: str) -> dict[str, date]:
    """Return the day each member began."""
    if cohort_by == "signup":
        days = {user: signed_up_date(world, user) for user in world.by_user}
        return {user: day for user, day in days.items() if day is not None and day <= world.as_of}
    found = world.active_days if cohort_by == "activity" else world.order_days
    firsts = {user: min(days) for user, days in found.items() if days}
    return {user: day for user, day in firsts.items() if day <= world.as_of}


def number_between(period: str, start: date, other: date) -> int:
    if period == "month":
        return (other.year - start.year) * 12 + other.month - start.month
    return (other - start).days // (7 if period == "week" else 1)


def cohort_retention(world: "World") -> list[dict[str, Any]]:
    money = [(user, day, m) for (user, day), m in money_days(world).items() if day <= world.as_of]
    horizons = {
        r["period"]: int(r["max_period_number"]) for r in world.rules.rows("retention_horizons")
    }
    rows = []
    for cohort_by in ("activity", "signup", "order"):
        members = members_of(world, cohort_by)
        present = world.order_days if cohort_by == "order" else world.active_days
        for period, horizon in horizons.items():
            cohorts: dict[date, set[str]] = defaultdict(set)
            for user, day in members.items():
                cohorts[period_start(period, day)].add(user)
            moved: dict[date, dict[int, list[Any]]] = defaultdict(
                lambda: defaultdict(lambda: [0, ZERO])
            )
            for user, day, amounts in money:
                if user in members:
                    start = period_start(period, members[user])
                    cell = moved[start][number_between(period, start, period_start(period, day))]
                    cell[0] += amounts["orders"]
                    cell[1] += amounts["net_revenue"]
            for start, users in cohorts.items():
                back = {
                    user: {
                        number_between(period, start, period_start(period, day))
                        for day in present.get(user, [])
                        if day <= world.as_of
                    }
                    for user in users
                }
                common = {"cohort_by": cohort_by, "period": period, "cohort_start": start}
                rows += [
                    common
                    | {"dimension": "all", "dimension_value": "all", "cohort_size": len(users)}
                    | cell
                    for cell in _cells(world, period, start, horizon, back, moved[start])
                ]
    for row in rows:
        row["retention_rate"] = row["users"] / row["cohort_size"]
    return rows


def _cells(
    world: "World",
    period: str,
    start: date,
    horizon: int,
    back: dict[str, set[int]],
    moved: dict[int, list[Any]],
) -> list[dict[str, Any]]:
    newest = number_between(period, start, period_start(period, world.as_of))
    ends, at = {}, start
    for number in range(max(newest, 0) + 1):
        after = next_period(period, at)
        ends[number], at = after - DAY, after
    cells, cumulative = [], Decimal(0)
    for number in range(min(newest, horizon) + 1):
        orders, revenue = moved[number]
        cumulative += revenue
        came = sum(number in numbers for numbers in back.values())
        later = sum(max(numbers, default=-1) >= number for numbers in back.values())
        for kind, users in (("n_period", came), ("unbounded", later)):
            cells.append(
                {
                    "period_number": number,
                    "kind": kind,
                    "bracket": None,
                    "users": users,
                    "orders": orders,
                    "net_revenue": revenue,
                    "cumulative_revenue": float(cumulative / len(back)),
                    "is_mature": ends[number] <= world.as_of,
                }
            )
    for rule in world.rules.rows("retention_brackets"):
        low, high = int(rule["from_period"]), int(rule["to_period"])
        if rule["period"] != period or low > newest:
            continue
        within = [moved[number] for number in range(low, high + 1)]
        cells.append(
            {
                "period_number": low,
                "kind": "bracket",
                "bracket": rule["bracket"],
                "users": sum(any(low <= n <= high for n in numbers) for numbers in back.values()),
                "orders": sum(orders for orders, _ in within),
                "net_revenue": sum((revenue for _, revenue in within), ZERO),
                "cumulative_revenue": None,
                "is_mature": high in ends and ends[high] <= world.as_of,
            }
        )
    return cells
