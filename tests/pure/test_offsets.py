"""The local date by offsets is the one that Python's own zone data gives."""

from datetime import UTC, date, datetime
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
