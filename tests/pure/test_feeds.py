"""A feed is data: one made up here goes from landing to the lake and back by its columns alone."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from warehouse.erasure.forget import erase
from warehouse.feeds import FEEDS, Feed, column
from warehouse.gates.profiles import raw_days
from warehouse.lake.admission import admit
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import empty_load, load_days, rows_path, schema_of
from warehouse.lake.loads import admitted, loaded, read_ledger
from warehouse.lake.quarantine import list_quarantine, replay, show
from warehouse.settings import Settings

DAY = date(2026, 10, 1)
VISITS = Feed(
    "visits",
    (
        column("on", "date"),
        column("shop", "string", matches="[a-z]+", such_as="east"),
        column("note", "string", optional=True),
        column("amount", "decimal(6,2)", least=0),
        column("user_id", "string", optional=True),
    ),
)
LINES = [
    "on,shop,note,amount,till,user_id",
    '2026-10-01,east,"a, b",9.90,1,ann',
    "2026-10-01,east,,9.905,1,ann",
    "2026-10-32,east,,1,1,bob",
    "",
    "2026-10-01,EAST,,1,1,",
    "2026-10-01,east,1",
    "2026-10-01, west ,,12345.00,1,",
    "2026-10-01,west,,3,1,bob",
]
NAME = f"visits/dt={DAY}/a.csv"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setitem(FEEDS, VISITS.name, VISITS)
    return Settings(tmp_path)


def land(settings: Settings, *lines: str) -> None:
    path = settings.landing_root / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\r\n".join([*lines, ""]).encode())


def test_a_feed_made_up_of_columns_is_judged_kept_and_counted(settings: Settings) -> None:
    land(settings, *LINES)

    report = ingest_days(settings, [DAY], "visits")
    admit(settings, [DAY], "visits")

    assert (report.lines, report.parsed, report.quarantined, report.blank) == (8, 2, 5, 1)
    load = loaded(settings, "visits")[DAY]
    assert admitted(settings, "visits") == {DAY: load.fingerprint}
    assert rows_path(settings, load).relative_to(settings.lake_root).parts[0] == "visits"
    rows = pq.ParquetFile(rows_path(settings, load)).read()
    assert rows.schema == schema_of("visits")
    assert [list(row.values())[:7] for row in rows.to_pylist()] == [
        [DAY, "east", "a, b", Decimal("9.90"), "ann", NAME, 2],
        [DAY, "west", None, Decimal("3.00"), "bob", NAME, 9],
    ]
    refused = {
        row["source_line"]: (row["reason"], row["detail"])
        for row in list_quarantine(settings).to_pylist()
    }
    assert refused == {
        3: ("bad_number", "amount does not fit decimal(6,2)"),
        4: ("bad_value", "on is not a date as 2026-01-31"),
        6: ("bad_value", "shop is not a word such as east"),
        7: ("bad_value", "3 fields where the first line has 6"),
        8: ("bad_number", "amount does not fit decimal(6,2)"),
    }
    assert show(settings, DAY, NAME, 8) == LINES[7].encode()
    [measured] = raw_days(settings, [DAY], "visits").to_dict("records")
    assert (measured["parsed"], measured["count_gap"], measured["lake_gap"]) == (2, 0, 0)
    # Nothing of it is taken for events.
    assert (load_days(settings), len(read_ledger(settings))) == ([], 0)


def test_a_cell_that_must_be_filled_is_called_blank(settings: Settings) -> None:
    land(settings, LINES[0], ",east,,1,1,bob", "2026-10-01,,,1,1,bob", "2026-10-01,east,,,1,bob")
    ingest_days(settings, [DAY], "visits")
    told = [row["detail"] for row in list_quarantine(settings).to_pylist()]
    assert told == ["on is blank", "shop is blank", "amount is blank"]


def test_a_mended_file_is_judged_again_and_one_of_another_shape_is_refused(
    settings: Settings,
) -> None:
    land(settings, *LINES)
    ingest_days(settings, [DAY], "visits")
    land(settings, *LINES[:2])
    assert replay(settings).days == (DAY,)
    assert len(list_quarantine(settings)) == 0

    land(settings, "on,shop,note", "2026-10-01,east,")
    assert ingest_days(settings, [DAY], "visits").reasons == {"bad_file": 1}
    [row] = list_quarantine(settings).to_pylist()
    assert row["detail"] == "no column amount; the file has on, shop, note"


def test_an_empty_table_stands_where_nothing_has_landed(settings: Settings) -> None:
    admit(settings, [], "visits")

    empty = rows_path(settings, empty_load("visits"))
    assert pq.read_schema(empty) == schema_of("visits")
    assert load_days(settings, "visits") == []
    before = empty.stat().st_mtime_ns
    admit(settings, [], "visits")
    assert empty.stat().st_mtime_ns == before


def test_forgetting_reaches_the_rows_and_the_refused_lines_of_a_feed(settings: Settings) -> None:
    land(settings, *LINES)
    ingest_days(settings, [DAY], "visits")
    admit(settings, [DAY], "visits")

    erasure = erase(settings, ["ann"])

    assert erasure.landed_lines == {NAME: 2}
    assert (settings.landing_root / NAME).read_text().splitlines() == [LINES[0], *LINES[3:]]
    rows = pq.ParquetFile(rows_path(settings, loaded(settings, "visits")[DAY])).read()
    assert rows["user_id"].to_pylist() == ["bob"]


def test_whom_a_suppression_names_is_written_as_in_events(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    path = settings.landing_root / "suppressions" / f"dt={DAY}" / "list.csv"
    path.parent.mkdir(parents=True)
    told = ["email,,１２３45.0", "email,, \u200b77\u00a0", "email,a@example.org,NULL"]
    told += ["email,b@example.org,1.2E+15", "email,,1.2E+15", "email,,null"]
    path.write_text("\n".join(["channel,address,user_id", *told, ""]))

    ingest_days(settings, [DAY], "suppressions")

    load = loaded(settings, "suppressions")[DAY]
    rows = pq.ParquetFile(rows_path(settings, load)).read(["address", "user_id"]).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        (None, "12345"),
        (None, "77"),
        ("a@example.org", None),
        ("b@example.org", None),
    ]
    # Whom these mean nobody can tell: they stop the run until somebody says.
    reasons = list_quarantine(settings).to_pylist()
    assert [(row["source_line"], row["reason"]) for row in reasons] == [
        (6, "bad_number"),
        (7, "no_id"),
    ]


def test_a_row_of_an_incident_names_people_as_events_do_and_times_there_are(
    tmp_path: Path,
) -> None:
    settings = Settings(tmp_path)
    path = settings.landing_root / f"incidents/dt={DAY}/a.csv"
    path.parent.mkdir(parents=True)
    rows = [
        "incident_id,started_at,user_id",
        "i1,2026-09-30T08:30:00Z,12345.0",
        "i1,,\u200b ann ",
        "i1,,null",
        "i1,,1.2e7",
        "i1,2026-02-30T08:30:00Z,bob",
        "i1,2026-09-30T24:30:00Z,bob",
        "i1,2026-09-30,bob",
        "i1,soon,bob",
    ]
    path.write_text("\n".join(rows), encoding="utf-8")

    ingest_days(settings, [DAY], "incidents")

    load = loaded(settings, "incidents")[DAY]
    kept = pq.ParquetFile(rows_path(settings, load)).read().column("user_id")
    assert kept.to_pylist() == ["12345", "ann", None]
    refused = list_quarantine(settings).to_pylist()
    assert [(row["source_line"], row["reason"]) for row in refused] == [
        (5, "bad_number"),
        *((line, "bad_value") for line in (6, 7, 8, 9)),
    ]


# What a cell says, as a moment and as a day; None: refused.
TIMES = [
    ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z", None),
    ("2026-03-01T10:00:00.123Z", "2026-03-01T10:00:00.123000Z", None),
    ("2026-03-01T10:00:00.123456789+08:00", "2026-03-01T02:00:00.123456Z", "2026-03-01"),
    ("2026-03-01 00:30:00+0800", "2026-02-28T16:30:00Z", "2026-03-01"),
    ("2026-03-01 10:00", "2026-03-01T10:00:00Z", "2026-03-01"),
    ("2026/3/1 9:05", "2026-03-01T09:05:00Z", "2026-03-01"),
    ("2026-03-01T24:00:00Z", "2026-03-02T00:00:00Z", "2026-03-02"),
    ("2026/03/01 24:00:00.000", "2026-03-02T00:00:00Z", "2026-03-02"),
    ("20260301T240000Z", "2026-03-02T00:00:00Z", "2026-03-02"),
    ("2026-03-01T24:00:01Z", None, None),
    ("2026-03-01T00:00:00.000Z", "2026-03-01T00:00:00Z", "2026-03-01"),
    ("1772413200123", "2026-03-02T01:00:00.123000Z", None),
    ("20260301", None, "2026-03-01"),
    ("2026年3月1日", None, "2026-03-01"),
    ("2026-02-30", None, None),
    ("2026-02-30T08:30:00Z", None, None),
    ("2226-03-01T10:00:00Z", None, None),
    ("soon", None, None),
]


@pytest.mark.parametrize(("written", "moment", "day"), TIMES)
def test_times_of_all_feeds_are_read_alike(
    tmp_path: Path, written: str, moment: str | None, day: str | None
) -> None:
    settings = Settings(tmp_path)
    spent = "date,channel,amount\n{},ads,1\n"
    told = {"incidents": "incident_id,ended_at\ni1,{}\n", "spend": spent}
    told["suppressions"] = "channel,address,since\nemail,a@example.org,{}\n"
    found = {}
    for feed, text in told.items():
        path = settings.landing_root / f"{feed}/dt={DAY}/a.csv"
        path.parent.mkdir(parents=True)
        path.write_text(text.format(written), encoding="utf-8")
        ingest_days(settings, [DAY], feed)
        rows = pq.ParquetFile(rows_path(settings, loaded(settings, feed)[DAY])).read().to_pylist()
        [found[feed]] = rows or [None]

    ended, spent_on, since = (found[feed] for feed in told)
    assert (ended and ended["ended_at"]) == moment
    assert (spent_on and str(spent_on["date"])) == day
    # Whatever stands there, nobody is written to who should not be.
    assert since
    assert since["since"] == (moment or day or written)
