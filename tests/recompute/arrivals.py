"""Lines -> when a user came, signed up and was seen, and by which channel."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from tests.recompute.activity import is_seen
from tests.recompute.lines import Line
from tests.recompute.places import inside

if TYPE_CHECKING:
    from tests.recompute.world import World


def signed_up_at(lines: list[Line]) -> datetime | None:
    """Return when somebody signed up: the event says so, else the first `identify`."""
    moments = [line.at for line in lines if line.event == "Signed Up"]
    moments = moments or [line.at for line in lines if line.kind == "identify"]
    return min(moments, default=None)


def signed_up_date(world: "World", user: str) -> date | None:
    """Return the local date of the same."""
    at = signed_up_at(world.by_user[user])
    return None if at is None else at.replace(tzinfo=UTC).astimezone(world.rules.zone).date()


def campaign(line: Line) -> str | None:
    return inside(line, "campaign", "source")


def acquisition_channel(world: "World", user: str, day: date) -> str:
    """Return the campaign of the first visit; who came without one, by a day, came directly."""
    lines = world.sessions[user][0].all_lines() if world.sessions[user] else []
    told = [(line.at, campaign(line)) for line in lines if line.day <= day]
    return min(((at, value) for at, value in told if value), default=(None, "direct"))[1]


def seen_days(world: "World", user: str) -> list[date]:
    days = (line.day for line in world.by_user[user] if is_seen(line))
    return sorted({day for day in days if day <= world.as_of})
