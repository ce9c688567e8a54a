"""Days of users -> who is core, whom other thresholds would admit, and who has potential (16)."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.recompute import growth, money, worth
from tests.recompute.money import ZERO
from tests.recompute.people import cases_of

if TYPE_CHECKING:
    from tests.recompute.world import World

MEASURES = ("weekly_logins", "session_minutes", "monthly_spend", "contributions")
WEEK = timedelta(days=7)
Row = dict[str, Any]


def sundays(world: "World") -> list[date]:
    return [day for day in world.days() if day.weekday() == 6]


def judged_by(world: "World", sunday: date) -> dict[str, Row] | None:
    """Return what each user did in so many days up to a Sunday; None too early in history."""
    month = timedelta(days=int(world.rules.number("core_days") or 0))
    if sunday - world.first_day + timedelta(days=1) < month:
        return None
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in money.fct_user_days(world):
        if sunday - month < row["event_date"] <= sunday:
            rows[row["user_id"]].append(row)
    advice = [
        case.told[0].user
        for case in cases_of(world, world.as_of)
        if case.kind == "suggestion" and sunday - month < case.told[0].day <= sunday
    ]
    found = {}
    for user, days in rows.items():
        weeks = [
            sum(d["logins"] for d in days if end - WEEK < d["event_date"] <= end)
            for end in (sunday - number * WEEK for number in range(month // WEEK))
        ]
        sessions = sum(d["sessions"] for d in days)
        online = sum(d["online_seconds"] for d in days)
        found[user] = {
            "weekly_logins": min(weeks),
            "session_minutes": online / (60 * sessions) if sessions else None,
            "monthly_spend": sum((d["net_revenue"] for d in days), ZERO),
            "contributions": sum(d["content"] + d["shares"] for d in days) + advice.count(user),
        }
    return found


def rules_on(world: "World", sunday: date) -> list[dict[str, str]]:
    """Return the newest row of each set and phase that has begun."""
    newest: dict[tuple[str, str], dict[str, str]] = {}
    for rule in sorted(world.rules.rows("core_rules"), key=lambda rule: rule["valid_from"]):
        if rule["valid_from"] <= sunday.isoformat():
            newest[rule["rule_set"], rule["phase"]] = rule
    return list(newest.values())


def is_in_force(world: "World", rule: dict[str, str], sunday: date) -> bool:
    begun = [row for row in world.rules.rows("phases") if row["valid_from"] <= sunday.isoformat()]
    phase = max(begun, key=lambda row: row["valid_from"])["phase"] if begun else None
    return rule["is_in_force"] == "true" and rule["phase"] in {"*", phase}


def admits(rule: dict[str, str], user: Row) -> bool:
    limits = {name: rule[f"min_{name}"] for name in MEASURES if rule[f"min_{name}"]}
    return all(
        user[name] is not None and user[name] >= Fraction(limit) for name, limit in limits.items()
    )


def core_thresholds(world: "World") -> list[Row]:
    rows = []
    for sunday in sundays(world):
        users = judged_by(world, sunday)
        for rule in rules_on(world, sunday):
            admitted = [user for user in (users or {}).values() if admits(rule, user)]
            spend = sum((user["monthly_spend"] for user in admitted), ZERO)
            rows.append(
                {
                    "as_of_date": sunday,
                    "threshold_set": rule["rule_set"],
                    "phase": rule["phase"],
                    "is_in_force": is_in_force(world, rule, sunday),
                    **{
                        f"min_{name}": Decimal(rule[f"min_{name}"]) if rule[f"min_{name}"] else None
                        for name in MEASURES
                    },
                    "users_admitted": None if users is None else len(admitted),
                    "monthly_spend": spend if admitted else None,
                    "status": "insufficient_data" if users is None else "ok",
                }
            )
    return rows


def core_users(world: "World") -> list[Row]:
    last: dict[tuple[str, str], Row] = {}
    rows = []
    for sunday in sundays(world):
        users = judged_by(world, sunday) or {}
        rules = [rule for rule in rules_on(world, sunday) if is_in_force(world, rule, sunday)]
        reached = {(user, r["rule_set"]) for r in rules for user in users if admits(r, users[user])}
        for key in last.keys() - reached:
            last.pop(key)["valid_to"] = sunday
        for user, name in reached:
            if (user, name) not in last:
                row = {"user_id": user, "rule_set": name, "valid_from": sunday, "valid_to": None}
                last[user, name] = row
                rows.append(row)
            last[user, name] |= users[user]
    return rows


def _ranks(values: dict[str, int]) -> dict[str, float]:
    ranked = sorted(values.values())
    most = max(1, len(ranked) - 1)
    return {u: round(100 * ranked.index(v) / most, 6) for u, v in values.items()}


def potential_of(world: "World", day: date, contributors: list[Row]) -> list[Row]:
    ours = {row["user_id"]: row for row in contributors if row["as_of_date"] == day}
    pieces = {user: row["content"] for user, row in ours.items() if row["content"]}
    invites = {user: row["invites"] for user, row in ours.items() if row["invites"]}
    scores = {row["user_id"]: row["activity"] for row in worth.value_of(world, day)}
    dimensions: dict[str, dict[str, float]] = {
        "interaction": {user: score for user, score in scores.items() if score is not None},
        "content": _ranks(pieces),
        "influence": _ranks(invites),
    }
    weights = {r["dimension"]: float(r["weight"]) for r in world.rules.rows("potential_weights")}
    known = {name: weights[name] for name, found in dimensions.items() if found}
    rows = []
    for user in set().union(*dimensions.values()):
        own = {name: found.get(user) for name, found in dimensions.items()}
        points = sum(weight * (own[name] or 0) for name, weight in known.items())
        rows.append(
            {
                "as_of_date": day,
                "user_id": user,
                **own,
                "pieces": pieces.get(user),
                "invites": invites.get(user),
                "potential_score": points / sum(known.values()),
                "coverage": sum(known.values()) / sum(weights.values()),
                "status": "ok",
            }
        )
    return rows


def potential_scores(world: "World") -> list[Row]:
    contributors = growth.contributors(world)
    days = {row["as_of_date"] for row in worth.value_scores(world)}
    days |= {row["as_of_date"] for row in contributors}
    return [row for day in days for row in potential_of(world, day, contributors)]
