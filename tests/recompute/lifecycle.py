"""Active days and orders -> stages of each user, and how periods follow each other (section 6)."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.recompute.world import World

DAY = timedelta(days=1)


def stage_of(world: "World", user: str, day: date) -> str | None:
    """Return the first stage of `lifecycle_stages.csv` whose conditions all hold on a day."""
    active = world.active_days.get(user, [])
    known = active[: bisect_right(active, day)]
    if not known:
        return None
    orders = sum(order.stands(day) for order in world.orders_of.get(user, []))
    silent = (day - known[-1]).days
    for rule in sorted(
        world.rules.rows("lifecycle_stages"), key=lambda row: int(row["stage_order"])
    ):
        limits = {name: int(value) for name, value in rule.items() if _is_limit(name) and value}
        if "max_age_days" in limits and (day - known[0]).days > limits["max_age_days"]:
            continue
        if "min_silent_days" in limits and silent < limits["min_silent_days"]:
            continue
        if "max_silent_days" in limits and silent > limits["max_silent_days"]:
            continue
        if "min_orders" in limits and orders < limits["min_orders"]:
            continue
        if "max_return_days" in limits and not _came_back(known, day, limits):
            continue
        return rule["stage"]
    return None


def _is_limit(name: str) -> bool:
    return name.startswith(("max_", "min_"))


def _came_back(active: list[date], day: date, limits: dict[str, int]) -> bool:
    """Say whether a silence of the least length ended at most so many days ago."""
    least, most = limits.get("min_return_silent_days", 0), limits["max_return_days"]
    returns = [after for before, after in pairwise(active) if (after - before).days - 1 >= least]
    return bool(returns) and (day - returns[-1]).days <= most


def user_lifecycle(world: "World") -> list[dict[str, Any]]:
    rows = []
    for user, active in world.active_days.items():
        day, before = active[0], None
        while day <= world.as_of:
            stage = stage_of(world, user, day)
            if stage != before:
                if before is not None:
                    rows[-1]["valid_to"] = day
                row = {"user_id": user, "valid_from": day, "valid_to": None, "stage": stage}
                rows.append(row)
                before = stage
            day += DAY
    return rows


def period_start(period: str, day: date) -> date:
    if period == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if period == "month" else day


def next_period(period: str, start: date) -> date:
    if period == "month":
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    return start + timedelta(days=7 if period == "week" else 1)


def periods_between(period: str, first: date, last: date) -> Iterable[date]:
    start = period_start(period, first)
    while start <= last:
        yield start
        start = next_period(period, start)


def lifecycle_periods(world: "World") -> list[dict[str, Any]]:
    bases = {"activity": world.active_days, "order": world.order_days}
    rows = []
    for basis, days in bases.items():
        for period in ("day", "week", "month"):
            present: dict[date, set[str]] = {}
            first: dict[str, date] = {}
            for user, found in days.items():
                starts = {period_start(period, day) for day in found if day <= world.as_of}
                for start in starts:
                    present.setdefault(start, set()).add(user)
                if starts:
                    first[user] = min(starts)
            before: set[str] = set()
            for start in periods_between(period, min(present), world.as_of) if present else ():
                now = present.get(start, set())
                new = {user for user in now if first[user] == start}
                last = next_period(period, start) - DAY
                earlier = period_start(period, start - DAY)
                is_mature = (
                    last <= world.as_of
                    and world.is_known(start, last)
                    and (start <= world.first_day or world.is_known(earlier, start - DAY))
                )
                rows.append(
                    {
                        "basis": basis,
                        "period": period,
                        "period_start": start,
                        "new": len(new),
                        "returning": len(now & before),
                        "resurrecting": len(now - before - new),
                        "dormant": len(before - now) if is_mature else None,
                        "active": len(now),
                        "is_mature": is_mature,
                    }
                )
                before = now
    return rows
