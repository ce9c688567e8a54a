"""Lines -> what users were promised, what became of it, and what it is worth (section 15)."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from tests.recompute.points import CENT, DAY, KINDS, ZERO, books
from tests.recompute.value import rfm_of
from tests.recompute.worth import month_days

if TYPE_CHECKING:
    from tests.recompute.world import World


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(day: date) -> date:
    return month_of(month_of(day) + timedelta(days=31))


def unit_value(world: "World", tier: str) -> Decimal:
    values = {row["tier"]: Decimal(row["unit_value"]) for row in world.rules.rows("point_values")}
    return values.get(tier, values["none"])


def tiers_on(world: "World", day: date) -> dict[str, str]:
    """Return the tiers of the last Sunday on or before a day."""
    sunday = day - timedelta(days=(day.weekday() + 1) % 7)
    return {row["user_id"]: row["rfm_tier"] for row in rfm_of(world, sunday)}


def point_users(world: "World") -> list[str]:
    return [u for u, lines in world.by_user.items() if any(x.event in KINDS for x in lines)]


def points_ledger(world: "World") -> list[dict[str, Any]]:
    rows = []
    for user in point_users(world):
        *_, (_, book) = books(world, world.by_user[user], list(world.days()))
        useful = {x.entry_id for lot in book.lots for x in lot.in_time}
        for row in book.rows:
            if row["kind"] == "extended":
                row["is_counted"] = row["entry_id"] in useful
            rows.append(row | {"user_id": user})
    return rows


def points_balances(world: "World") -> list[dict[str, Any]]:
    kept = {day: tiers_on(world, day) for day in month_days(world)}
    rows = []
    for user in point_users(world):
        for day, book in books(world, world.by_user[user], list(world.days())):
            if day not in kept or not book.rows:
                continue
            tier = kept[day].get(user, "none")
            ends = {"month": next_month(day) - DAY, "year": date(day.year, 12, 31)}
            # What was overdrawn is there to be paid yet: no lot holds what is left of it.
            expiring = {
                f"expiring_this_{name}": sum((lot.left for lot, _ in book.expiries(end)), ZERO)
                for name, end in ends.items()
            }
            owed = book.outstanding * unit_value(world, tier)
            totals = {kind: book.total(kind) for kind in ("earned", "redeemed", "expired")}
            rows.append(
                {
                    "as_of_date": day,
                    "user_id": user,
                    "tier": tier,
                    "outstanding": book.outstanding,
                    "is_negative": book.outstanding < 0,
                    "reported_expired": book.reported,
                    "unit_value": unit_value(world, tier),
                    "liability": owed.quantize(CENT, ROUND_HALF_UP),
                }
                | totals
                | expiring
            )
    return rows


def outstanding_by_day(world: "World") -> dict[date, dict[str, Decimal]]:
    """Return what every user has left at the end of every day."""
    found: dict[date, dict[str, Decimal]] = defaultdict(dict)
    for user in point_users(world):
        for day, book in books(world, world.by_user[user], list(world.days())):
            found[day][user] = book.outstanding
    return found


def points_months(world: "World") -> list[dict[str, Any]]:
    booked: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in points_ledger(world):
        booked[month_of(row["entry_date"])][row["kind"]] += abs(row["points"])
    first = min(booked, default=None)
    left = outstanding_by_day(world)
    rows = []
    month = month_of(world.first_day)
    while month <= world.as_of:
        last = min(next_month(month) - DAY, world.as_of)
        is_known = first is not None and first <= month
        tiers = tiers_on(world, last)
        owed = sum(
            (n * unit_value(world, tiers.get(u, "none")) for u, n in left[last].items()), ZERO
        )
        told = {
            "issued": booked[month]["earned"],
            "redeemed": booked[month]["redeemed"],
            "expired": booked[month]["expired"],
            "outstanding": sum(left[last].values(), ZERO),
            "liability": owed.quantize(CENT, ROUND_HALF_UP),
        }
        # No random shop is older than a year.
        rows.append(
            {
                "month": month,
                "is_complete": last == next_month(month) - DAY,
                "inflation_outstanding": None,
                "inflation_issued": None,
                "status": "insufficient_data" if is_known else "unknown",
            }
            | (told if is_known else dict.fromkeys(told))
        )
        month = next_month(month)
    return rows
