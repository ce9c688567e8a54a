"""The local date by offsets is the one that Python's own zone data gives."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.build.offsets import utc_offsets

ZONES = (
    *("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Sao_Paulo"),
    *("Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"),
)
UNTIL = date(2035, 12, 31)


@given(
    zone=st.sampled_from(ZONES),
    instant=st.datetimes(datetime(1970, 1, 2), datetime(2035, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_the_offset_in_force_is_that_of_the_zone(zone: str, instant: datetime) -> None:
    offsets = utc_offsets(zone, UNTIL)
    text = instant.strftime("%Y-%m-%d %H:%M:%S")
    found = next((o for o in offsets if text >= str(o["since"])), offsets[-1])
    offset = instant.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    assert found["seconds"] == int(offset.total_seconds())


@pytest.mark.parametrize(
    ("zone", "changes"), [("UTC", 1), ("Asia/Kathmandu", 2), ("Europe/Berlin", 113)]
)
def test_an_offset_is_listed_once_for_each_time_it_changes(zone: str, changes: int) -> None:
    offsets = utc_offsets(zone, UNTIL)
    assert len(offsets) == changes
    assert [o["since"] for o in offsets] == sorted((o["since"] for o in offsets), reverse=True)
    assert all(a["seconds"] != b["seconds"] for a, b in pairwise(offsets))


QUARTER = timedelta(minutes=15)
MIDNIGHT_ZONES = (
    "America/Sao_Paulo",
    "America/Nuuk",
    "America/Havana",
    "Asia/Beirut",
    "Asia/Tehran",
)


@pytest.mark.parametrize("zone", [*ZONES, *MIDNIGHT_ZONES])
def test_a_date_ends_with_the_last_instant_it_has_on_the_clocks(zone: str) -> None:
    """Also where clocks change at midnight; of a date that is left out there is no end to tell."""
    offsets = utc_offsets(zone, UNTIL)
    changed = {date.fromisoformat(str(o["local"])[:10]) for o in offsets[:-1]}
    ends = []
    for day in (d + timedelta(n) for d in changed if d.year >= 1990 for n in (-2, -1, 0, 1)):
        midnight = datetime.combine(day + timedelta(1), datetime.min.time())
        found = next((o for o in offsets if str(midnight) >= str(o["local"])), offsets[-1])
        told = (midnight - timedelta(seconds=int(found["seconds"]))).replace(tzinfo=UTC)
        near = [midnight.replace(tzinfo=UTC) + n * QUARTER for n in range(-160, 160)]
        held = [t for t in near if t.astimezone(ZoneInfo(zone)).date() == day]
        if held:
            ends.append((day, told, max(held) + QUARTER))
    assert [end for end in ends if end[1] != end[2]] == []
    assert len(ends) >= len(changed) or zone in {"UTC", "Asia/Kathmandu"}
