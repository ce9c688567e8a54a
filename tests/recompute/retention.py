"""First days and later ones -> who of each cohort came back, by what they are (section 7)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.recompute.arrivals import acquisition_channel, seen_days, signed_up_at, signed_up_date
from tests.recompute.lifecycle import DAY, next_period, period_start
from tests.recompute.money import ZERO, money_days
from tests.recompute.places import place_of

if TYPE_CHECKING:
    from tests.recompute.world import World

DIMENSIONS = ("channel", "country", "platform", "incentive_mix")


@dataclass
class Member:
    """Somebody of a cohort: the periods they were there in, and what they brought in each."""

    user: str
    start: date
    came: set[int]
    moved: dict[int, list[Any]] = field(default_factory=dict)


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


def incentives_of(world: "World", user: str) -> Iterator[tuple[date, str]]:
    """Give each use of an incentive: the day, and its kind."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for row in world.rules.rows("incentive_events"):
        kinds[row["event"]].append(row["kind"])
    for line in world.by_user[user]:
        if line.kind in {"track", "page", "screen"} and line.day <= world.as_of:
            for kind in kinds.get(line.event, ()):
                yield line.day, kind


def traits_of(world: "World") -> dict[str, dict[str, str]]:
    """Say of each user what cohorts are split by, as of the day."""
    days = int(world.rules.number("incentive_mix_days") or 0)
    most = int(world.rules.number("retention_countries") or 0)
    mix_kinds = {row["kind"]: row["mix_kind"] for row in world.rules.rows("incentive_kinds")}
    came = {user for user, days in world.active_days.items() if days[0] <= world.as_of}
    users = [user for user in world.by_user if user in came or seen_days(world, user)]
    places = {
        user: {name: place_of(world.by_user[user], name, world.as_of) for name in DIMENSIONS[1:3]}
        for user in users
    }
    counts = Counter(place["country"] for place in places.values() if place["country"])
    large = sorted(counts, key=lambda country: (-counts[country], country))[:most]
    told = {}
    for user in users:
        active = world.active_days.get(user)
        used = {
            mix_kinds[kind]
            for day, kind in incentives_of(world, user)
            if active and day < active[0] + timedelta(days=days)
        }
        country = places[user]["country"]
        told[user] = {
            "channel": acquisition_channel(world, user, world.as_of),
            "country": "none" if not country else country if country in large else "other",
            "platform": places[user]["platform"] or "none",
            "incentive_mix": ("none", "one", "several")[min(len(used), 2)],
        }
    return told


def calendar_members(world: "World", cohort_by: str, period: str) -> list[Member]:
    present = world.order_days if cohort_by == "order" else world.active_days
    members = {}
    for user, day in members_of(world, cohort_by).items():
        start = period_start(period, day)
        came = {
            number_between(period, start, period_start(period, other))
            for other in present.get(user, [])
            if other <= world.as_of
        }
        members[user] = Member(user, start, came)
    for (user, day), amounts in money_days(world).items():
        if day <= world.as_of and user in members:
            member = members[user]
            number = number_between(period, member.start, period_start(period, day))
            cell = member.moved.setdefault(number, [0, ZERO])
            cell[0] += amounts["orders"]
            cell[1] += amounts["net_revenue"]
    return list(members.values())


def rolling_members(world: "World", cohort_by: str) -> list[Member]:
    """Count days as spans of 24 hours from each member's own first instant."""
    members = []
    for user, day in members_of(world, cohort_by).items():
        orders = [
            x for x in world.orders_of.get(user, []) if not x.is_void and x.day <= world.as_of
        ]
        acts = [x for x in world.by_user[user] if "activity" in x.roles and x.day <= world.as_of]
        began = {
            "activity": lambda acts=acts: min(line.at for line in acts),
            "signup": lambda user=user: signed_up_at(world.by_user[user]),
            "order": lambda orders=orders: min(order.at for order in orders),
        }[cohort_by]()
        moments = [x.at for x in (orders if cohort_by == "order" else acts)]
        member = Member(user, day, {_windows(began, at) for at in moments if at >= began})
        for order in orders:
            if order.at >= began:
                cell = member.moved.setdefault(_windows(began, order.at), [0, ZERO])
                cell[0] += 1
                cell[1] += order.net(world.as_of)
        members.append(member)
    return members


def _windows(began: datetime, at: datetime) -> int:
    return (at - began) // timedelta(hours=24)


def cohort_retention(world: "World") -> list[dict[str, Any]]:
    traits = traits_of(world)
    rows = []
    for cohort_by in ("activity", "signup", "order"):
        for row in world.rules.rows("retention_horizons"):
            period, horizon = row["period"], int(row["max_period_number"])
            kind = {"cohort_by": cohort_by, "period": period, "clock": "calendar"}
            members = calendar_members(world, cohort_by, period)
            dimensions = ("all",) if period == "day" else ("all", *DIMENSIONS)
            for dimension in dimensions:
                rows += _told(world, kind, horizon, members, dimension, traits)
            if period == "day":
                kind = kind | {"clock": "rolling_24h"}
                members = rolling_members(world, cohort_by)
                rows += _told(world, kind, horizon, members, "all", traits)
    for row in rows:
        row["retention_rate"] = row["users"] / row["cohort_size"]
    return rows


def _told(
    world: "World",
    kind: dict[str, Any],
    horizon: int,
    members: Iterable[Member],
    dimension: str,
    traits: dict[str, dict[str, str]],
) -> Iterator[dict[str, Any]]:
    cohorts: dict[tuple[date, str], list[Member]] = defaultdict(list)
    for member in members:
        value = "all" if dimension == "all" else traits[member.user][dimension]
        cohorts[member.start, value].append(member)
    for (start, value), cohort in cohorts.items():
        common = kind | {
            "cohort_start": start,
            "dimension": dimension,
            "dimension_value": value,
            "cohort_size": len(cohort),
        }
        later = DAY if kind["clock"] == "rolling_24h" else 0 * DAY
        for cell in _cells(world, kind["period"], start, horizon, cohort, later):
            yield common | cell


def _cells(
    world: "World",
    period: str,
    start: date,
    horizon: int,
    cohort: list[Member],
    later: timedelta,
) -> list[dict[str, Any]]:
    newest = number_between(period, start, period_start(period, world.as_of))
    begins, ends, at = {}, {}, start
    for number in range(max(newest, 0) + 1):
        after = next_period(period, at)
        begins[number], ends[number], at = at, after - DAY + later, after

    def is_mature(low: int, high: int) -> bool:
        if ends.get(high, date.max) > world.as_of:
            return False
        first, last = begins[low], ends[high]
        if later and low == high:
            return world.is_known(first, first) and world.is_known(last, last)
        return world.is_known(first, last - later)

    def moved(number: int) -> tuple[int, Decimal]:
        cells = [member.moved[number] for member in cohort if number in member.moved]
        return sum(cell[0] for cell in cells), sum((cell[1] for cell in cells), ZERO)

    cells, cumulative = [], Decimal(0)
    for number in range(min(newest, horizon) + 1):
        orders, revenue = moved(number)
        cumulative += revenue
        came = sum(number in member.came for member in cohort)
        or_later = sum(max(member.came, default=-1) >= number for member in cohort)
        for kind, users in (("n_period", came), ("unbounded", or_later)):
            cells.append(
                {
                    "period_number": number,
                    "kind": kind,
                    "bracket": None,
                    "users": users,
                    "orders": orders,
                    "net_revenue": revenue,
                    "cumulative_revenue": float(cumulative / len(cohort)),
                    "is_mature": is_mature(number, number),
                }
            )
    for rule in world.rules.rows("retention_brackets"):
        low, high = int(rule["from_period"]), int(rule["to_period"])
        if rule["period"] != period or low > newest:
            continue
        within = [moved(number) for number in range(low, high + 1)]
        cells.append(
            {
                "period_number": low,
                "kind": "bracket",
                "bracket": rule["bracket"],
                "users": sum(any(low <= n <= high for n in member.came) for member in cohort),
                "orders": sum(orders for orders, _ in within),
                "net_revenue": sum((revenue for _, revenue in within), ZERO),
                "cumulative_revenue": None,
                "is_mature": is_mature(low, high),
            }
        )
    return cells


CURVE = (
    "cohort_by", "period", "kind", "clock", "dimension", "dimension_value", "period_number",
    "bracket",
)  # fmt: skip


def retention_curves(world: "World") -> list[dict[str, Any]]:
    """Average the cells that are mature over all cohorts, weighted by their members."""
    curves: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in cohort_retention(world):
        curves[tuple(row[name] for name in CURVE)].append(row)
    rows = []
    for key, cells in curves.items():
        mature = [cell for cell in cells if cell["is_mature"]]
        size = sum(cell["cohort_size"] for cell in mature)

        def total(name: str, mature: list[dict[str, Any]] = mature) -> Any:
            return sum(cell[name] for cell in mature) if mature else None

        cumulative = None
        if mature and key[2] != "bracket":
            cumulative = sum(c["cumulative_revenue"] * c["cohort_size"] for c in mature) / size
        rows.append(
            dict(zip(CURVE, key, strict=True))
            | {
                "cohorts": len(mature),
                "cohort_size": size or None,
                "users": total("users"),
                "retention_rate": total("users") / size if mature else None,
                "orders": total("orders"),
                "net_revenue": total("net_revenue"),
                "cumulative_revenue": cumulative,
                "status": "ok" if mature else "insufficient_data",
            }
        )
    return rows
