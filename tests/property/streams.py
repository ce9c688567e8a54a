"""What somebody did, minute by minute -> files of load days: late, in copies, under some ids."""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from tests.conftest import Installation

# A Friday noon: events cross a Sunday and local midnights, and arrive on three days.
FIRST = datetime(2026, 4, 3, 12, tzinfo=UTC)
LOADS = [date(2026, 4, 4), date(2026, 4, 5), date(2026, 4, 6)]
EVENTS = ["Product Viewed", "Signed In", "Order Completed", "Order Refunded", "Dance Performed"]


class Message(NamedTuple):
    """What somebody did so many minutes after the start, and how it arrived."""

    person: int
    is_known: bool
    event: str
    minute: int
    late: int = 0
    order: int = 0
    amount: str | None = None
    currency: str | None = None
    copies: int = 1


def lines_by_day(stream: Sequence[Message]) -> dict[date, list[str]]:
    """Lay a stream into load days: late messages arrive later, copies a day after that."""
    days: dict[date, list[str]] = {}
    for number, message in enumerate(stream):
        at = FIRST + timedelta(minutes=message.minute)
        body: dict[str, Any] = {
            "type": "track",
            "event": message.event,
            "messageId": f"m{number}",
            "anonymousId": f"device{message.person}",
            "timestamp": at.isoformat(),
        }
        if message.is_known:
            body["userId"] = f"user{message.person}"
        if message.event.startswith("Order"):
            given = {"revenue": message.amount, "currency": message.currency}
            told = {name: value for name, value in given.items() if value}
            body["properties"] = {"order_id": f"o{message.order}"} | told
        for copy in range(message.copies):
            day = min(max(at.date(), LOADS[0]) + timedelta(days=message.late + copy), LOADS[-1])
            days.setdefault(day, []).append(json.dumps(body))
    return days


def land(
    installation: Installation, days: dict[date, list[str]], names: Collection[str] = ("events",)
) -> None:
    for day, lines in days.items():
        folder = installation.settings.landing_root / "events" / f"dt={day}"
        folder.mkdir(parents=True)
        for name in names:
            (folder / f"{name}.ndjson").write_text("\n".join(lines) + "\n")
