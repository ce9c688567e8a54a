"""A seed -> ids that mean two people: an account's, and a visitor's who is somebody else by now."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

# As a spreadsheet or a phone writes an id; what they mean is the first.
SPELLINGS = {
    "t4": ["t4", "ｔ４", " t4 ", "t\u200b4"],
    "90005": [90005, "90005.0", "９０００５"],
    "90006": [90006, "90006.0"],
}
TWINS = ["t0", "t1", "t2", "t3", "t4", "90005"]
# Whom a visitor of the same id becomes, and how that is told; of others it stays the account's.
SEEN_WITH, BY_ALIAS = {"t0": "w0", "t4": "w4", "90005": "w5", "w1": "w9"}, {"t1": "w1", "t2": "t3"}
# Who has an account, as only the last day tells: a visitor, and one of a hub (of `voices`).
OWN = ["90006", "kiosk0"]


def lines(seed: int, days: Sequence[date]) -> dict[date, list[dict[str, Any]]]:
    """Return what they do, most of it early: who is silent long enough stands on lists."""
    chance = Random(f"twins {seed}")  # noqa: S311 - the same each time
    landed: dict[date, list[dict[str, Any]]] = {}

    def say(day: date, line: dict[str, Any]) -> None:
        at = datetime.combine(day, time(4)) + timedelta(seconds=chance.randrange(3600 * 8))
        told = landed.setdefault(day, [])
        told.append(
            {"messageId": f"twin{day}{len(told)}", "timestamp": f"{at.isoformat()}Z"} | line
        )

    def spelled(name: str) -> str | int:
        return chance.choice(SPELLINGS.get(name, [name]))

    early = days[: len(days) // 4]
    for name in [*TWINS, "w0", "w1", "w4", "w5", "w9"]:
        told = {"name": name, "push_token": f"token-{name}"}
        say(chance.choice(early), {"type": "identify", "userId": spelled(name), "traits": told})
        for _ in range(4):
            say(chance.choice(early), track("Product Viewed") | {"userId": spelled(name)})
    for name in [*SEEN_WITH, *BY_ALIAS, *OWN]:
        for _ in range(3):
            visit = track("Product Viewed") | {"anonymousId": spelled(name)}
            say(chance.choice(early), visit)
    for visitor, user in SEEN_WITH.items():
        say(chance.choice(days), {"type": "page", "userId": user, "anonymousId": spelled(visitor)})
    for former, user in BY_ALIAS.items():
        say(chance.choice(days), {"type": "alias", "userId": user, "previousId": spelled(former)})
    for name in OWN:
        say(days[-1], track("Product Viewed") | {"userId": spelled(name)})
    for name in TWINS:
        invited = track("Invite Accepted", inviter_id=spelled(name))
        say(chance.choice(days), invited | {"userId": f"guest of {name}"})
    say(
        chance.choice(days),
        track("Order Completed", order_id="twin", revenue=70) | {"userId": "w0"},
    )
    return landed


def track(event: str, **properties: Any) -> dict[str, Any]:
    return {"type": "track", "event": event, "properties": properties}


def suppressed() -> list[str]:
    return ["push,,t0,,an account and a visitor", "push,,９０００５.0,,", "all,, ｔ１,,"]


def incident(day: date) -> list[str]:
    """Return rows of one that goes on, by ids of accounts that visitors had too."""
    rows = (f"twins,leak,,,{name},,,,,," for name in ("ｔ４", "t2", "w1"))
    head = "incident_id,kind,started_at,ended_at,user_id,country,platform,event,duty,done_at"
    return [f"{head},compensation", *rows, f"twins,,{day}T01:00:00Z,,,,,,,,"]
