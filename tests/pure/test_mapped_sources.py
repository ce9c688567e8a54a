"""Files that are not in the Segment format become the same rows, by a mapping in userops.toml.

The CDNOW log as published (``customer_id date number_of_cds dollar_value``) loads with

    [[sources]]
    name = "cdnow"
    glob = "CDNOW_*.txt"              # a file name in a landing day folder
    format = "text"                   # columns between white space, named by the first line
    date_format = "%Y%m%d"            # a date alone is its first moment in UTC
    order_id = "row"                  # the log has no order ids: each row is an order
    columns = { userId = "customer_id", timestamp = "date", "properties.quantity" =
                "number_of_cds", "properties.revenue" = "dollar_value" }
    constants = { type = "track", event = "Order Completed", "properties.currency" = "USD" }

(with ``columns`` on one line, as TOML wants it). All its days arrive in one landing day folder.
"""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import SHARED
from tests.skips import NO_REAL_DATA
from warehouse.configuration import load_settings
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import rows_path
from warehouse.lake.loads import loaded, read_ledger
from warehouse.lake.outcome import IngestReport
from warehouse.lake.quarantine import list_quarantine
from warehouse.settings import Settings, Source

DAY = date(2026, 10, 1)
CDNOW = SHARED / "data" / "files" / "CDNOW_master.txt"
TOML = """
[[sources]]
name = "cdnow"
glob = "CDNOW_*.txt"
format = "text"
date_format = "%Y%m%d"
order_id = "row"
constants = { type = "track", event = "Order Completed", "properties.currency" = "USD" }

[sources.columns]
userId = "customer_id"
timestamp = "date"
"properties.quantity" = "number_of_cds"
"properties.revenue" = "dollar_value"
"""

Load = Callable[..., IngestReport]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load(name: str, content: bytes, *sources: Source, day: date = DAY) -> IngestReport:
        settings = Settings(tmp_path, sources=sources)
        folder = settings.landing_root / f"events/dt={day}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        report = ingest_days(settings, [day])
        for row in read_ledger(settings).to_pylist():
            assert row["lines"] == sum(
                row[name] for name in ("parsed", "quarantined", "blank", "left_out")
            )
        return report

    return load


def events(home: Path, *columns: str, day: date = DAY) -> list[tuple]:
    path = rows_path(Settings(home), loaded(Settings(home))[day])
    table = pq.ParquetFile(path).read(columns=list(columns))
    return [tuple(row[name] for name in columns) for row in table.to_pylist()]


def reasons(home: Path) -> list[tuple]:
    rows = list_quarantine(Settings(home)).to_pylist()
    return [(row["source_line"], row["reason"], row["line"]) for row in rows]


def text_source(**changes: Any) -> Source:
    given: dict[str, Any] = {
        "name": "log",
        "glob": "*.txt",
        "format": "text",
        "columns": {"userId": "who", "timestamp": "day", "properties.revenue": "paid"},
        "constants": {"type": "track", "event": "Order Completed"},
        "date_format": "%Y%m%d",
        "order_id": "row",
    }
    return Source(**given | changes)


@pytest.mark.real_data
@pytest.mark.skipif(not CDNOW.is_file(), reason=NO_REAL_DATA)
def test_the_cdnow_log_loads_by_a_mapping_alone(tmp_path: Path) -> None:
    (tmp_path / "userops.toml").write_text(TOML)
    settings = load_settings({"USEROPS_HOME": str(tmp_path)}, tmp_path)
    day = date(1998, 6, 30)
    folder = settings.landing_root / f"events/dt={day}"
    folder.mkdir(parents=True)
    (folder / CDNOW.name).write_bytes(CDNOW.read_bytes())

    report = ingest_days(settings, [day])

    assert (report.parsed, report.quarantined, report.reasons) == (69_659, 0, {})
    rows = events(tmp_path, "message_id", "order_id", "user_id", "occurred_at", "amount", day=day)
    ids, orders, users, times, amounts = zip(*rows, strict=True)
    assert len(set(ids)) == len(set(orders)) == 69_659
    assert len(set(users)) == 23_570
    assert sum(amounts) == Decimal("2500315.63")
    assert (min(times), max(times)) == (datetime(1997, 1, 1), datetime(1998, 6, 30))  # noqa: DTZ001
    assert report.seconds < 30


def test_equal_rows_are_separate_orders_and_a_copied_file_brings_nothing_new(
    load: Load, tmp_path: Path
) -> None:
    content = b"who day paid\r\n 1 20261001 5.00\r\n 1 20261001 5.00\r\n\r\n"
    load("a.txt", content, text_source())
    first = events(tmp_path, "message_id", "order_id", "source_line")

    report = load("b.txt", content, text_source())

    assert [line for *_, line in first] == [2, 3]
    assert len({message for message, *_ in first}) == 2
    assert (report.files, report.parsed, report.blank) == (2, 4, 2)
    assert events(tmp_path, "message_id", "order_id", "source_line") == first * 2


def test_bad_rows_of_a_text_are_set_aside_alone(load: Load, tmp_path: Path) -> None:
    content = (
        b"who day paid\n1 20261001 5\n2 2026100x 5\n3 20261001\n\xff 20261001 5\n4 20261001 x\n"
    )

    report = load("a.txt", content, text_source())

    assert report.parsed == 1
    assert reasons(tmp_path) == [
        (3, "bad_time", b"2 2026100x 5"),
        (4, "bad_value", b"3 20261001"),
        (5, "bad_encoding", b"\xff 20261001 5"),
        (6, "bad_number", b"4 20261001 x"),
    ]


def test_a_text_without_header_numbers_its_columns(load: Load, tmp_path: Path) -> None:
    columns = {"userId": "1", "timestamp": "2", "properties.revenue": "3"}

    load("a.txt", b"1 20261001 5\n", text_source(columns=columns, header=False))

    assert events(tmp_path, "user_id", "amount", "source_line") == [("1", Decimal(5), 1)]


def test_a_missing_column_refuses_the_file_and_names_it(load: Load, tmp_path: Path) -> None:
    report = load("a.txt", b"who day price\n1 20261001 5\n", text_source())

    assert (report.lines, report.reasons) == (0, {"bad_file": 1})
    assert "no column paid" in list_quarantine(Settings(tmp_path)).to_pylist()[0]["detail"]


def test_a_csv_of_ones_own_columns(load: Load, tmp_path: Path) -> None:
    source = Source(
        "shop",
        "shop*.csv",
        "csv",
        {"messageId": "id", "userId": "user", "timestamp": "at", "properties.note": "note"},
        {"type": "track", "event": "Note Taken"},
        delimiter=";",
    )
    content = (
        b"\xef\xbb\xbfid;user;at;note\r\n"
        b'1;u1;2026-10-01 08:00:00;"two\nlines; and a ""quote"""\r\n'
        b'2;u2;2026-10-01 08:00:00;"never closed\r\n'
        b"3;u3;2026-10-01 08:00:00;\r\n"
        b"4;u4;2026-10-01 08:00:00\r\n"
    )

    load("shop-1.csv", content, source)

    assert events(tmp_path, "message_id", "source_line", "properties") == [
        ("1", 2, '{"note":"two\\nlines; and a \\"quote\\""}'),
        ("3", 5, None),
    ]
    assert [(line, reason) for line, reason, _ in reasons(tmp_path)] == [
        (4, "bad_value"),
        (6, "bad_value"),
    ]


def test_json_of_other_names(load: Load, tmp_path: Path) -> None:
    source = Source(
        "ga4",
        "ga4*.json",
        "ndjson",
        {
            "event": "event_name",
            "anonymousId": "user_pseudo_id",
            "timestamp": "event_timestamp",
            "properties": "event_params",
            "properties.value": "ecommerce.value",
            "context.platform": "device.category",
        },
        {"type": "track"},
    )
    rows = [
        b'{"event_name":"scroll","user_pseudo_id":1.0,"event_timestamp":1790841600000000,'
        b'"event_params":{"a":1},"ecommerce":{"value":1.10},"device":{"category":"mobile"}}',
        b'{"event_name":"scroll","user_pseudo_id":2,"event_timestamp":1790841600000000}',
        b'{"event_name":"scroll","user_pseudo_id":2,"user_pseudo_id":3}',
        b"{",
        b'{"event_name":"scroll","user_pseudo_id":3,"event_params":[1]}',
    ]

    load("ga4-1.json", b"\n".join(rows), source)

    assert events(tmp_path, "anonymous_id", "occurred_at", "properties", "platform") == [
        ("1", datetime(2026, 10, 1, 8), '{"a":1,"value":1.10}', "mobile"),  # noqa: DTZ001
        ("2", datetime(2026, 10, 1, 8), None, None),  # noqa: DTZ001
    ]
    assert [(line, reason) for line, reason, _ in reasons(tmp_path)] == [
        (3, "duplicate_key"),
        (4, "bad_json"),
        (5, "bad_json"),
    ]


def test_a_csv_with_segments_own_names_needs_no_mapping(load: Load, tmp_path: Path) -> None:
    content = (
        b"messageId,type,event,userId,timestamp,properties,properties.revenue\n"
        b'm1,track,Order Completed,u1,2026-10-01T08:00:00Z,"{""order_id"":""o1""}",19.99\n'
        b'm2,track,Order Completed,u1,2026-10-01T08:00:00Z,"{""a"":1,""a"":2}",19.99\n'
        b'm3,page,,u1,2026-10-01T08:00:00Z,"{}"",""userId"":""u2""}",\n'
        b",page,,u1,2026-10-01T08:00:00Z,,\n"
        b",page,,u1,2026-10-01T08:00:00Z,,\n"
    )

    load("a.csv", content)

    rows = events(tmp_path, "event", "user_id", "order_id", "amount", "message_id")
    assert rows[0] == ("Order Completed", "u1", "o1", Decimal("19.99"), "m1")
    assert [row[:4] for row in rows[1:]] == [("Page Viewed", "u1", None, None)] * 2
    assert rows[1][4] != rows[2][4]
    assert [(line, reason) for line, reason, _ in reasons(tmp_path)] == [
        (3, "duplicate_key"),
        (4, "bad_json"),
    ]


def test_a_parquet_with_segments_own_names_needs_no_mapping(load: Load, tmp_path: Path) -> None:
    rows = [
        {
            "messageId": f"m{number}",
            "type": "track",
            "event": "Order Completed",
            "userId": number,
            "timestamp": datetime(2026, 10, 1, 8),  # noqa: DTZ001
            "properties.order_id": f"o{number}",
            "properties.revenue": amount,
            "context": json.dumps({"platform": "web"}),
        }
        for number, amount in enumerate([Decimal("0.1000"), Decimal("-1.0000"), None], 1)
    ]
    path = tmp_path / "x.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)

    load("a.parquet", path.read_bytes())

    assert events(tmp_path, "user_id", "order_id", "amount", "platform", "source_line") == [
        ("1", "o1", Decimal("0.1"), "web", 1),
        ("3", "o3", None, "web", 3),
    ]
    (line, reason, kept), *none = reasons(tmp_path)
    assert (line, reason, none) == (2, "negative_amount", [])
    assert json.loads(kept)["messageId"] == "m2"
