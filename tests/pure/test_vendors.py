"""docs/vendors.md -> every mapping it shows, loaded with made-up rows as that tool exports them."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import pytest

from tests.conftest import ROOT
from warehouse.configuration import load_settings
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import rows_path
from warehouse.lake.loads import loaded, read_ledger
from warehouse.lake.quarantine import list_quarantine
from warehouse.settings import Settings

DAY = date(2026, 3, 2)
PAGE = (ROOT / "docs" / "vendors.md").read_text(encoding="utf-8")
BLOCKS = {
    re.search(r'^name = "(.+)"$', block, re.MULTILINE)[1]: block  # ty: ignore[not-subscriptable]
    for block in re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
}


class Loaded(NamedTuple):
    """What a file became: its events, its row of the ledger, and what was set aside."""

    events: list[dict[str, Any]]
    ledger: dict[str, Any]
    aside: list[tuple[int, str]]

    def told(self, *columns: str) -> list[tuple]:
        return [tuple(event[name] for name in columns) for event in self.events]

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple(self.ledger[name] for name in ("lines", "parsed", "left_out", "events"))


Load = Callable[..., Loaded]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a file by what the page says of a source."""

    def load(source: str, file: str, content: str | bytes) -> Loaded:
        (tmp_path / "userops.toml").write_text(BLOCKS[source], encoding="utf-8")
        settings = load_settings({"USEROPS_HOME": str(tmp_path)}, tmp_path)
        folder = settings.landing_root / f"events/dt={DAY}"
        folder.mkdir(parents=True, exist_ok=True)
        raw = content if isinstance(content, bytes) else content.encode()
        (folder / file).write_bytes(raw)
        ingest_days(settings, [DAY])
        [ledger] = read_ledger(settings).to_pylist()
        assert ledger["lines"] == sum(
            ledger[name] for name in ("parsed", "quarantined", "blank", "left_out")
        )
        aside = list_quarantine(settings).to_pylist()
        return Loaded(
            _events(settings), ledger, [(row["source_line"], row["reason"]) for row in aside]
        )

    return load


def _events(settings: Settings) -> list[dict[str, Any]]:
    rows = pq.ParquetFile(rows_path(settings, loaded(settings)[DAY])).read().to_pylist()
    for row in rows:
        row["at"] = row["occurred_at"].isoformat()
        row["fields"] = json.loads(row["properties"] or "{}")
    return rows


def lines(*rows: Mapping[str, Any]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


ORDER = ("event", "user_id", "order_id", "amount")
BUY, BACK, OFF = "Order Completed", "Order Refunded", "Order Cancelled"


def test_every_mapping_of_the_page_is_tried_here() -> None:
    tried = set(re.findall(r'load\(\s*"(\w+)"', Path(__file__).read_text(encoding="utf-8")))
    assert tried == set(BLOCKS)


def test_segment_and_rudderstack_lines_need_no_source(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    folder = settings.landing_root / f"events/dt={DAY}"
    folder.mkdir(parents=True)
    own = {"messageId": "s-1", "type": "track", "event": "Signed In", "userId": "u1"}
    times = {"originalTimestamp": "2026-03-02T01:00:00Z", "sentAt": "2026-03-02T01:00:01Z"}
    rudder = {"channel": "web", "rudderId": "r", "receivedAt": "2026-03-02T01:00:03Z"}
    (folder / "a.json").write_text(lines(own | times | rudder))
    ingest_days(settings, [DAY])
    [event] = _events(settings)
    assert (event["user_id"], event["at"]) == ("u1", "2026-03-02T01:00:02")


def test_segment_tables(load: Load) -> None:
    found = load(
        "segment_tracks",
        "tracks.csv",
        "id,event,event_text,user_id,anonymous_id,timestamp,received_at,order_id,total\n"
        "m1,order_completed,Order Completed,u1,a1,2026-03-02 01:00:00 UTC,"
        "2026-03-02 01:00:01.5 UTC,o1,9.50\n"
        "m2,signed_in,Signed In,,a1,2026-03-02 01:00:00.25 UTC,2026-03-02 01:00:01 UTC,,\n",
    )
    assert found.told(*ORDER, "at") == [
        (BUY, "u1", "o1", Decimal("9.5"), "2026-03-02T01:00:00"),
        ("Signed In", None, None, None, "2026-03-02T01:00:00.250000"),
    ]


def test_ga4(load: Load) -> None:
    def event(name: str, second: int, user: str | None, ecommerce: Any, **parameters: Any) -> Any:
        return {
            "event_date": "20260302", "event_timestamp": f"17724132{second:02d}123456",
            "event_name": name, "user_id": user, "user_pseudo_id": "77.88",
            "event_params": [{"key": k, "value": v} for k, v in parameters.items()],
            "device": {"category": "mobile"}, "geo": {"country": "Japan"}, "ecommerce": ecommerce,
        }  # fmt: skip

    jpy, paid = {"string_value": "JPY", "int_value": None}, {"transaction_id": "T9"}
    found = load(
        "ga4",
        "ga4_000.json",
        lines(
            event("page_view", 1, None, None, page={"string_value": "/a.b"}, n={"int_value": "3"}),
            event("purchase", 2, "u1", paid | {"purchase_revenue": 3050}, currency=jpy),
            event("refund", 3, "u1", paid | {"refund_value": 1000}, currency=jpy),
        ),
    )
    assert found.told(*ORDER, "currency", "platform", "country") == [
        ("Page Viewed", None, None, None, None, "mobile", "Japan"),
        (BUY, "u1", "T9", Decimal(3050), "JPY", "mobile", "Japan"),
        (BACK, "u1", "T9", Decimal(1000), "JPY", "mobile", "Japan"),
    ]
    assert found.events[0]["fields"] == {"page": "/a.b", "n": "3"}
    assert found.events[0]["at"] == "2026-03-02T01:00:01.123456"


def test_sensors_data(load: Load) -> None:
    own = {"distinct_id": "9001", "_flush_time": 1}
    found = load(
        "sensors",
        "event_1.json",
        lines(
            {"type": "track", "event": "$pageview", "time": 1772413201123, "distinct_id": "dev-1",
             "_track_id": 5,
             "properties": {"$is_login_id": False, "$os": "iOS", "$country": "中国"}},
            {"type": "track_signup", "event": "$SignUp", "time": 1772413202000, "_track_id": 6,
             "original_id": "dev-1", "properties": {"$is_login_id": True}} | own,
            {"type": "track", "event": "PayOrder", "time": 1772413203000, "_track_id": 7,
             "properties": {"$is_login_id": True, "order_id": "S1", "amount": 99.5}} | own,
            {"type": "track", "event": "RefundOrder", "time": 1772413204000, "_track_id": 8,
             "properties": {"$is_login_id": True, "order_id": "S1", "amount": 20}} | own,
            {"type": "profile_set", "time": 1772413205000, "properties": {"phone": "1380"}} | own,
            {"type": "item_set", "item_type": "sku", "item_id": "1", "properties": {"p": 1}},
        ),
    )  # fmt: skip
    assert found.told("type", *ORDER, "anonymous_id", "previous_id") == [
        ("track", "Page Viewed", None, None, None, "dev-1", None),
        ("alias", None, "9001", None, None, None, "dev-1"),
        ("track", BUY, "9001", "S1", Decimal("99.5"), None, None),
        ("track", BACK, "9001", "S1", Decimal(20), None, None),
        ("identify", None, "9001", None, None, None, None),
    ]
    assert json.loads(found.events[4]["traits"]) == {"phone": "1380"}
    assert (found.counts, found.ledger["left_out_by"]) == ((6, 5, 1, 5), '{"where type": 1}')


def test_mixpanel(load: Load) -> None:
    def event(name: str, user: str, insert: str, processed: int) -> dict[str, Any]:
        told = {"time": 1772413200, "distinct_id": user, "$insert_id": insert, "plan": "a"}
        return {"event": name, "properties": told | {"mp_processing_time_ms": processed}}

    found = load(
        "mixpanel",
        "export.ndjson",
        lines(
            event("App Open", "u1", "i1", 1),
            event("App Open", "u1", "i1", 2),
            event("Sign Up", "u1", "i1", 3),
            event("App Open", "$device:d1", "i2", 4),
        ),
    )
    assert found.told("event", "user_id", "anonymous_id") == [
        ("App Open", "u1", None),
        ("App Open", "u1", None),
        ("Signed Up", "u1", None),
        ("App Open", None, "$device:d1"),
    ]
    first, again, other, _ = found.events
    assert (first["message_id"], first["payload_hash"]) == (
        again["message_id"],
        again["payload_hash"],
    )
    assert first["message_id"] != other["message_id"]


def test_amplitude(load: Load) -> None:
    rows = [
        {"$insert_id": f"a{n}", "event_type": "watch", "user_id": user, "device_id": "d1",
         "event_time": f"2026-03-02 01:00:0{n}.123000", "event_properties": {"x": n},
         "platform": "iOS"}
        for n, user in enumerate(["u1", None])
    ]  # fmt: skip
    found = load("amplitude", "100_amplitude_0.json", lines(*rows))
    assert found.told("message_id", "user_id", "anonymous_id", "at", "platform") == [
        ("a0", "u1", "d1", "2026-03-02T01:00:00.123000", "iOS"),
        ("a1", None, "d1", "2026-03-02T01:00:01.123000", "iOS"),
    ]


def test_posthog(load: Load) -> None:
    def event(name: str, user: str, **properties: Any) -> dict[str, Any]:
        told = {"$device_id": "dev"} | properties
        row = {"uuid": f"{name}{user}", "event": name, "distinct_id": user, "properties": told}
        return row | {"timestamp": "2026-03-02 01:00:00.000000"}

    found = load(
        "posthog",
        "posthog-1.jsonl",
        lines(
            event("$pageview", "dev", utm_source="mail"),
            event("$identify", "u1", **{"$anon_distinct_id": "dev", "$set": {"plan": "b"}}),
            event("upload", "u1"),
        ),
    )
    assert found.told("type", "event", "user_id", "anonymous_id", "campaign_source") == [
        ("track", "Page Viewed", None, "dev", "mail"),
        ("identify", None, "u1", "dev", None),
        ("track", "upload", "u1", "dev", None),
    ]
    [identify] = [event for event in found.events if event["type"] == "identify"]
    assert (identify["anonymous_id"], identify["traits"]) == ("dev", '{"plan":"b"}')


def test_shopify(load: Load) -> None:
    found = load(
        "shopify",
        "orders_export_1.csv",
        "Name,Email,Financial Status,Currency,Total,Refunded Amount,Created at,Cancelled at,"
        "Lineitem quantity,Lineitem name,Lineitem price\n"
        "#1,Ann@shop.test,paid,EUR,10.00,0.00,2026-03-02 01:00:00 +0100,,1,A,5.00\n"
        "#1,,,,,,,,1,B,3.00\n"
        "#1,,,,,,,,2,C,1.00\n"
        "#2,bob@shop.test,partially_refunded,EUR,20.00,5.00,2026-03-02 02:00:00 +0100,,1,A,20.00\n"
        "#3,eve@shop.test,pending,EUR,30.00,0.00,2026-03-02 03:00:00 +0100,,1,A,30.00\n"
        "#4,ann@shop.test,refunded,EUR,40.00,40.00,2026-03-02 04:00:00 +0100,"
        "2026-03-02 05:00:00 +0100,1,A,40.00\n",
    )
    assert sorted(found.told(*ORDER, "at"), key=str) == [
        (OFF, "ann@shop.test", "#4", None, "2026-03-02T04:00:00"),
        (BUY, "ann@shop.test", "#1", Decimal(10), "2026-03-02T00:00:00"),
        (BUY, "ann@shop.test", "#4", Decimal(40), "2026-03-02T03:00:00"),
        (BUY, "bob@shop.test", "#2", Decimal(20), "2026-03-02T01:00:00"),
        (BACK, "bob@shop.test", "#2", Decimal(5), "2026-03-02T01:00:00"),
    ]
    [order] = [event for event in found.events if event["order_id"] == "#1"]
    assert [each["name"] for each in order["fields"]["products"]] == ["A", "B", "C"]
    assert (found.counts, found.ledger["left_out_by"]) == ((6, 5, 1, 5), '{"sql": 1}')


def test_woocommerce(load: Load) -> None:
    found = load(
        "woocommerce",
        "wc-orders-1.csv",
        "Order ID,Order Status,Order Date,Customer User ID,Order Total,Refunded,Currency\n"
        "1,Completed,2026-03-02 10:00,7,100.00,0,USD\n"
        "2,Cancelled,2026-03-02 10:05,7,400.00,0,USD\n"
        "3,Refunded,2026-03-02 10:06,8,60.00,60.00,USD\n"
        "4,Completed,2026-03-02 10:07,0,30.00,0,USD\n"
        "5,Processing,2026-03-02 10:08,0,70.00,0,USD\n",
    )
    assert found.told(*ORDER, "anonymous_id") == [
        (BUY, "7", "1", Decimal(100), None),
        (BUY, "8", "3", Decimal(60), None),
        (BACK, "8", "3", Decimal(60), None),
        (BUY, None, "4", Decimal(30), "guest-4"),
        (BUY, None, "5", Decimal(70), "guest-5"),
    ]
    assert (found.counts, found.ledger["left_out_by"]) == (
        (5, 4, 1, 5),
        '{"where Order Status": 1}',
    )


def test_stripe(load: Load) -> None:
    def charge(name: str, amount: int, currency: str, **changes: Any) -> dict[str, Any]:
        row = {"id": name, "amount": amount, "amount_refunded": 0, "currency": currency}
        return row | {"created": 1772413200, "customer": "cus", "status": "succeeded"} | changes

    found = load(
        "stripe",
        "charges.ndjson",
        lines(
            charge("c1", 4550, "usd"),
            charge("c2", 1999, "usd", amount_refunded=500),
            charge("c3", 9900, "usd", status="failed"),
            charge("c4", 3000, "jpy"),
            charge("c5", 12345, "kwd"),
        ),
    )
    assert found.told("event", "order_id", "amount", "currency") == [
        (BUY, "c1", Decimal("45.5"), "USD"),
        (BUY, "c2", Decimal("19.99"), "USD"),
        (BACK, "c2", Decimal(5), "USD"),
        (BUY, "c4", Decimal(3000), "JPY"),
        (BUY, "c5", Decimal("12.345"), "KWD"),
    ]
    assert found.counts == (5, 4, 1, 5)


def test_line_items(load: Load) -> None:
    found = load(
        "uci",
        "online_retail_1.csv",
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "600001,A,CUP,6,3/1/2026 8:26,2.55,17001.0,France\n"
        "600002,D,LAMP,1,3/1/2026 8:30,11.00,13001.0,France\n"
        "600001,B,JAR,2,3/1/2026 8:26,3.00,17001.0,France\n"
        "C600003,D,LAMP,-1,3/1/2026 9:41,11.00,13001.0,France\n"
        "600004,A,CUP,4,3/1/2026 10:00,1.25,,France\n"
        "600005,A,damaged,-9,3/1/2026 10:00,0,13001,France\n"
        "600006,A,CUP,x,3/1/2026 10:00,1.25,13001,France\n",
    )
    assert found.told(*ORDER, "currency", "country", "source_line") == [
        (BUY, "17001", "600001", Decimal("21.3"), "GBP", "France", 2),
        (BUY, "13001", "600002", Decimal(11), "GBP", "France", 3),
        (BACK, "13001", "C600003", Decimal(11), "GBP", "France", 5),
    ]
    assert found.counts == (7, 4, 2, 3)
    assert found.ledger["left_out_by"] == '{"sql": 1, "where_not CustomerID": 1}'
    assert found.aside == [(8, "bad_number")]


def test_purchases_of_a_session(load: Load) -> None:
    found = load(
        "rees46",
        "2026-Mar.csv",
        "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n"
        "2026-03-02 00:00:00 UTC,view,4,2,home.cup,,35.79,541,s1\n"
        "2026-03-02 00:02:00 UTC,purchase,4,2,home.cup,,35.79,541,s1\n"
        "2026-03-02 00:02:00 UTC,purchase,5,2,,,4.21,541,s1\n"
        "2026-03-02 00:05:00 UTC,purchase,1,2,,,10.00,9,s2\n"
        "2026-03-02 00:09:00 UTC,view,1,2,,,10.00,8,s3\n"
        "2026-03-02 00:09:00 UTC,view,1,2,,,10.00,8,s3\n",
    )
    assert found.told("event", "user_id", "amount", "source_line") == [
        ("Product Viewed", "541", None, 2),
        (BUY, "541", Decimal(40), 3),
        (BUY, "9", Decimal(10), 5),
        ("Product Viewed", "8", None, 6),
        ("Product Viewed", "8", None, 7),
    ]
    assert found.counts == (6, 6, 0, 5)


def test_transactions_without_prices(load: Load) -> None:
    found = load(
        "retailrocket",
        "events.csv",
        "timestamp,visitorid,event,itemid,transactionid\n"
        "1772413200000,7,view,30,\n"
        "1772413200000,7,view,31,\n"
        "1772413202000,7,transaction,30,4000\n"
        "1772413202000,7,transaction,31,4000\n",
    )
    assert found.told(*ORDER, "at") == [
        ("Product Viewed", "7", None, None, "2026-03-02T01:00:00"),
        ("Product Viewed", "7", None, None, "2026-03-02T01:00:00"),
        (BUY, "7", "4000", None, "2026-03-02T01:00:02"),
    ]


def test_orders_of_a_chinese_shop(load: Load) -> None:
    found = load(
        "shop_orders",
        "ExportOrderList1.csv",
        (
            "订单编号,买家会员名,订单付款时间,实付款,退款金额,订单状态\n"
            'T1,小明,2026-03-02 00:30:00,"￥1,299.00",--,交易成功\n'
            "T2,小红,2026/3/2 11:00,￥12.00,￥0.00,交易关闭\n"
            'T3,小红,2026/3/2 12:00,"￥1,000.00",￥200.50,卖家已发货\n'
        ).encode("gbk"),
    )
    assert found.told(*ORDER, "currency", "at") == [
        (BUY, "小明", "T1", Decimal(1299), "CNY", "2026-03-01T16:30:00"),
        (BUY, "小红", "T3", Decimal(1000), "CNY", "2026-03-02T04:00:00"),
        (BACK, "小红", "T3", Decimal("200.5"), "CNY", "2026-03-02T04:00:00"),
    ]
    assert (found.counts, found.ledger["left_out_by"]) == (
        (3, 2, 1, 3),
        '{"where_not 订单状态": 1}',
    )


def test_mongo(load: Load) -> None:
    wrapped = [{"$date": {"$numberLong": "1772413200000"}}, {"$date": "2026-03-02T01:00:00Z"}]
    rows = [
        {"_id": {"$oid": f"65e{n}"}, "customerId": {"$numberLong": f"900719925474099{n}"},
         "createdAt": when, "total": {"$numberDecimal": "12.50"}}
        for n, when in enumerate(wrapped)
    ]  # fmt: skip
    found = load("mongo", "mongo.json", lines(*rows))
    assert found.told(*ORDER, "at") == [
        (BUY, f"900719925474099{n}", f"65e{n}", Decimal("12.5"), "2026-03-02T01:00:00")
        for n in range(2)
    ]
