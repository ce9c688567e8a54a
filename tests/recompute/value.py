"""Orders -> recency, frequency and money, scored, and how tiers moved (section 4)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tests.recompute.money import ZERO
from tests.recompute.rules import Rules

if TYPE_CHECKING:
    from tests.recompute.world import World

INPUTS = {"recency_days": "r_score", "frequency": "f_score", "monetary": "m_score"}


def rfm_of(world: "World", day: date) -> list[dict[str, Any]]:
    """Score every buyer as of a day, by what was known of that day."""
    window = world.rules.number("rfm_window_days")
    since = date.min if window is None else day - timedelta(days=int(window) - 1)
    rows, known = [], 0
    for user, orders in world.orders_of.items():
        bought = [order for order in orders if order.stands(day) and order.day >= since]
        if not bought:
            continue
        known += sum(order.amount is not None for order in bought)
        rows.append(
            {
                "as_of_date": day,
                "user_id": user,
                "recency_days": (day - max(order.day for order in bought)).days,
                "frequency": len(bought),
                "monetary": sum((order.net(day) for order in bought), ZERO),
            }
        )
    if rows:
        _score(rows, known, world.rules)
        _classify(rows, world.rules)
    return rows


def _score(rows: list[dict[str, Any]], known: int, rules: Rules) -> None:
    few = len(rows) < int(rules.number("rfm_min_buyers", "200") or 0)
    total = sum((row["monetary"] for row in rows), ZERO)
    for name, score in INPUTS.items():
        by_bands = few or len({row[name] for row in rows}) == 1
        ranked = sorted((row[name] for row in rows), reverse=name == "recency_days")
        for row in rows:
            if by_bands:
                row[score] = _band(rules, name, row[name], total, known)
            else:
                below = ranked.index(row[name])
                row[score] = min(5, 1 + 5 * below // (len(rows) - 1))
    for row in rows:
        row["method"] = "bands" if few else "ranks"


def _band(rules: Rules, name: str, value: Any, total: Decimal, known: int) -> int:
    if name == "monetary":
        name = "monetary_ratio"
        value = Fraction(value) * known / Fraction(total) if total > 0 else Fraction(0)
    bands = [row for row in rules.rows("rfm_bands") if row["input"] == name]
    held = [row for row in bands if Fraction(row["from_value"]) <= value]
    best = max(held, key=lambda row: Fraction(row["from_value"]), default=None)
    return int(best["score"]) if best else 1


def _classify(rows: list[dict[str, Any]], rules: Rules) -> None:
    means = {n: Fraction(sum(Fraction(row[n]) for row in rows), len(rows)) for n in INPUTS}
    cells = {(r["r_score"], r["f_score"]): r["segment"] for r in rules.rows("rfm_segments")}
    classes = {
        (r["is_recent"], r["is_frequent"], r["is_big"]): r["class"]
        for r in rules.rows("rfm_classes")
    }
    tiers = {r["segment"]: r["tier"] for r in rules.rows("rfm_tiers")}
    for row in rows:
        bits = (
            row["recency_days"] <= means["recency_days"],
            row["frequency"] > means["frequency"],
            row["monetary"] > means["monetary"],
        )
        row["rfm_cell"] = "".join(str(row[score]) for score in INPUTS.values())
        row["rfm_segment"] = cells[str(row["r_score"]), str(row["f_score"])]
        row["rfm_class"] = classes[tuple("true" if bit else "false" for bit in bits)]
        row["rfm_tier"] = tiers[row["rfm_segment"]]


def snapshot_days(world: "World") -> list[date]:
    """Return the days whose snapshot is kept: every Sunday, and the newest."""
    return [day for day in world.days() if day.weekday() == 6 or day == world.as_of]


def rfm_scores(world: "World") -> list[dict[str, Any]]:
    return [row for day in snapshot_days(world) for row in rfm_of(world, day)]


def tier_migration(world: "World") -> list[dict[str, Any]]:
    ranks = {row["tier"]: int(row["tier_rank"]) for row in world.rules.rows("rfm_tiers")}
    snapshots = {day: rfm_of(world, day) for day in snapshot_days(world)}
    kept = [day for day, rows in snapshots.items() if rows]
    rows = []
    for before, day in pairwise(kept):
        old, new = ({r["user_id"]: r["rfm_tier"] for r in snapshots[at]} for at in (before, day))
        methods = {r["method"] for at in (before, day) for r in snapshots[at]}
        pairs = Counter((old.get(u, "none"), new.get(u, "none")) for u in old.keys() | new.keys())
        rows += _moves(before, day, pairs, ranks, has_changed=len(methods) > 1)
    return rows


def _moves(
    before: date,
    day: date,
    pairs: Counter[tuple[str, str]],
    ranks: dict[str, int],
    *,
    has_changed: bool,
) -> Iterable[dict[str, Any]]:
    sizes = Counter[str]()
    for (source, _), users in pairs.items():
        sizes[source] += users
    for (source, target), users in pairs.items():
        step = ranks.get(target, 0) - ranks.get(source, 0)
        direction = "up" if step > 0 else "down" if step < 0 else "stay"
        direction = {"none": "new"}.get(source, {"none": "gone"}.get(target, direction))
        yield {
            "as_of_date": day,
            "previous_date": before,
            "from_tier": source,
            "to_tier": target,
            "direction": direction,
            "users": users,
            "share": None if has_changed else users / sizes[source],
            "status": "method_changed" if has_changed else "ok",
        }
