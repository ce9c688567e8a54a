"""Silence -> warnings (section 14); candidates -> lists and exclusions (section 17)."""

import csv
import hashlib
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from tests.recompute.activity import is_interaction, is_seen
from tests.recompute.arrivals import acquisition_channel
from tests.recompute.contacts import Book, book_of, contact_of, contacted_days
from tests.recompute.incidents import frozen
from tests.recompute.lifecycle import stage_of
from tests.recompute.lines import Line, plain
from tests.recompute.money import ZERO
from tests.recompute.value import rfm_of

if TYPE_CHECKING:
    from tests.recompute.world import World


def last_before(days: list[date], day: date) -> date | None:
    """Return the latest of days, in order, that is not after one."""
    at = bisect_right(days, day)
    return days[at - 1] if at else None


def recent_days(world: "World") -> int:
    """Return how many days are lately."""
    return int(world.rules.number("recent_days") or 0)


def activity_index(world: "World", user: str, last: date) -> tuple[float, int]:
    """Return frequency and duration of the days ending on a day, and how many were active."""
    first = last - timedelta(days=recent_days(world) - 1)
    days = sum(first <= day <= last for day in world.active_days[user])
    sessions = [s for s in world.sessions[user] if first <= s.day <= last]
    hours = sum(session.seconds for session in sessions) / 3600
    weights = [
        float(world.rules.number(f"activity_weight_{name}") or 0)
        for name in ("day", "session", "hour")
    ]
    index = sum(w * v for w, v in zip(weights, (days, len(sessions), hours), strict=True))
    return index, days


def warnings_of(world: "World", day: date) -> list[dict[str, Any]]:
    """Judge every user's silence on a day; the highest level that holds wins."""
    interactions = {
        user: sorted({line.day for line in lines if is_interaction(line)})
        for user, lines in world.by_user.items()
    }
    is_tracked = any(last_before(days, day) for days in interactions.values())
    rows = []
    for user, active in world.active_days.items():
        last = last_before(active, day)
        if last is None:
            continue
        login = last_before(world.login_days[user], day) or active[0]
        interaction = last_before(interactions[user], day)
        interaction = interaction or (active[0] if is_tracked else last)
        index, _ = activity_index(world, user, day)
        previous, base = activity_index(world, user, day - timedelta(days=recent_days(world)))
        row = {
            "as_of_date": day,
            "user_id": user,
            "days_since_login": (day - login).days,
            "days_since_interaction": (day - interaction).days,
            "activity_index": index,
            "previous_activity_index": previous,
            "activity_change": index / previous - 1 if previous else None,
        }
        bought = [order.day for order in world.orders_of.get(user, []) if order.stands(day)]
        row["days_since_activity"] = (day - last).days
        row["days_since_order"] = (day - max(bought)).days if bought else None
        silent = (day - max([last, *bought])).days
        rules = world.rules.rows("warning_levels")
        for rule in sorted(rules, key=lambda row: -int(row["warning_level"])):
            if _holds(rule, row, base, silent):
                level = {"warning_level": int(rule["warning_level"])}
                actions = {n: rule[n] for n in ("action_1", "action_2")}
                rows.append(row | level | actions | _reasons(world, rule, row))
                break
    return rows


def _holds(rule: dict[str, str], row: dict[str, Any], base: int, silent: int) -> bool:
    if silent < int(rule.get("min_silent_days") or 0):
        return False
    if rule["signal"] == "activity_index":
        change = row["activity_change"]
        is_base = base >= int(rule["min_base_days"] or 0)
        return is_base and change is not None and change <= -float(rule["drop_share"]) + 1e-12
    return bool(row[f"days_since_{rule['signal']}"] >= int(rule["silent_days"]))


def _reasons(world: "World", rule: dict[str, str], row: dict[str, Any]) -> dict[str, str]:
    """Tell the number that was found and the number of the rule, in both languages."""
    if rule["signal"] == "activity_index":
        lately = recent_days(world)
        seen, limit = (
            Decimal(share * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
            for share in (-row["activity_change"], float(rule["drop_share"]))
        )
        return {
            "reason": f"activity down {seen}% on the {lately} days before (rule: {limit}%)",
            "reason_zh": f"活跃度较前 {lately} 天下降 {seen}%（规则：{limit}%）",
        }
    seen, limit = row[f"days_since_{rule['signal']}"], rule["silent_days"]
    chinese = {"login": "登录", "interaction": "互动"}[rule["signal"]]
    return {
        "reason": f"{seen} days without {rule['signal']} (rule: {limit})",
        "reason_zh": f"{seen} 天未{chinese}（规则：{limit} 天）",
    }


def churn_warnings(world: "World") -> list[dict[str, Any]]:
    return warnings_of(world, world.as_of)


def candidates(world: "World", day: date) -> list[dict[str, Any]]:
    """Give everybody who is warned the most urgent strategy that is meant for them."""
    scores = {row["user_id"]: row for row in rfm_of(world, day)}
    worth = _worth(world, day)
    rows = []
    for warning in warnings_of(world, day):
        user = warning["user_id"]
        # Who was active and never seen has no row of users, and nobody knows how to call them.
        if not any(is_seen(line) and line.day <= day for line in world.by_user[user]):
            continue
        score = scores.get(user, {})
        tier = score.get("rfm_tier", "none")
        fitting = [
            rule
            for rule in world.rules.rows("strategies")
            if int(rule["warning_level"]) == warning["warning_level"]
            and rule["tier"] in {"*", tier}
        ]
        if not fitting:
            continue
        rule = min(fitting, key=lambda rule: int(rule["priority"]))
        cost, uplift = Decimal(rule["unit_cost"]), Decimal(rule["uplift"])
        value, basis = worth(user)
        expected = None if value is None else _four(uplift * value - cost)
        least = rule.get("min_silent_days")
        rows.append(
            {
                "as_of_date": day,
                "user_id": user,
                "strategy": rule["strategy"],
                "warning_level": warning["warning_level"],
                "segment": score.get("rfm_segment"),
                "tier": tier,
                "lifecycle_stage": stage_of(world, user, day),
                "need": rule["need"],
                "scene": rule["scene"],
                "scene_zh": rule["scene_zh"],
                "content_key": rule["content_key"],
                "channel_order": rule["channels"],
                "unit_cost": cost,
                "user_value": value if value is None else _four(value),
                "value_basis": basis,
                "expected_value": expected,
                "priority": int(rule["priority"]),
                "min_silent_days": int(least) if least else None,
                "days_since_activity": warning["days_since_activity"],
                "days_since_order": warning["days_since_order"],
                "reason": warning["reason"],
                "reason_zh": warning["reason_zh"],
            }
        )
    return rows


def _four(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def _worth(world: "World", day: date) -> Callable[[str], tuple[Decimal | None, str]]:
    """Say what a user is worth on a list, and by which yardstick: one for all, where it can be."""
    mean_order, told = _mean_order(world, day), world.valuations[day].predictions
    came_by = {u: acquisition_channel(world, u, day) for u in world.by_user} if told else {}
    by_channel: dict[str, list[Decimal]] = {}
    for user, row in told.items():
        by_channel.setdefault(came_by[user], []).append(row["clv_365d"])

    def worth(user: str) -> tuple[Decimal | None, str]:
        if not told:
            return mean_order, "mean_order"
        if user in told:
            return told[user]["clv_365d"], "clv"
        alike = by_channel.get(came_by[user])
        every = alike or [row["clv_365d"] for row in told.values()]
        return sum(every, ZERO) / len(every), "channel_clv" if alike else "mean_clv"

    return worth


def _mean_order(world: "World", day: date) -> Decimal | None:
    orders = [order for order in world.money.orders.values() if order.stands(day)]
    known = sum(order.amount is not None for order in orders)
    return sum((order.net(day) for order in orders), ZERO) / known if known else None


def bucket(user: str, experiment: str) -> int:
    """Place a user on 0 to 9999, the same for ever."""
    return int(hashlib.sha256(f"{user}|{experiment}".encode()).hexdigest()[:8], 16) % 10000


@dataclass(frozen=True)
class Place:
    """Where a user stood on a list that was exported."""

    user: str
    list_id: str
    channel: str
    day: date

    def is_taken_back(self, failure: Line, cooling: int) -> bool:
        """Tell whether a failed message is of this list: by its id, else by channel and time."""
        told = failure.properties.get("list_id")
        if failure.user != self.user:
            return False
        if told is not None:
            return plain(told).strip() == self.list_id
        channel = plain(failure.properties.get("channel") or "").strip().casefold()
        return channel == self.channel and 0 < (failure.day - self.day).days < cooling


def listed_before(world: "World", day: date) -> dict[str, list[date]]:
    """Return the earlier days on whose exported lists each user stands, less what failed."""
    failures = [x for x in world.lines if x.event == "Message Failed" and x.day <= day]
    cooling = int(world.rules.number("recall_cooling_days") or 0)
    found: dict[str, list[date]] = {}
    for place in places(world, day):
        if not any(place.is_taken_back(failure, cooling) for failure in failures):
            found.setdefault(place.user, []).append(place.day)
    return found


def places(world: "World", day: date) -> list[Place]:
    """Read who stands on the lists exported before a day; whoever was withdrawn does not."""
    found = []
    for folder in sorted((world.rules.home / "exports" / "recall").glob("as_of=*")):
        at = date.fromisoformat(folder.name[6:])
        for rule in world.rules.rows("channels") if at < day else ():
            path = folder / f"{rule['channel']}.csv"
            if path.exists():
                with path.open(encoding="utf-8-sig", newline="") as file:
                    found += [
                        Place(user, row["list_id"], rule["channel"], at)
                        for row in csv.DictReader(file)
                        for user in sorted(world.identity.named(row["user_id"]))
                    ]
    return found


def verdicts(world: "World", day: date) -> list[dict[str, Any]]:
    """Judge every candidate: on the list by a channel, or off it for the first reason."""
    book, listed, taken = book_of(world, day), listed_before(world, day), set[tuple[str, str]]()
    people, addresses = frozen(world, book)
    rows = candidates(world, day)
    rows.sort(key=lambda row: (row["priority"], -(row["expected_value"] or ZERO), row["user_id"]))
    budget = world.rules.number("recall_daily_budget")
    spent = ZERO
    for row in rows:
        row |= _channel(world, book, row)
        is_frozen = row["user_id"] in people or (row["channel"], row["contact"]) in addresses
        own = _own_reason(world, row, listed.get(row["user_id"], []), day, is_frozen=is_frozen)
        if row["exclusion_reason"] is None:
            row["exclusion_reason"] = own
        if row["exclusion_reason"] is None and (row["channel"], row["contact"]) in taken:
            row["exclusion_reason"] = "same_address"
        if row["exclusion_reason"] is None:
            row["exclusion_reason"] = _late_reason(row)
        if row["exclusion_reason"] is None and budget is not None:
            if spent + row["unit_cost"] > budget:
                row["exclusion_reason"] = "budget"
            else:
                spent += row["unit_cost"]
        if row["exclusion_reason"] is None:
            taken.add((row["channel"], row["contact"]))
        row["arm"] = _arm(world, row["user_id"])["arm"]
        row["cost"] = row["unit_cost"]
        hour = int(world.rules.number("recall_send_hour") or 0)
        row["send_after"] = datetime.combine(day + timedelta(days=1), time(hour))
    return rows


def _channel(world: "World", book: Book, row: dict[str, Any]) -> dict[str, Any]:
    """Try the channels in order; the reason is that of the one that came furthest."""
    order = ["erased", "no_consent", "suppressed", "no_contact"]
    furthest, is_unasked = -1, False
    for channel in row["channel_order"].split(">"):
        contact = contact_of(world, book, row["user_id"], channel)
        if contact.reason is None:
            found = {"channel": channel, "contact": contact.contact}
            return found | {"exclusion_reason": None, "is_unasked": False}
        furthest = max(furthest, order.index(contact.reason))
        is_unasked |= contact.is_unasked
    found = {"channel": None, "contact": None, "exclusion_reason": order[furthest]}
    return found | {"is_unasked": is_unasked}


def _arm(world: "World", user: str) -> dict[str, str]:
    at = bucket(user, "recall")
    rules = world.rules.rows("recall_arms")
    return next(
        rule
        for rule in rules
        if rule["experiment"] == "recall"
        and int(rule["from_bucket"]) <= at <= int(rule["to_bucket"])
    )


def _own_reason(
    world: "World", row: dict[str, Any], listed: list[date], day: date, *, is_frozen: bool
) -> str | None:
    share = world.rules.number("recall_holdout_share") or ZERO
    if bucket(row["user_id"], "holdout") < share * 10000:
        return "holdout"
    if is_frozen:
        return "incident_freeze"
    if _arm(world, row["user_id"])["is_contacted"] == "false":
        return "control"
    cooling = int(world.rules.number("recall_cooling_days") or 0)
    last = max([*contacted_days(world, row["user_id"], day), *listed], default=None)
    return "cooling" if last is not None and (day - last).days < cooling else None


def _late_reason(row: dict[str, Any]) -> str | None:
    last = [row["days_since_activity"], row["days_since_order"]]
    silent = min(days for days in last if days is not None)
    if silent < (row["min_silent_days"] or 0):
        return "not_silent"
    expected = row["expected_value"]
    return "no_value" if expected is not None and expected <= 0 else None


def recall_candidates(world: "World") -> list[dict[str, Any]]:
    return candidates(world, world.as_of)


ON_LIST = (
    "as_of_date user_id strategy channel content_key arm priority send_after warning_level segment"
    " tier lifecycle_stage need scene scene_zh cost user_value value_basis expected_value"
    " days_since_activity days_since_order reason reason_zh"
)
OFF_LIST = (
    "as_of_date user_id strategy channel exclusion_reason is_unasked warning_level segment tier"
    " expected_value days_since_activity days_since_order reason reason_zh"
)


def recall_list(world: "World") -> list[dict[str, Any]]:
    rows = [row for row in verdicts(world, world.as_of) if row["exclusion_reason"] is None]
    return [{name: row[name] for name in ON_LIST.split()} for row in rows]


def recall_exclusions(world: "World") -> list[dict[str, Any]]:
    rows = [row for row in verdicts(world, world.as_of) if row["exclusion_reason"] is not None]
    return [{name: row[name] for name in OFF_LIST.split()} for row in rows]
