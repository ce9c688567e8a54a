"""Lines -> one portrait per user: who they are, what they prefer, of what kind they are (16)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.recompute.arrivals import seen_days
from tests.recompute.funnels import known_since, reached
from tests.recompute.lines import Line, plain
from tests.recompute.places import place_of
from tests.recompute.rules import Row
from tests.recompute.tags import DAY, user_tags
from tests.recompute.worth import user_referrals, value_of

if TYPE_CHECKING:
    from tests.recompute.world import World

NUMBERS = ("active_days", "online_minutes", "completion", "spread")


def user_portraits(world: "World") -> list[dict[str, Any]]:
    day = world.as_of
    held: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in user_tags(world):
        held[row["user_id"]][row["tag"]] = row
    worth = {row["user_id"]: row for row in value_of(world, day)}
    inviters = {row["user_id"]: row["inviter_id"] for row in user_referrals(world)}
    fixed = {row["tag"] for row in world.rules.rows("tags") if row["tag_kind"] == "fixed"}
    rows = []
    for user, lines in world.by_user.items():
        if not seen_days(world, user):
            continue
        tags = held[user]
        known = [line for line in lines if line.day <= day]
        standing = [order for order in world.orders_of.get(user, []) if order.stands(day)]
        coupons = sum(bool(order.coupon) for order in standing)
        row = {
            "top_category": worth.get(user, {}).get("top_category"),
            "best_hour": best_hour(world, known),
            "best_channel": favourite(_clicked(world, known)),
            "top_feature": favourite(
                line.event for line in _of_late(world, known) if "feature" in line.roles
            ),
            "price_sensitivity": coupons / len(standing) if standing else None,
        }
        told = sum(tag["tag_kind"] == "fixed" for tag in tags.values())
        parts = told + sum(value is not None for value in row.values())
        row |= {
            "user_id": user,
            "completeness": parts / (len(fixed) + len(row)),
            "second_category": worth.get(user, {}).get("second_category"),
            **{name: tags.get(name, {}).get("value") for name in ("gender", "age", "occupation")},
            "country": place_of(lines, "country", day),
            "platform": place_of(lines, "platform", day),
            "inviter_id": inviters.get(user),
            "invited_users": sum(inviter == user for inviter in inviters.values()),
        }
        numbers = _numbers(world, user, known)
        ordered = [(day - order.day).days for order in standing]
        row |= numbers
        judged = row | {"order_days": min(ordered, default=None)}
        for kind in ("communication_stage", "behaviour_class", "loyalty_depth", "need"):
            row[kind] = _class(world, kind, judged, set(tags))
        rows.append(row)
    return rows


def _of_late(world: "World", lines: list[Line], days: int | None = None) -> list[Line]:
    """Return the lines of the last days, by default those that preferences look at."""
    days = int(world.rules.number("preference_days") or 0) if days is None else days
    return [line for line in lines if world.as_of - days * DAY < line.day <= world.as_of]


def best_hour(world: "World", lines: list[Line]) -> int | None:
    """Return the local hour with the most quarters of an hour with activity; the earlier of two."""
    quarters: dict[int, set[datetime]] = defaultdict(set)
    for line in _of_late(world, lines):
        if "activity" in line.roles:
            local = line.at.replace(tzinfo=UTC).astimezone(world.rules.zone)
            quarter = local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0)
            quarters[local.hour].add(quarter)
    least = world.rules.number("best_hour_min_buckets") or 0
    enough = [(-len(found), hour) for hour, found in quarters.items() if len(found) >= least]
    return min(enough)[1] if enough else None


def favourite(choices: Iterable[str]) -> str | None:
    counts = Counter(choices)
    return min(counts, key=lambda choice: (-counts[choice], choice)) if counts else None


def _clicked(world: "World", lines: list[Line]) -> Iterator[str]:
    """Tell the channel of each click in a message."""
    own = {
        "Email Link Clicked": "email",
        "Push Notification Tapped": "push",
        "SMS Link Clicked": "sms",
    }
    known = {row["channel"] for row in world.rules.rows("channels")}
    for line in _of_late(world, lines):
        named = plain(line.properties.get("channel") or "").strip().lower()
        channel = named if line.event == "Message Clicked" else own.get(line.event)
        if channel in known:
            yield channel


def _numbers(world: "World", user: str, lines: list[Line]) -> dict[str, Any]:
    """Count the latest days of a user, and how far they got in the funnels they entered."""
    days = int(world.rules.number("recent_days") or 0)
    late = _of_late(world, lines, days)
    first = world.as_of - (days - 1) * DAY
    sessions = [x for x in world.sessions[user] if first <= x.day <= world.as_of]
    depths, steps = 0, 0
    funnels: dict[str, list[Row]] = defaultdict(list)
    for rule in sorted(world.rules.rows("funnels"), key=lambda row: int(row["step"])):
        funnels[rule["funnel"]].append(rule)
    since = known_since(world)
    for funnel, rules in funnels.items():
        minutes = rules[0]["window_minutes"]
        window = timedelta(minutes=int(minutes)) if minutes else None
        if depth := reached(lines, [rule["event"] for rule in rules], window):
            depths += depth
            steps += sum(day <= world.as_of for day in since[funnel])
    return {
        "active_days": len({line.day for line in late if "activity" in line.roles}),
        "online_minutes": sum(session.seconds for session in sessions) / 60,
        "completion": depths / steps if steps else None,
        "spread": sum(("content" in x.roles) + ("share" in x.roles) for x in late),
    }


def _class(world: "World", kind: str, numbers: dict[str, Any], tags: set[str]) -> str | None:
    rules = [row for row in world.rules.rows("portrait_classes") if row["kind"] == kind]
    for rule in sorted(rules, key=lambda row: int(row["position"])):
        least = {
            name: float(rule[f"min_{name}"])
            for name in (*NUMBERS, "price_sensitivity")
            if rule[f"min_{name}"]
        }
        most, days = rule["max_order_days"], numbers["order_days"]
        if (
            all(numbers[name] is not None and numbers[name] >= n for name, n in least.items())
            and (not most or (days is not None and days <= int(most)))
            and (not rule["needs_tag"] or rule["needs_tag"] in tags)
        ):
            return rule["code"]
    return None
