"""Rewards, releases, habits -> what changed with them: for users drawn, features, people (7, 8)."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Any

from tests.recompute.lifecycle import DAY
from tests.recompute.lines import Line, number_of
from tests.recompute.money import money_days
from tests.recompute.retention import incentives_of

if TYPE_CHECKING:
    from tests.recompute.world import World

COUNTS = ("users", "active", "active_days", "orders", "buyers", "repeat_buyers")


def spans_of(world: "World", row: dict[str, str]) -> Iterator[tuple[str, int, date, date, bool]]:
    """Give each period of a reward that has begun: phase, number, first and last day, if over."""
    length = timedelta(days=int(world.rules.number("reward_period_days") or 0))
    most = int(world.rules.number("reward_periods") or 0)
    start = date.fromisoformat(row["valid_from"])
    end = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
    last = end or world.as_of
    found = [
        ("before", -n, start - n * length, start - (n - 1) * length - DAY)
        for n in range(1, most + 1)
    ]
    found.append(("before", 0, start - most * length, start - DAY))
    number, at = 1, start
    while at <= last:
        after = at + length - DAY
        found.append(("during", number, at, min(end or after, after)))
        number, at = number + 1, at + length
    found.append(("during", 0, start, last))
    if end:
        begun = end + DAY
        found += [
            ("after", n + 1, begun + n * length, begun + (n + 1) * length - DAY)
            for n in range(most)
        ]
        found.append(("after", 0, begun, begun + most * length - DAY))
    for phase, number, first, to in found:
        if first <= world.as_of:
            is_open = end is None and (phase, number) == ("during", 0)
            is_told = to < world.first_day or world.is_known(first, to)
            yield phase, number, first, to, to <= world.as_of and not is_open and is_told


def incentive_retention(world: "World") -> list[dict[str, Any]]:
    orders: dict[str, Counter[date]] = defaultdict(Counter)
    for (user, day), money in money_days(world).items():
        if day <= world.as_of:
            orders[user][day] += money["orders"]
    used = {user: list(incentives_of(world, user)) for user in world.by_user}
    told: dict[tuple[str, str, str, int], dict[str, Any]] = {}
    for row in world.rules.rows("rewards"):
        begun, end = row["valid_from"], row["valid_to"] or world.as_of.isoformat()
        if begun > world.as_of.isoformat():
            continue
        drawn = [
            user
            for user, uses in used.items()
            if any(kind == row["kind"] and begun <= day.isoformat() <= end for day, kind in uses)
        ]
        for phase, number, first, to, is_mature in spans_of(world, row):
            counts = Counter(dict.fromkeys(COUNTS, 0))
            for user in drawn:
                days = [d for d in world.active_days.get(user, []) if d <= world.as_of]
                if not days or days[0] > to:
                    continue
                inside = sum(first <= day <= to for day in days)
                bought = sum(n for day, n in orders[user].items() if first <= day <= to)
                counts.update(
                    users=1, active=inside > 0, active_days=inside, orders=bought,
                    buyers=bought > 0, repeat_buyers=bought > 1,
                )  # fmt: skip
            for name in (row["reward"], "all"):
                key = (row["kind"], name, phase, number)
                line = told.setdefault(
                    key,
                    {"from_date": first, "to_date": to, "is_mature": True}
                    | dict.fromkeys(COUNTS, 0),
                )
                line["from_date"] = min(line["from_date"], first)
                line["to_date"] = max(line["to_date"], to)
                line["is_mature"] &= is_mature
                for count, value in counts.items():
                    line[count] += value
    return [
        {"incentive": kind, "reward": reward, "phase": phase, "period_number": number}
        | line
        | {
            "retention_rate": line["active"] / line["users"] if line["users"] else None,
            "repurchase_rate": line["repeat_buyers"] / line["buyers"] if line["buyers"] else None,
            "status": "ok" if line["users"] else "insufficient_data",
        }
        for (kind, reward, phase, number), line in told.items()
    ]


def feature_adoption(world: "World") -> list[dict[str, Any]]:
    length = timedelta(days=int(world.rules.number("release_window_days") or 0))
    lines = [
        x for x in world.lines if x.kind in {"track", "page", "screen"} and x.day <= world.as_of
    ]
    moved = [day for (_, day), money in money_days(world).items() if any(money.values())]
    days = [day for found in world.active_days.values() for day in found]
    rows = []
    for row in world.rules.rows("releases"):
        on = date.fromisoformat(row["released_on"])
        seen = [x for x in lines if x.event == row["feature"]]
        for phase, first in (("before", on - length), ("after", on)):
            to = first + length - DAY
            if first > world.as_of:
                continue
            active = sum(
                any(first <= day <= min(to, world.as_of) for day in found)
                for found in world.active_days.values()
            )
            within = [x for x in seen if first <= x.day <= to]
            users = len({x.user for x in within})
            status = "ok"
            if not active or first < min(days + moved):
                status = "insufficient_data"
            if not seen:
                status = "unknown"
            rows.append(
                {
                    "feature": row["feature"],
                    "release": row["release"],
                    "phase": phase,
                    "from_date": first,
                    "to_date": to,
                    "is_mature": to <= world.as_of,
                    "users": users if seen else None,
                    "active_users": active,
                    "share": users / active if status == "ok" else None,
                    "uses": len(within) if seen else None,
                    "uses_per_user": len(within) / active if status == "ok" else None,
                    "status": status,
                }
            )
    return rows


def load_time_exits(world: "World") -> list[dict[str, Any]]:
    first = world.as_of - (int(world.rules.number("load_time_days") or 0) - 1) * DAY
    bands = [(int(row["from_ms"]), row["band"]) for row in world.rules.rows("load_time_bands")]
    sessions: Counter[str] = Counter()
    exits: Counter[str] = Counter()
    for found in world.sessions.values():
        for session in found:
            if not first <= session.day <= world.as_of:
                continue
            ends: dict[str, bool] = {}
            for line in session.all_lines():
                took = _load_ms(world, line)
                if took is not None:
                    band = max(entry for entry in bands if entry[0] <= took)[1]
                    ends[band] = ends.get(band, False) or line.at == session.ended_at
            for band in ends or {"unknown": False}:
                sessions[band] += 1
                exits[band] += ends.get(band, False)
    rows = [
        {
            "band": band,
            "from_ms": start,
            "sessions": sessions[band],
            "exits": exits[band] if sessions[band] else None,
            "share": exits[band] / sessions[band] if sessions[band] else None,
            "status": "ok" if sessions[band] else "insufficient_data",
        }
        for start, band in bands
    ]
    unknown = {"band": "unknown", "from_ms": None, "sessions": sessions["unknown"]}
    return [*rows, unknown | {"exits": None, "share": None, "status": "unknown"}]


def _load_ms(world: "World", line: Line) -> Decimal | None:
    """Return how long a page says it took; of several answers the longest."""
    if line.event not in {"Page Viewed", "Screen Viewed"}:
        return None
    told = [
        number * int(row["unit_ms"])
        for row in world.rules.rows("load_time_properties")
        if (number := number_of(line.properties.get(row["property"]))) is not None
    ]
    return max((number for number in told if number >= 0), default=None)


def user_anomalies(world: "World") -> list[dict[str, Any]]:
    sundays = {day for day in world.days() if day.isoweekday() == 7}
    rows = []
    for user, lines in world.by_user.items():
        events = Counter(line.day for line in lines if "activity" in line.roles)
        for day in sorted(sundays | {world.as_of}):
            for kind, observed, expected in _anomalies(world, events, day):
                told = {"observed": float(observed), "expected": float(expected)}
                rows.append({"as_of_date": day, "user_id": user, "kind": kind} | told)
    return rows


def _anomalies(
    world: "World", events: Counter[date], day: date
) -> Iterator[tuple[str, float, float]]:
    def limit(name: str) -> int:
        return int(world.rules.number(name) or 0)

    base, least, gone = (limit(f"anomaly_{x}") for x in ("base_days", "min_days", "absent_days"))
    before = [events[d] for n in range(1, base + 1) if events[d := day - n * DAY]]
    if len(before) >= least and events[day] >= limit("anomaly_min_events"):
        spread = float(world.rules.number("anomaly_deviations") or 0) * pstdev(before)
        if events[day] > fmean(before) + spread:
            yield "surge", events[day], fmean(before)
    recent = sum(events[day - n * DAY] > 0 for n in range(gone))
    earlier = sum(events[day - n * DAY] > 0 for n in range(gone, gone + base))
    expected = Fraction(earlier * gone, base)
    if not recent and earlier >= least and expected >= limit("anomaly_min_expected"):
        yield "absence", 0, float(expected)
    sunday = day - (day.isoweekday() % 7) * DAY
    number = limit("decline_weeks")
    weeks = [
        sum(events[sunday - (7 * week + n) * DAY] for n in range(7)) for week in range(number + 1)
    ]
    falls = all(weeks[n] < weeks[n + 1] for n in range(number))
    if falls and weeks[number] >= limit("anomaly_min_events"):
        yield "decline", weeks[0], weeks[number]
