"""Silence -> warnings (section 14); candidates -> lists and exclusions (section 17)."""

from bisect import bisect_right
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.recompute.activity import is_interaction

if TYPE_CHECKING:
    from tests.recompute.world import World

WINDOW = 30


def last_before(days: list[date], day: date) -> date | None:
    """Return the latest of days, in order, that is not after one."""
    at = bisect_right(days, day)
    return days[at - 1] if at else None


def activity_index(world: "World", user: str, last: date) -> tuple[float, int]:
    """Return frequency and duration of the 30 days ending on a day, and its active days."""
    first = last - timedelta(days=WINDOW - 1)
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
        previous, base = activity_index(world, user, day - timedelta(days=WINDOW))
        row = {
            "as_of_date": day,
            "user_id": user,
            "days_since_login": (day - login).days,
            "days_since_interaction": (day - interaction).days,
            "activity_index": index,
            "previous_activity_index": previous,
            "activity_change": index / previous - 1 if previous else None,
        }
        bought = [order.day for order in world.orders_of.get(user, []) if order.day <= day]
        silent = (day - max([last, *bought])).days
        rules = world.rules.rows("warning_levels")
        for rule in sorted(rules, key=lambda row: -int(row["warning_level"])):
            if _holds(rule, row, base, silent):
                level = {"warning_level": int(rule["warning_level"])}
                rows.append(row | level | {n: rule[n] for n in ("action_1", "action_2")})
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


def churn_warnings(world: "World") -> list[dict[str, Any]]:
    return warnings_of(world, world.as_of)
