"""What was set aside can be seen, byte for byte, and is as never bad once mended."""

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from warehouse.errors import UserError
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import rows_path
from warehouse.lake.loads import loaded
from warehouse.lake.quarantine import list_quarantine, replay, show
from warehouse.settings import Settings

DAY = date(2026, 10, 1)
GOOD = b'{"type":"page","userId":"u1","timestamp":"2026-10-01T00:00:00Z"}'
ORDER = (
    b'{"type":"track","event":"Order Completed","userId":"u1","timestamp":"2026-10-01T00:00:00Z",'
    b'"properties":{"order_id":"o1","revenue":5,"currency":"XTS"}}'
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path)


def land(settings: Settings, *lines: bytes, day: date = DAY) -> str:
    folder = settings.landing_root / f"events/dt={day}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.ndjson").write_bytes(b"\r\n".join(lines))
    return f"events/dt={day}/a.ndjson"


def test_a_line_is_shown_as_it_stood(settings: Settings) -> None:
    bad = b'\t{"\xff\x00": broken'
    name = land(settings, GOOD, bad, GOOD)
    ingest_days(settings, [DAY])

    assert show(settings, DAY, name, 2) == bad
    with pytest.raises(UserError, match="no line 3"):
        show(settings, DAY, name, 3)


def test_the_list_covers_all_days_or_those_asked_for(settings: Settings) -> None:
    other = date(2026, 10, 2)
    land(settings, b"bad")
    land(settings, GOOD, b"[]", day=other)
    ingest_days(settings, [DAY, other])

    listed = list_quarantine(settings).select(["load_date", "source_line", "reason"]).to_pylist()

    assert [tuple(row.values()) for row in listed] == [
        (DAY, 1, "bad_json"),
        (other, 2, "not_an_object"),
    ]
    assert len(list_quarantine(settings, [other])) == 1


def test_nothing_loaded_means_an_empty_list(settings: Settings) -> None:
    assert len(list_quarantine(settings)) == 0
    assert replay(settings).days == ()


def test_a_currency_given_a_rate_is_as_never_unknown(settings: Settings, tmp_path: Path) -> None:
    clean = Settings(tmp_path / "clean")
    for place in (settings, clean):
        land(place, GOOD, ORDER)
        land(place, GOOD, day=date(2026, 10, 2))
    assert ingest_days(settings, [DAY, date(2026, 10, 2)]).reasons == {"unknown_currency": 1}

    for place in (settings, clean):
        place.rules_dir.mkdir()
        rates = "currency,valid_from,rate\nXTS,2020-01-01,1.5\n"
        (place.rules_dir / "fx_rates.csv").write_text(rates)
    report = replay(settings)
    ingest_days(clean, [DAY])

    assert (report.days, report.parsed, report.quarantined) == ((DAY,), 2, 0)
    load = loaded(settings)[DAY]
    assert load == loaded(clean)[DAY]
    events = rows_path(settings, load)
    assert events.read_bytes() == rows_path(clean, load).read_bytes()
    assert list(settings.lake_root.rglob("quarantine.parquet")) == []
    assert pq.ParquetFile(events).read()["currency"].to_pylist() == [None, "XTS"]
