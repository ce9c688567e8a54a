"""Lines -> what users were promised, what became of it, and what it is worth (section 15)."""

import math
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from tests.recompute.activity import is_seen, user_days
from tests.recompute.drawn import spans_of
from tests.recompute.money import money_days
from tests.recompute.points import CENT, DAY, KINDS, ZERO, books
from tests.recompute.recall import bucket
from tests.recompute.retention import incentives_of
from tests.recompute.value import rfm_of
from tests.recompute.worth import accepted, month_days

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
        told = {
            lot.entry.entry_id: (lot.own_expiry if lot.entry.expires_on else None, before)
            for lot, before in book.so_far()
        }
        # Of the lots it extends the first says which points it keeps.
        for lot, before in reversed(list(book.so_far())):
            told |= {x.entry_id: (x.expires_on, before) for x in lot.in_time}
        for row in book.rows:
            if row["kind"] == "extended":
                row["is_counted"] = row["entry_id"] in useful
            until, before = told.get(row["entry_id"], (None, None))
            rows.append(row | {"user_id": user, "lasts_until": until, "points_before": before})
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
        span = {month + n * DAY for n in range((last - month).days + 1)}
        landed = len(span & world.known_days)
        is_known = first is not None and first <= month and landed > 0
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
                "landed_days": landed,
                "inflation_outstanding": None,
                "inflation_issued": None,
                "status": "insufficient_data" if is_known else "unknown",
            }
            | (told if is_known else dict.fromkeys(told))
        )
        month = next_month(month)
    return rows


class Growth:
    """What users have done that counts, day by day, and what it scores."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.actions = world.rules.rows("growth_actions")
        self.days = user_days(world)
        self.referrals: dict[date, dict[str, str]] = {}

    def invited(self, day: date) -> dict[str, str]:
        """Return who is invited by whom, as of a day."""
        if day not in self.referrals:
            self.referrals[day] = {
                user: who for user, (who, *_) in accepted(self.world, day).items()
            }
        return self.referrals[day]

    def parts(self, user: str, day: date, as_of: date) -> Counter[str]:
        """Score what a user had done by a day, of invitations those that stand as of another."""
        days = [at for (who, at) in self.days if who == user and at <= day]
        now = self.invited(as_of)
        brought = [u for u, who in self.invited(day).items() if who == user == now.get(u)]
        tasks = {
            (line.text("task") or "").strip()
            for line in self.world.by_user.get(user, [])
            if line.event == "Task Completed" and line.day <= day
        }
        counts = {
            "active_days": sum(self.days[user, at]["events"] > 0 for at in days),
            "content": sum(self.days[user, at]["content"] for at in days),
            "shares": sum(self.days[user, at]["shares"] for at in days),
            "invites": len(brought),
        }
        found = Counter[str]()
        for row in self.actions:
            n = row["task"] in tasks if row["measure"] == "task" else counts[row["measure"]]
            found[row["part"]] += min(n * int(row["points"]), int(row["most"]))
        return found


def growth_levels(world: "World") -> list[dict[str, Any]]:
    growth = Growth(world)
    levels = sorted(
        (int(row["from_score"]), row["level"]) for row in world.rules.rows("level_bands")
    )
    honours = sorted((int(row["from_days"]), row["honour"]) for row in world.rules.rows("honours"))
    rows = []
    for day in month_days(world):
        users = {*world.by_user, *growth.invited(day).values()}
        told = {user: growth.parts(user, day, day) for user in users}
        scores = {user: parts.total() for user, parts in told.items() if parts.total()}
        for user, score in scores.items():
            place = max(n for n, (least, _) in enumerate(levels) if score >= least)
            least, level = levels[place]
            is_top = place == len(levels) - 1
            upper = None if is_top else levels[place + 1][0]
            row = {
                "as_of_date": day,
                "user_id": user,
                "score": score,
                **{
                    f"{part}_score": told[user][part] for part in ("newcomer", "activity", "social")
                },
                "level": level,
                "progress": (score - least) / (upper - least) if upper else 1.0,
                "points_to_next": upper - score if upper else None,
                "rank": 1 + sum(other > score for other in scores.values()),
                "is_max_level": is_top,
                "days_at_max_level": None,
                "honour": None,
            }
            if is_top:
                reached = next(
                    at for at in world.days() if growth.parts(user, at, day).total() >= least
                )
                stay = (day - reached).days
                row["days_at_max_level"] = stay
                row["honour"] = next((h for d, h in reversed(honours) if stay >= d), None)
            rows.append(row)
    return rows


def benefit_balances(world: "World") -> list[dict[str, Any]]:
    ranks = {row["tier"]: int(row["tier_rank"]) for row in world.rules.rows("rfm_tiers")}
    scores = {(r["as_of_date"], r["user_id"]): r["score"] for r in growth_levels(world)}
    left = outstanding_by_day(world)
    rows = []
    for day in month_days(world):
        tiers = tiers_on(world, day)
        starts = {"month": day.replace(day=1), "year": date(day.year, 1, 1), "ever": date.min}
        used = [line for line in world.lines if line.event == "Benefit Used" and line.day <= day]
        for rule in world.rules.rows("benefits"):
            uses = Counter(
                line.user
                for line in used
                if (line.text("benefit") or "").strip() == rule["benefit"]
                and line.day >= starts[rule["period"]]
            )
            entitled = {
                user
                for (at, user), score in scores.items()
                if at == day
                and score >= int(rule["min_score"])
                and ranks.get(tiers.get(user, ""), 0) >= ranks.get(rule["min_tier"], 0)
                and (
                    not rule["min_points"]
                    or left[day].get(user, Decimal(-1)) >= Decimal(rule["min_points"])
                )
            }
            quota = int(rule["quota"]) if rule["quota"] else None
            for user in entitled | set(uses):
                remaining = max(quota - uses[user], 0) if quota is not None and used else None
                rows.append(
                    {
                        "as_of_date": day,
                        "user_id": user,
                        "benefit": rule["benefit"],
                        "is_entitled": user in entitled,
                        "quota": quota,
                        "used": uses[user] if used else None,
                        "remaining": remaining if user in entitled else 0,
                        "status": "ok" if used else "unknown",
                    }
                )
    return rows


def programme_balance(world: "World") -> list[dict[str, Any]]:
    share = world.rules.number("programme_holdout_share") or ZERO
    costs = {row["benefit"]: Decimal(row["unit_cost"]) for row in world.rules.rows("benefits")}
    redeemed = [row for row in points_ledger(world) if row["kind"] == "redeemed"]
    tiers = {row["entry_date"]: tiers_on(world, row["entry_date"]) for row in redeemed}
    uses = [
        line for line in world.lines if line.event == "Benefit Used" and line.day <= world.as_of
    ]
    seen = {
        user: min(line.day for line in lines if is_seen(line))
        for user, lines in world.by_user.items()
        if any(is_seen(line) and line.day <= world.as_of for line in lines)
    }
    money = money_days(world)
    rows = []
    for month in points_months(world):
        first, last = month["month"], next_month(month["month"]) - DAY
        sides: dict[bool, list[str]] = {True: [], False: []}
        for user, day in seen.items():
            if share and day <= min(last, world.as_of):
                sides[bucket(user, "programme") < share * 10000].append(user)
        earned = {
            side: sum(
                (
                    amounts["net_revenue"]
                    for (user, day), amounts in money.items()
                    if first <= day <= min(last, world.as_of)
                    and user in seen
                    and (bucket(user, "programme") < share * 10000) == side
                ),
                ZERO,
            )
            for side in sides
        }
        treated, held = len(sides[False]), len(sides[True])
        is_told = treated and held and month["landed_days"]
        gain = earned[False] - treated * earned[True] / held if is_told else None
        # Half up, also of a loss: no money moved that could be owed.
        gain = gain if gain is None else math.floor(gain / CENT + Decimal("0.5")) * CENT
        points = sum(
            (
                -row["points"] * unit_value(world, tiers[row["entry_date"]].get(row["user_id"], ""))
                for row in redeemed
                if first <= row["entry_date"] <= last
            ),
            ZERO,
        ).quantize(CENT, ROUND_HALF_UP)
        used = [(x.text("benefit") or "").strip() for x in uses if first <= x.day <= last]
        benefits = sum((costs.get(name, ZERO) for name in used), ZERO)
        has_points = month["status"] != "unknown"
        has_benefits = month["landed_days"] > 0 and any(line.day <= last for line in uses)
        has_costs = has_points or has_benefits
        cost = points * has_points + benefits * has_benefits
        status = "ok" if month["is_complete"] else "insufficient_data"
        rows.append(
            {
                "month": first,
                "is_complete": month["is_complete"],
                "cost_points": points if has_points else None,
                "cost_benefits": benefits if has_benefits else None,
                "treated_users": treated if share and month["landed_days"] else None,
                "holdout_users": held if share and month["landed_days"] else None,
                "incremental_revenue": gain,
                "balance": gain - cost if gain is not None and has_costs else None,
                "status": status if gain is not None and has_costs else "unknown",
            }
        )
    return rows


def incentive_dependence(world: "World") -> list[dict[str, Any]]:
    tiers = tiers_on(world, world.as_of)
    orders = {key: money["orders"] for key, money in money_days(world).items()}
    sums: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    users: dict[str, set[str]] = defaultdict(set)
    for row in world.rules.rows("rewards"):
        if not row["valid_to"] or date.fromisoformat(row["valid_to"]) >= world.as_of:
            continue
        begun, end = date.fromisoformat(row["valid_from"]), date.fromisoformat(row["valid_to"])
        for user, active in world.active_days.items():
            uses = list(incentives_of(world, user))
            if not any(kind == row["kind"] and begun <= day <= end for day, kind in uses):
                continue
            for phase, number, first, to, is_over in spans_of(world, row):
                until = min(to, world.as_of)
                if number or active[0] > until:
                    continue
                bought = sum(
                    orders.get((user, first + n * DAY), 0) for n in range((until - first).days + 1)
                )
                for tier in ("all", tiers.get(user, "none")):
                    users[tier].add(user)
                    sums[tier][phase] += Counter(
                        days=(until - max(first, active[0])).days + 1,
                        active=sum(first <= day <= until for day in active),
                        buyers=bought > 0,
                        repeaters=bought > 1,
                        running=not is_over,
                    )
    rows = []
    for tier in sums.keys() | {"all"}:
        row: dict[str, Any] = {"tier": tier, "users": len(users[tier])}
        for phase in ("before", "during", "after"):
            n = sums[tier][phase]
            row[f"activity_{phase}"] = n["active"] / n["days"] if n["days"] else None
            row[f"repurchase_{phase}"] = n["repeaters"] / n["buyers"] if n["buyers"] else None
        during, after = row["activity_during"], row["activity_after"]
        is_told = bool(during) and after is not None
        running = sum(n["running"] for n in sums[tier].values())
        row["is_mature"] = not running if users[tier] else None
        row["dependence"] = max(1 - after / during, 0.0) if is_told else None
        row["status"] = "ok" if is_told else "insufficient_data" if users[tier] else "unknown"
        rows.append(row)
    return rows
