"""People worth special care (section 16): each list by its rule."""

from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tests.recompute import core, growth, incidents, users

if TYPE_CHECKING:
    from tests.recompute.world import World

DAY = timedelta(days=1)
MONTH = timedelta(days=30)
Row = dict[str, Any]


def streaks(world: "World", least: int) -> list[tuple[str, date, date | None]]:
    """Return user, day the run was long enough and first order, of who had not bought by then."""
    found = []
    start = world.as_of - (59 + least) * DAY
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
                    found.append((user, reached, first))
    return found


def care_lists(world: "World") -> list[Row]:
    """Return who is on the lists that need neither points nor alerts."""
    rules = {row["list"]: row for row in world.rules.rows("care_rules")}
    people = {row["user_id"]: row for row in users.dim_users(world)}
    silent = {
        user: (world.as_of - max(row["last_seen_date"], row["last_order_date"] or date.min)).days
        for user, row in people.items()
    }
    rule = rules["high_value_silent"]
    tiers, least = rule["tiers"].split(">"), int(rule["min_silent_days"])
    lists: dict[str, set[str]] = {
        "high_value_silent": {
            user
            for user, row in people.items()
            if row["rfm_tier"] in tiers and silent[user] >= least
        }
    }
    runs = streaks(world, int(rules["high_potential"]["min_login_days"]))
    settled = [each for each in runs if each[1] + MONTH <= world.as_of]
    lists["high_potential"] = {u for u, at, first in runs if at + MONTH > world.as_of and not first}
    in_time = sum(first is not None and first - at <= MONTH for _, at, first in settled)
    rule = rules["high_potential_dormant"]
    lists["high_potential_dormant"] = {
        row["user_id"]
        for row in core.potential_scores(world)
        if row["potential_score"] >= float(rule["min_score"])
        and silent.get(row["user_id"], 0) >= int(rule["min_silent_days"])
    }
    lists["core"] = {r["user_id"] for r in core.core_users(world) if r["valid_to"] is None}
    lists["koc"] = {
        row["user_id"]
        for row in growth.contributors(world)
        if row["is_koc"] and row["as_of_date"] == world.as_of
    }
    lists["incident_affected"] = {
        row["user_id"] for row in incidents.incident_users(world) if row["is_frozen"]
    }
    return [
        {
            "as_of_date": world.as_of,
            "list": name,
            "user_id": user,
            "measured_rate": in_time / len(settled)
            if name == "high_potential" and settled
            else None,
            "rule_id": rules[name]["source_id"],
        }
        for name, listed in lists.items()
        for user in listed
    ]
