"""Portraits and things -> segments: pairs, layers, demographics, how to work with how many (16)."""

from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.recompute.lines import Line, plain
from tests.recompute.portraits import user_portraits
from tests.recompute.users import dim_users

if TYPE_CHECKING:
    from tests.recompute.world import World

DEMOGRAPHICS = ("gender", "age", "occupation", "country", "platform")


def _products(line: Line) -> set[str]:
    """Return the ids of what was in an order."""
    products = line.properties.get("products")
    if not isinstance(products, list) or not products:
        products = [line.properties]
    named = (x.get("product_id") for x in products if isinstance(x, dict))
    return {text for x in named if x is not None and (text := plain(x).strip())}


def _things(world: "World") -> dict[str, dict[str, set[str]]]:
    """Return what each user bought, and searched for, of late."""
    first = world.as_of - timedelta(days=int(world.rules.number("pair_days") or 0) - 1)
    found: dict[str, dict[str, set[str]]] = {
        "bought": defaultdict(set),
        "searched": defaultdict(set),
    }
    for user, orders in world.orders_of.items():
        for order in orders:
            if order.stands(world.as_of) and order.day >= first:
                found["bought"][user] |= _products(order.line)
    for user, lines in world.by_user.items():
        for line in lines:
            if line.event == "Products Searched" and first <= line.day <= world.as_of:
                words = plain(line.properties.get("query") or "").strip().lower()
                found["searched"][user] |= {words} - {""}
    return found


def item_pairs(world: "World") -> list[dict[str, Any]]:
    least = int(world.rules.number("pair_min_users") or 0)
    most = int(world.rules.number("pair_items") or 0)
    rows = []
    for kind, things in _things(world).items():
        everybody = sum(bool(items) for items in things.values())
        users = Counter(item for items in things.values() for item in items)
        ranked = sorted(users, key=lambda item: (-users[item], item))
        known = {item for item in ranked[:most] if users[item] >= least}
        pairs = Counter(
            (one, other)
            for items in things.values()
            for one in items & known
            for other in items & known
            if one != other
        )
        rows += [
            {
                "kind": kind,
                "item": one,
                "other_item": other,
                "users_both": n,
                "users_item": users[one],
                "users_other": users[other],
                "support": n / everybody,
                "confidence": n / users[one],
                "lift": n * everybody / (users[one] * users[other]),
            }
            for (one, other), n in pairs.items()
            if n >= least
        ]
    return rows


def user_layers(world: "World") -> list[dict[str, Any]]:
    tiers = {row["user_id"]: row["rfm_tier"] for row in dim_users(world)}
    rows = []
    for row in user_portraits(world):
        axes = [tiers[row["user_id"]], row["need"], row["behaviour_class"]]
        value, need, behaviour = (axis or "none" for axis in axes)
        rows.append(
            {
                "user_id": row["user_id"],
                "value": value,
                "need": need,
                "behaviour": behaviour,
                "layer": f"{value}/{need}/{behaviour}",
            }
        )
    return rows


def demographic_segments(world: "World") -> list[dict[str, Any]]:
    users: Counter[tuple[str, str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    for row in user_portraits(world):
        for name in DEMOGRAPHICS:
            value = row[name] or "unknown"
            users[name, value, row["behaviour_class"] or "none"] += 1
            total[name, value] += 1
    return [
        {
            "demographic": name,
            "demographic_value": value,
            "behaviour_class": behaviour,
            "users": n,
            "share": n / total[name, value],
        }
        for (name, value, behaviour), n in users.items()
    ]


def segment_modes(world: "World") -> list[dict[str, Any]]:
    most = int(world.rules.number("personal_mode_max_users") or 0)
    users: Counter[tuple[str, str]] = Counter()
    for row in dim_users(world):
        for name in ("lifecycle_stage", "rfm_segment", "rfm_tier", "warning_level"):
            users[name, "none" if row[name] is None else str(row[name])] += 1
    for row in user_portraits(world):
        for name in ("top_category", "behaviour_class", "loyalty_depth"):
            users[name, row[name] or "none"] += 1
    return [
        {
            "dimension": dimension,
            "segment": segment,
            "users": n,
            "operating_mode": "personal" if n <= most else "strategic",
        }
        for (dimension, segment), n in users.items()
    ]
