"""Time zone -> when its offset from UTC changes: what turns an instant into a local date."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
STEP = timedelta(days=1)
SECOND = timedelta(seconds=1)
TEXT = "%Y-%m-%d %H:%M:%S"


@cache
def utc_offsets(timezone: str, until: date) -> list[dict[str, str | int]]:
    """Return the offsets of a zone from 1970 to the end of a day, newest first.

    ``since`` is the UTC instant an offset begins to hold, as ``YYYY-MM-DD HH:MM:SS``; ``seconds``
    is what to add to UTC. An instant before the last one listed has the last offset. ``local`` is
    the first local time whose first instant has the offset: of an hour that comes twice, its start
    still has the one before; of an hour that is left out, no time has it.
    """
    zone = ZoneInfo(timezone)
    last = datetime.combine(until + STEP, datetime.min.time(), UTC)
    found = [(FIRST, _offset(FIRST, zone))]
    instant = FIRST
    while instant < last:
        ahead = min(instant + STEP, last)
        if _offset(ahead, zone) != found[-1][1]:
            found.append(_change(instant, ahead, zone))
        instant = ahead
    before = [found[0][1], *(offset for _, offset in found)]
    return [
        {
            "since": f"{since:{TEXT}}",
            "local": f"{since + offset + SECOND * (offset < earlier):{TEXT}}",
            "seconds": offset // SECOND,
        }
        for (since, offset), earlier in zip(reversed(found), reversed(before[:-1]), strict=True)
    ]


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> tuple[datetime, timedelta]:
    """Find the second at which the offset becomes what it is at ``after``."""
    offset = _offset(after, zone)
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        before, after = (before, middle) if _offset(middle, zone) == offset else (middle, after)
    return after, offset


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()
