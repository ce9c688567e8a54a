"""People worth special care (section 16): each list by its rule."""

import math
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tests.recompute import core, growth, health, incentives, incidents, recall, users

if TYPE_CHECKING:
    from tests.recompute.world import World

DAY = timedelta(days=1)
Row = dict[str, Any]
Rule = dict[str, str]
# Who is on a list, and why, in English and Chinese.
Why = tuple[str, str]
Listed = dict[str, Why]


def first_order_days(world: "World") -> int:
    """Return within how many days an order has to follow a streak."""
    return int(world.rules.number("first_order_days") or 0)


def sells(world: "World") -> bool:
    """Say whether a purchase was ever told."""
    return any("purchase" in line.roles and line.day <= world.as_of for line in world.lines)


def streaks(world: "World", least: int) -> list[tuple[str, date, date | None, int]]:
    """Return user, day the run was long enough, first order and days of the run.

    Of who had not bought by then, and of runs whose beginning is among the days looked at.
    """
    found = []
    start = world.as_of - (2 * first_order_days(world) - 1 + least) * DAY
    for user, days in world.login_days.items():
        seen = [day for day in days if start <= day <= world.as_of]
        runs = groupby(enumerate(seen), key=lambda pair: pair[1] - pair[0] * DAY)
        bought = [o.day for o in world.orders_of.get(user, []) if o.stands(world.as_of)]
        first = min(bought, default=None)
        for _, pairs in runs:
            run = [day for _, day in pairs]
            if len(run) >= least and run[0] > start:
                reached = run[least - 1]
                if first is None or first > reached:
                    found.append((user, reached, first, len(run)))
    return found


def care_lists(world: "World") -> list[Row]:
    people = {row["user_id"]: row for row in users.dim_users(world)}
    silent = {
        user: (world.as_of - max(row["last_seen_date"], row["last_order_date"] or date.min)).days
        for user, row in people.items()
    }
    rules = {row["list"]: row for row in world.rules.rows("care_rules")}
    extended = _points_to_extend(world, rules["points_extension"], people, silent)
    lists = {
        "high_value_silent": _high_value_silent(world, rules["high_value_silent"], people, silent),
        "high_potential": _high_potential(world, rules["high_potential"]),
        "high_potential_dormant": _dormant(world, rules["high_potential_dormant"], silent),
        "points_extension": {user: told for user, (told, _) in extended.items()},
        "max_level_watch": _at_the_top(world, rules["max_level_watch"], silent),
        "core": _core(world),
        "koc": {
            row["user_id"]: (
                f"contribution score {row['contribution_score']:.0f}",
                f"贡献分 {row['contribution_score']:.0f}",
            )
            for row in growth.contributors(world)
            if row["is_koc"] and row["as_of_date"] == world.as_of
        },
        "incident_affected": _affected(world),
        "survey": _to_ask(world, rules["survey"]),
    }
    return [
        {
            "as_of_date": world.as_of,
            "list": name,
            "user_id": user,
            "evidence": why[0],
            "evidence_zh": why[1],
            "measured_rate": _measured(world, rules[name]) if name == "high_potential" else None,
            "cost": extended[user][1] if name == "points_extension" else None,
            "rule_id": rules[name]["source_id"],
        }
        for name, listed in lists.items()
        for user, why in listed.items()
    ]


def _tiers(world: "World") -> dict[str, str]:
    return {
        row["tier"]: row.get("tier_name_zh", row["tier"]) for row in world.rules.rows("rfm_tiers")
    }


def _high_value_silent(
    world: "World", rule: Rule, people: dict[str, Row], silent: dict[str, int]
) -> Listed:
    names = _tiers(world)
    tiers, least = rule["tiers"].split(">"), int(rule["min_silent_days"])
    return {
        user: (
            f"{row['rfm_tier']}, silent for {silent[user]} days (rule: {least})",
            f"{names[row['rfm_tier']]}，沉默 {silent[user]} 天（规则：{least} 天）",
        )
        for user, row in people.items()
        if row["rfm_tier"] in tiers and silent[user] >= least
    }


def _high_potential(world: "World", rule: Rule) -> Listed:
    longest: dict[str, int] = {}
    month = timedelta(first_order_days(world))
    for user, reached, first, days in streaks(world, int(rule["min_login_days"])):
        if reached + month > world.as_of and not first:
            longest[user] = max(days, longest.get(user, 0))
    return {
        user: (
            f"{days} days with a login in a row and no order",
            f"连续登录 {days} 天，未下单",
        )
        for user, days in longest.items()
    }


def _measured(world: "World", rule: Rule) -> float | None:
    """Return the share of those who came so often that ordered soon after it."""
    month = timedelta(first_order_days(world))
    runs = streaks(world, int(rule["min_login_days"]))
    settled = [(at, first) for _, at, first, _ in runs if at + month <= world.as_of]
    in_time = sum(first is not None and first - at <= month for at, first in settled)
    return in_time / len(settled) if settled and sells(world) else None


def _dormant(world: "World", rule: Rule, silent: dict[str, int]) -> Listed:
    best: dict[str, float] = {}
    for row in core.potential_scores(world):
        user, score = row["user_id"], row["potential_score"]
        is_asleep = silent.get(user, 0) >= int(rule["min_silent_days"])
        if is_asleep and score >= float(rule["min_score"]):
            best[user] = max(score, best.get(user, 0))
    return {
        user: (
            f"potential {math.floor(score)} (rule: {rule['min_score']}), silent for"
            f" {silent[user]} days (rule: {rule['min_silent_days']})",
            f"潜力分 {math.floor(score)}（规则：{rule['min_score']}），沉默"
            f" {silent[user]} 天（规则：{rule['min_silent_days']} 天）",
        )
        for user, score in best.items()
    }


def _points_to_extend(
    world: "World", rule: Rule, people: dict[str, Row], silent: dict[str, int]
) -> dict[str, tuple[Why, Decimal]]:
    """Return whose points could be kept, why, and what these are worth."""
    days = int(world.rules.number("launch_days") or 0)
    month = min(row["first_seen_date"] for row in people.values()) + timedelta(days)
    names = _tiers(world)
    found = {}
    for row in incentives.points_balances(world):
        user, points = row["user_id"], row["expiring_this_month"]
        own = people.get(user)
        is_like = own and own["rfm_tier"] in rule["tiers"].split(">")
        is_old = own and own["first_seen_date"] < month
        is_here = own and silent[user] < (world.rules.number("silent_after_days") or 0)
        if is_like and is_old and is_here and row["as_of_date"] == world.as_of and points > 0:
            tier, left = own["rfm_tier"], math.floor(points)
            told = (
                f"{tier}, here since the first {days} days, {left} points expire this month",
                f"{names[tier]}，首 {days} 天用户，本月 {left} 积分到期",
            )
            worth = (points * row["unit_value"]).quantize(Decimal("0.01"), ROUND_HALF_UP)
            found[user] = told, worth
    return found


def _at_the_top(world: "World", rule: Rule, silent: dict[str, int]) -> Listed:
    """Return who has no level left to reach and was a KOC in a kept snapshot."""
    last: dict[str, date] = {}
    for row in growth.contributors(world):
        if row["is_koc"]:
            last[row["user_id"]] = max(row["as_of_date"], last.get(row["user_id"], date.min))
    least = int(rule["min_silent_days"] or 0)
    names = {
        row["level"]: row.get("name_zh", row["level"]) for row in world.rules.rows("level_bands")
    }
    return {
        row["user_id"]: (
            f"level {row['level']} for {row['days_at_max_level']} days, KOC up to"
            f" {last[row['user_id']]}, silent for {silent[row['user_id']]} days",
            f"{names[row['level']]}等级已 {row['days_at_max_level']} 天，最近一次 KOC："
            f"{last[row['user_id']]}，沉默 {silent[row['user_id']]} 天",
        )
        for row in incentives.growth_levels(world)
        if row["as_of_date"] == world.as_of
        and row["is_max_level"]
        and row["user_id"] in last
        and silent.get(row["user_id"], -1) >= least
    }


def _core(world: "World") -> Listed:
    since: dict[str, date] = {}
    for row in core.core_users(world):
        if row["valid_to"] is None:
            user, day = row["user_id"], row["valid_from"]
            since[user] = min(day, since.get(user, day))
    return {user: (f"core since {day}", f"自 {day} 起为核心用户") for user, day in since.items()}


def _affected(world: "World") -> Listed:
    found: dict[str, list[str]] = {}
    for row in incidents.incident_users(world):
        if row["is_frozen"]:
            found.setdefault(row["user_id"], []).append(row["incident_id"])
    return {
        user: (
            f"affected by {len(names)} open, the first {min(names)}",
            f"受 {len(names)} 起未结事故影响，首起 {min(names)}",
        )
        for user, names in found.items()
    }


def _to_ask(world: "World", rule: Rule) -> Listed:
    """Name whose activity fell, while an alert of the same rule of the field is open."""
    watching = {
        row["alert"]
        for row in world.rules.rows("alert_rules")
        if row["source_id"] == rule["source_id"]
    }
    is_open = any(
        row["alert"] in watching and row["status"] == "open" for row in health.alerts(world)
    )
    warned = recall.churn_warnings(world) if is_open else []
    return {
        row["user_id"]: (row["reason"], row["reason_zh"])
        for row in warned
        if row["warning_level"] == 1
    }
