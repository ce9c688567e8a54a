"""Spend files and users -> what channels cost and bring (sections 9, 11)."""

import csv
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.recompute.arrivals import acquisition_channel, seen_days
from tests.recompute.lifecycle import period_start
from tests.recompute.money import ZERO, exchange, in_minor_units
from tests.recompute.worth import clv_of, net_revenue
from warehouse.judging.spelling import folded

if TYPE_CHECKING:
    from tests.recompute.world import World

MONTH_DAYS = 30


def spend(world: "World") -> dict[date, list[tuple[str, Decimal | None]]]:
    """Return by day what was spent under each name, by the last file on day, name and campaign."""
    words: dict[tuple[date, str, str], list[tuple[Any, Decimal, str]]] = defaultdict(list)
    for path in sorted((world.rules.home / "landing" / "spend").glob("dt=*/*.csv")):
        loaded = date.fromisoformat(path.parent.name.removeprefix("dt="))
        if loaded not in world.landed:
            continue
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                day = date.fromisoformat(row["date"])
                key = (day, folded(row["channel"]), folded(row["campaign"]))
                said = ((loaded, path.name), Decimal(row["amount"]), row["currency"])
                if day <= world.as_of:
                    words[key].append(said)
    found: dict[date, list[tuple[str, Decimal | None]]] = defaultdict(list)
    for (day, name, _), told in words.items():
        last = max(file for file, _, _ in told)
        for amount, currency in [said for file, *said in told if file == last]:
            rate = exchange(world.rules, currency or world.rules.currency, day)
            money = None if rate is None else in_minor_units(world.rules, amount * rate)
            found[day].append((name, money))
    return found


def known_spend(world: "World") -> dict[date, list[tuple[str, Decimal | None]]]:
    """Return the days of which an amount has a value."""
    told = spend(world).items()
    return {day: rows for day, rows in told if any(amount is not None for _, amount in rows)}


def channel(world: "World", name: str) -> str:
    """Return the channel that a campaign source or a spend file means by a name."""
    rules = world.rules.rows("acquisition_channels")
    known = {folded(row["source"]): row["channel"] for row in rules}
    unknown = folded(name)
    return known.get(unknown, f"source {unknown}" if unknown in {"all", "none"} else unknown)


def first_order(world: "World", user: str, day: date) -> date | None:
    """Return the day of a user's first order that stands, as a day knows it."""
    orders = world.orders_of.get(user, [])
    return min((order.day for order in orders if order.stands(day)), default=None)


def dim_acquisition_channels(world: "World") -> list[dict[str, Any]]:
    rules = {row["channel"]: row for row in world.rules.rows("acquisition_channels")}
    sources = {
        acquisition_channel(world, u, world.as_of) for u in world.by_user if is_here(world, u)
    }
    sources |= {name for rows in spend(world).values() for name, _ in rows}
    others = {channel(world, source) for source in sources} - rules.keys()
    rows = []
    for position, code in enumerate([*sorted(rules), *sorted(others)], start=1):
        name = rules.get(code, {"name_en": code, "name_zh": code})
        row = {"code": code, "position": position, "is_known": code in rules}
        rows.append(row | {key: name[key] for key in ("name_en", "name_zh")})
    return rows


def is_here(world: "World", user: str) -> bool:
    """Say whether somebody was seen or active."""
    active = world.active_days.get(user, [])
    return bool(seen_days(world, user)) or any(day <= world.as_of for day in active)


def channel_economics(world: "World") -> list[dict[str, Any]]:
    spent = spend(world)
    cells: dict[tuple[date, str], dict[str, Any]] = defaultdict(
        lambda: {"spend": None, "users": 0, "customers": [], "unvalued": False}
    )
    for day, rows in spent.items():
        for name, amount in rows:
            cell = cells[period_start("month", day), channel(world, name)]
            if amount is not None:
                cell["spend"] = (cell["spend"] or ZERO) + amount
            cell["unvalued"] |= amount is None
    for user in world.by_user:
        if not is_here(world, user):
            continue
        came_by = channel(world, acquisition_channel(world, user, world.as_of))
        active = [day for day in world.active_days.get(user, []) if day <= world.as_of]
        if active:
            cells[period_start("month", active[0]), came_by]["users"] += 1
        if bought := first_order(world, user, world.as_of):
            cells[period_start("month", bought), came_by]["customers"].append((user, bought))
    spent = known_spend(world)
    return [_economics(world, *key, cell, spent) for key, cell in cells.items()]


def _economics(
    world: "World", month: date, code: str, cell: dict[str, Any], spent: dict[date, Any]
) -> dict[str, Any]:
    days = [day for day in world.days() if period_start("month", day) == month]
    known = [day for day in days if day in spent]
    cost = cell["spend"]
    if cost is None and known and not cell["unvalued"]:
        cost = ZERO
    customers = cell["customers"]
    paid = sum(bought in spent for _, bought in customers)
    net = net_revenue(world)
    brought = Fraction(sum((net.get(user, ZERO) for user, _ in customers), ZERO))
    has_landed = any(day in world.known_days for day in days)
    lived = sum((world.as_of - bought).days + 1 for _, bought in customers)
    cac = Fraction(cost) / paid if paid and cost is not None else None
    monthly = MONTH_DAYS * brought / lived if lived else Fraction(0)
    valued = [
        net.get(user, ZERO) + clv
        for user, _ in customers
        if (clv := clv_of(world, user)) is not None
    ]
    ltv = Fraction(sum(valued, ZERO)) / len(valued) if valued else None
    is_whole = len(known) == len(days) and not cell["unvalued"]
    return {
        "month": month,
        "channel": code,
        "spend": cost,
        "new_users": cell["users"] or (0 if has_landed else None),
        "new_customers": len(customers) or (0 if has_landed else None),
        "cac": None if cac is None else _money(world, cac),
        "ltv_predicted": None if ltv is None else _money(world, ltv),
        "ltv_realised": _money(world, brought / len(customers)) if customers else None,
        "ltv_cac": float(ltv / cac) if ltv is not None and cac else None,
        "payback_months": float(cac / monthly) if cac is not None and monthly > 0 else None,
        "status": "unknown"
        if cost is None
        else "ok"
        if is_whole and cac is not None and ltv is not None
        else "insufficient_data",
    }


def _money(world: "World", amount: Fraction) -> Decimal:
    return in_minor_units(world.rules, Decimal(amount.numerator) / Decimal(amount.denominator))


def won(world: "World", day: date, window: list[date]) -> int:
    """Count the users whose first order that stands as of a day lies on days of a window."""
    return sum(first_order(world, user, day) in window for user in world.by_user)


def cac_parts(world: "World", day: date, length: int) -> tuple[Decimal, int]:
    """Return what was spent on the days of a window whose spend is known, and whom they won."""
    spent = known_spend(world)
    back = (day - timedelta(days=n) for n in range(length))
    known = [at for at in back if at in spent and at in world.known_days]
    amounts = (amount or ZERO for at in known for _, amount in spent[at])
    return sum(amounts, ZERO), won(world, day, known)
