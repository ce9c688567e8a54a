"""Things that happen -> lines on their way: late, twice, contradicted, or never there."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

FIRST = date(2025, 12, 29)
ZONE = ZoneInfo("Asia/Shanghai")


class Teller:
    """A tracker of one shop, and the way its lines take until they land."""

    def __init__(self, seed: int, people: int, days: int) -> None:
        self.random = Random(seed)  # noqa: S311 - the same shop each time
        self.waits = Random(seed + 1000)  # noqa: S311 - of its own: the shop stays as it is
        self.days = days
        self.last = FIRST + timedelta(days=days - 1)
        self.arrivals: dict[date, list[dict[str, Any]]] = {}
        self.number = 0
        self.missing = set(
            self.random.sample([FIRST + timedelta(days=k) for k in range(3, days - 1)], 3)
        )
        self.users = [f"u{k}" for k in range(people)]

    def chances(self, share: float) -> bool:
        return self.random.random() < share

    def say(
        self, at: datetime, who: dict[str, Any], event: str, **properties: Any
    ) -> dict[str, Any]:
        """Let a tracker send a line, and something happen to it on its way."""
        if event in {"page", "screen"}:
            line: dict[str, Any] = {"type": event}
            properties |= self.wait()
        else:
            line = {"type": "track", "event": event}
        return self.send(line | who | ({"properties": properties} if properties else {}), at)

    def wait(self) -> dict[str, Any]:
        """Say how long a page took to load, in the ways pages do."""
        chance = self.waits
        if chance.random() < 0.4:
            return {}
        name = chance.choice(["load_time_ms", "loadTime", "load_time_seconds", "load_ms"])
        took = chance.choice([0, 120, 999.5, 1000, "2500", 3000, 7999, 8000, "soon", -3, None])
        return {name: took} | ({"page_load_ms": 1500} if chance.random() < 0.1 else {})

    def send(self, line: dict[str, Any], at: datetime) -> dict[str, Any]:
        chance = self.random
        self.number += 1
        stamp = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = line | {"messageId": f"m{self.number:06}"}
        if self.chances(0.05):
            original, sent = at + timedelta(hours=3), at + timedelta(hours=3, seconds=5)
            received = at + timedelta(seconds=5)
            line |= {"originalTimestamp": original.isoformat(), "sentAt": sent.isoformat()}
            line |= {"receivedAt": received.isoformat()}
        else:
            line["timestamp"] = stamp
        arrived = at.astimezone(ZONE).date()
        if self.chances(0.06):
            arrived += timedelta(days=chance.choice([1, 1, 2, 3, 9, 20]))
        self.arrive(line, arrived)
        if self.chances(0.03):
            self.arrive(line, arrived + timedelta(days=chance.choice([0, 1, 5])))
        if self.chances(0.01):
            other = line | {"userId": chance.choice(self.users), "context": {"trick": self.number}}
            self.arrive(other, arrived + timedelta(days=chance.choice([1, 4])))
        return line

    def arrive(self, line: dict[str, Any], day: date) -> None:
        while day in self.missing and self.chances(0.5):
            day += timedelta(days=1)
        if day <= self.last and day not in self.missing:
            self.arrivals.setdefault(day, []).append(line)

    def moment(self, day: int) -> datetime:
        """Choose a time of a local day; often late in the evening, where midnight is near."""
        hour = self.random.choice([7, 9, 12, 13, 18, 20, 21, 22, 23, 23])
        local = datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), ZONE)
        seconds = self.random.randrange(3600)
        return (local + timedelta(hours=hour, seconds=seconds)).astimezone(UTC)
