"""A seed -> buyers enough for a fit, who do nothing but buy, in a file of their own."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

PEOPLE = 48
# Rules by which they are enough.
TERMS = [
    ("clv_min_buyers", "200", "24"),
    ("clv_min_days", "90", "40"),
    ("clv_holdout_days", "90", "24"),
]


def lines(seed: int, days: Sequence[date]) -> dict[date, list[dict[str, Any]]]:
    """Return what they bought: at rates of their own, until they leave after one of their orders.

    Some have a phone that the shop can write to when they are silent; some came by a campaign.
    """
    chance = Random(f"regulars {seed}")  # noqa: S311 - the same each time
    landed: dict[date, list[dict[str, Any]]] = {}

    def say(day: date, user: str, line: dict[str, Any]) -> None:
        arrived = next((at for at in days if at >= day), None)
        if arrived is not None:
            at = datetime.combine(day, time(4)) + timedelta(seconds=chance.randrange(3600 * 8))
            told = landed.setdefault(arrived, [])
            number = {"messageId": f"r{arrived}{len(told)}", "timestamp": f"{at.isoformat()}Z"}
            told.append(number | {"userId": user} | line)

    for person in range(PEOPLE):
        user, day = f"r{person}", days[0] + timedelta(days=chance.randrange(60))
        rate, leaves = chance.gammavariate(1, 0.2), chance.betavariate(1, 2)
        mean = 200 / chance.gammavariate(2, 1)
        if chance.random() < 0.6:
            token = {"push_token": f"token-{user}"}
            say(day, user, {"type": "identify", "traits": token})
        source = chance.choice(["ads", "newsletter", None, None])
        context = {"context": {"campaign": {"source": source}}} if source else {}
        while day <= days[-1]:
            bought = {
                "order_id": f"{user} on {day}",
                "revenue": round(mean * chance.gammavariate(2, 1 / 2), 2),
            }
            say(day, user, context | {
                "type": "track", "event": "Order Completed", "properties": bought
            })  # fmt: skip
            if chance.random() < leaves:
                break
            day += timedelta(days=1 + int(chance.expovariate(rate)))
    # By a channel that nobody bought by.
    elsewhere = {"context": {"campaign": {"source": "elsewhere"}}}
    say(days[0], "passer-by", elsewhere | {"type": "page"})
    return landed
