"""One bad line among good ones: what it is called, and that it costs nothing but itself."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from warehouse.judging.aliases import Aliases, event_aliases, event_word
from warehouse.judging.currencies import ISO_4217, MINOR_UNITS, minor_unit
from warehouse.judging.exact import Limits, judge
from warehouse.judging.orders import ROLES as SHIPPED_ROLES
from warehouse.judging.orders import order_roles
from warehouse.judging.quick import judge_batch, judge_columns
from warehouse.judging.values import Rejection
from warehouse.judging.verdicts import JUDGED_SCHEMA, Row, judge_rows

DAY = date(2026, 10, 1)
# Names of an installation's own, beside the shipped ones.
ROLES = {**SHIPPED_ROLES, "PayOrder": "purchase", "GiveBack": "refund"}
ALIASES = Aliases(
    {
        "付款": "Order Completed",
        "退": "Order Refunded",
        "问卷": "Survey Answered",
        "orderpaid": "Order Completed",
        "consentchanged": "Consent Changed",
        "globalstatechange": "Subscription Changed",
    },
    own=frozenset({"order_paid"}),
)
NOBODY = frozenset({"null", "none", "-", "0", "\\n"})
LIMITS = Limits.of(
    DAY,
    future_days=1,
    max_line_bytes=100_000,
    currencies=ISO_4217,
    roles=ROLES,
    nobody=NOBODY,
    aliases=ALIASES,
)
STAMP = "2026-10-01T08:00:00.123Z"


def line_of(**fields) -> bytes:
    event = {
        "type": "track",
        "event": "Product Viewed",
        "messageId": "m-1",
        "userId": "u1",
        "timestamp": STAMP,
        "properties": {"product_id": "p1", "price": 9.9},
        "context": {"platform": "web", "campaign": {"source": "google"}},
    } | fields
    kept = {name: value for name, value in event.items() if value is not ...}
    return json.dumps(kept, separators=(",", ":"), ensure_ascii=False).encode()


def order(event: str = "Order Completed", **properties) -> bytes:
    given = {"order_id": "o1", "revenue": 12.5, "currency": "USD"} | properties
    return line_of(event=event, properties={k: v for k, v in given.items() if v is not ...})


def answer(score: object, survey: str = "nps") -> bytes:
    return line_of(event="Survey Answered", properties={"survey": survey, "score": score})


def raw(old: str, new: str) -> bytes:
    changed = line_of().replace(old.encode(), new.encode())
    assert changed != line_of()
    return changed


GOOD = [line_of(messageId=f"good-{number}") for number in range(1_000)]

BAD = {
    "malformed": (b'{"type":"track",', "bad_json"),
    "cut": (line_of()[:-30], "bad_json"),
    "two objects": (line_of() + line_of(), "bad_json"),
    "CR only": (line_of() + b"\r" + line_of(), "bad_json"),
    "lone surrogate": (raw('"p1"', '"\\ud800"'), "bad_json"),
    "array": (b'["track"]', "not_an_object"),
    "scalar": (b"42", "not_an_object"),
    "too long": (line_of(properties={"text": "x" * 100_000}), "too_long"),
    "nested 200,000": (b'{"a":' + b"[" * 40_000 + b"]" * 40_000 + b"}", "too_deep"),
    "nested 100 in context": (
        line_of(context=json.loads("[" * 0 + '{"a":' * 100 + "1" + "}" * 100)),
        "too_deep",
    ),
    "nested 100 in an unknown field": (
        raw('"userId"', '"x":' + "[" * 100 + "]" * 100 + ',"userId"'),
        "too_deep",
    ),
    "invalid UTF-8 in a field": (line_of(event="é").replace(b"\xc3\xa9", b"\xe9"), "bad_encoding"),
    "invalid UTF-8 in context": (
        line_of(context={"a": "é"}).replace(b"\xc3\xa9", b"\xff"),
        "bad_encoding",
    ),
    "raw NUL": (raw('"p1"', '"p\x001"'), "nul_character"),
    "escaped NUL": (raw('"p1"', '"p\\u00001"'), "nul_character"),
    "repeated key": (raw('"userId"', '"userId":"u1","userId"'), "duplicate_key"),
    "repeated key, spaced": (raw('"userId"', '"userId" : "u1" , "userId"'), "duplicate_key"),
    "repeated unknown key": (raw('"userId"', '"x":1,"x":2,"userId"'), "duplicate_key"),
    "key repeated by an escape": (raw('"userId"', '"\\u0075serId":"u2","userId"'), "duplicate_key"),
    "repeated property": (raw('"price"', '"price":1,"price"'), "duplicate_key"),
    "repeated deep property": (
        raw('"price":9.9', '"products":[{"sku":1.50,"sku":1}]'),
        "duplicate_key",
    ),
    "repeated trait": (raw('"userId"', '"traits":{"a":1,"a":1},"userId"'), "duplicate_key"),
    "NaN": (raw("9.9", "NaN"), "bad_number"),
    "Infinity": (raw("9.9", "-Infinity"), "bad_number"),
    "1e999": (raw("9.9", "1e999"), "bad_number"),
    "neither id": (line_of(userId=...), "no_id"),
    "both ids null": (line_of(userId=None, anonymousId=None), "no_id"),
    "blank id": (line_of(userId=" "), "no_id"),
    "id as a list": (line_of(userId=["u1"]), "bad_value"),
    "only placeholders": (line_of(userId=" NULL", anonymousId="0.0"), "no_id"),
    "an id that lost its digits": (line_of(userId="1.23457E+15"), "bad_number"),
    "a number that lost its digits": (raw('"u1"', "1.23457E+15"), "bad_number"),
    "anonymous id without digits": (line_of(anonymousId="1E+15"), "bad_number"),
    "previous id without digits": (line_of(type="alias", previousId="1.2e15"), "bad_number"),
    "order id without digits": (order(order_id="1.23457E+15"), "bad_number"),
    "refund of a placeholder": (order(event="Order Refunded", order_id="null"), "no_order_id"),
    "subscribed to what nobody tells": (
        line_of(event="Subscription Changed", properties={"status": "Opted-In"}),
        "unknown_channel",
    ),
    "subscribed to a blank": (
        line_of(event="Subscription Changed", properties={"status": "optin", "channel": " "}),
        "unknown_channel",
    ),
    "subscribed to what nobody knows": (
        line_of(event="GlobalStateChange", properties={"status": "subscribed", "channel": "fax"}),
        "unknown_channel",
    ),
    "alias of an order in no money, in another writing": (
        order(event="orderPaid", currency="QQQ"),
        "unknown_currency",
    ),
    "a yes to nobody knows what, in another writing": (
        line_of(event=" consent_changed ", properties={"channel": "fax", "granted": True}),
        "unknown_channel",
    ),
    "alias of an order in no money": (order(event="付款", currency="QQQ"), "unknown_currency"),
    "alias of a refund without id": (order(event="退", order_id=...), "no_order_id"),
    "alias of an impossible answer": (
        line_of(event="问卷", properties={"survey": "nps", "score": 11}),
        "bad_score",
    ),
    "track without event": (line_of(event=...), "no_event"),
    "track with a blank event": (line_of(event=" "), "no_event"),
    "event as a number": (line_of(event=7), "bad_value"),
    "unknown type": (line_of(type="purchase"), "unknown_type"),
    "no type": (line_of(type=...), "unknown_type"),
    "no time at all": (line_of(timestamp=...), "bad_time"),
    "a spreadsheet's day": (line_of(timestamp=46296.375), "bad_time"),
    "a spreadsheet's day in a text": (line_of(timestamp="46296"), "bad_time"),
    "a number too small for a time": (line_of(timestamp=0), "bad_time"),
    "digits of no date": (line_of(timestamp=20261301), "bad_time"),
    "no date": (line_of(timestamp="yesterday"), "bad_time"),
    "no date, though received": (line_of(timestamp="soon", receivedAt=STAMP), "bad_time"),
    "30 February": (line_of(timestamp="2026-02-30T00:00:00Z"), "bad_time"),
    "year 0001": (line_of(timestamp="0001-01-01T00:00:00Z"), "bad_time"),
    "year 9999": (line_of(timestamp="9999-12-31T00:00:00Z"), "bad_time"),
    "before 1970": (line_of(timestamp="1969-12-31T23:59:59Z"), "bad_time"),
    "bad receivedAt": (line_of(receivedAt="later"), "bad_time"),
    "future": (line_of(timestamp="2026-10-03T00:00:00Z"), "future"),
    "properties as a text": (line_of(properties="p1"), "bad_value"),
    "context as a list": (line_of(context=[1]), "bad_value"),
    "negative revenue": (order(revenue=-1), "negative_amount"),
    "refund without id": (line_of(event="Order Refunded", properties={"total": 5}), "no_order_id"),
    "refund without properties": (line_of(event="GiveBack", properties=...), "no_order_id"),
    "own order in no money": (order(event="PayOrder", currency="QQQ"), "unknown_currency"),
    "products below zero": (order(revenue=..., products=[{"price": -5}]), "negative_amount"),
    "products beyond count": (order(revenue=..., products=[{"price": 10**14}]), "bad_number"),
    "15 digits once rounded": (order(revenue="99999999999999.99996"), "bad_number"),
    "nps above ten": (answer(11), "bad_score"),
    "nps below zero": (answer("-1"), "bad_score"),
    "nps in words": (answer("good"), "bad_score"),
    "unknown currency": (order(currency="QQQ"), "unknown_currency"),
    "30 digits": (order(revenue=10**29), "bad_number"),
    "15 digits": (order(revenue=10**14), "bad_number"),
    "revenue as words": (order(revenue="a lot"), "bad_number"),
    "revenue as a text NaN": (order(revenue="NaN"), "bad_number"),
    "revenue as a list": (order(revenue=[1]), "bad_value"),
}


@pytest.mark.parametrize(("bad", "reason"), BAD.values(), ids=BAD)
def test_one_bad_line_among_a_thousand_is_set_aside_alone(bad: bytes, reason: str) -> None:
    lines = [*GOOD[:500], bad, *GOOD[500:]]

    judged = judge_batch(lines, 1, LIMITS)

    assert [(n, verdict.reason, line) for n, verdict, line, _ in judged.rejected] == [
        (501, reason, bad)
    ]
    assert judged.rows.num_rows == 1_000
    assert judged.rows["source_line"].to_pylist() == [*range(1, 501), *range(502, 1002)]


UNUSUAL = {
    "emoji, RTL, ZWJ, combining": line_of(event="👩‍👩‍👧 مرحبا é"),
    "SQL in a name": line_of(event="'; drop table events--"),
    "formula and HTML": line_of(userId="=cmd|' /C calc'!A0", event="<script>alert(1)</script>"),
    "spaces around ids": line_of(userId=" u1\t", anonymousId="　a1"),
    "ids of tables with gaps": line_of(userId="12345.0", anonymousId="7.00", messageId="1.0"),
    "signs nobody sees": line_of(userId="\ufeffu\u200b1\u2009", anonymousId="a1\u200e"),
    "a placeholder beside an anonymous one": line_of(userId="None", anonymousId="a1"),
    "placeholders everywhere": line_of(messageId="0", groupId="-", previousId="\\N"),
    "a wide id": line_of(userId="ｕ１２"),
    "an id in Arabic digits": line_of(userId="١٢"),
    "an id of two signs for a letter": line_of(userId="josé"),
    "a Chinese id": line_of(userId="用户一"),
    "a wide placeholder": line_of(userId="ｎｕｌｌ", anonymousId="a1"),
    "alias of an order": order(event="付款"),
    "unsubscribed from everything": line_of(
        event="Subscription Changed", properties={"status": "unsubscribed"}
    ),
    "a state that nobody can read": line_of(
        event="Subscription Changed", properties={"status": "active"}
    ),
    "alias in another writing": order(event="\u3000Order－PAID\u200b "),
    "own name like an alias": order(event="order_paid"),
    "alias of an order without id": order(event="付款", order_id=...),
    "hexadecimal ids": line_of(userId="12e45678", anonymousId="5e10"),
    "addresses as ids": line_of(userId="ann.b+c@example.com", anonymousId="1.2.3"),
    "an order without a name": order(order_id="None"),
    "own clock": line_of(originalTimestamp="2026-10-01T08:00:00.5Z", sentAt=STAMP),
    "id as a number": line_of(userId=12345),
    "id as a float": line_of(userId=12345.0),
    "null id beside an anonymous one": line_of(userId=None, anonymousId="a1"),
    "empty id beside an anonymous one": line_of(userId="", anonymousId="a1"),
    "spaced JSON": json.dumps(json.loads(line_of())).encode(),
    "escapes everywhere": json.dumps(json.loads(line_of(event='é " \\ /'))).encode(),
    "an escaped backslash before u0000": line_of(properties={"a": "\\u0000"}),
    "unknown fields": line_of(version=2, projectId="x", _metadata={"a": [1, {"b": None}]}),
    "integrations": line_of(integrations={"All": True}, channel="server"),
    "null and empty objects": line_of(properties=None, traits={}, context=None),
    "trailing zeros in a number": raw("9.9", "9.90"),
    "exponent in a number": raw("9.9", "1e5"),
    "30 digits where no money is": raw("9.9", "1" * 30),
    "no zone": line_of(timestamp="2026-10-01T08:00:00"),
    "another zone": line_of(timestamp="2026-10-01T08:00:00.5+08:00"),
    "nanoseconds": line_of(timestamp="2026-10-01T08:00:00.123456789Z"),
    "only a date": line_of(timestamp="2026-10-01"),
    "epoch seconds": line_of(timestamp=1790841600),
    "epoch milliseconds": line_of(timestamp=1790841600123),
    "epoch milliseconds in a text": line_of(timestamp="1790841600123"),
    "epoch nanoseconds": line_of(timestamp=1790841600123456789),
    "epoch seconds in a text": line_of(timestamp="1790841600.5"),
    "a date of digits": line_of(timestamp=20261001),
    "a date of digits in a text": line_of(timestamp="20261001"),
    "clock skew": line_of(
        timestamp=...,
        originalTimestamp="2026-09-30T00:00:00Z",
        sentAt="2026-09-30T00:00:05Z",
        receivedAt="2026-10-01T00:00:10Z",
    ),
    "only receivedAt": line_of(timestamp=..., receivedAt=STAMP),
    "late by 40 days": line_of(timestamp="2026-08-22T00:00:00Z"),
    "one day ahead": line_of(timestamp="2026-10-02T23:59:59.999999Z"),
    "page": line_of(type="page", event=..., name="Home"),
    "screen with an event": line_of(type="screen", event="x"),
    "identify": line_of(type="identify", event=..., traits={"email": "a@example.com"}),
    "group": line_of(type="group", event=..., groupId="g1"),
    "alias": line_of(type="alias", event=..., previousId="a1"),
    "no message id": line_of(messageId=...),
    "order": order(),
    "order with a text amount": order(revenue="12.50", currency=" usd "),
    "order of nothing": order(revenue=0),
    "nps of zero": answer(0),
    "nps as a text": answer("10"),
    "nps without a score": answer(None),
    "another survey's scale": answer(100, survey="satisfaction"),
    "order by total": order(revenue=None, total=3),
    "order by value": order(revenue=..., value=0.1),
    "order without amount": order(revenue=...),
    "order id as a number": order(order_id=10**20),
    "order without id": order(order_id=...),
    "order by products": order(revenue=..., products=[{"price": 5, "quantity": 2}, {"price": "1"}]),
    "order of odd products": order(revenue=..., products={"price": 5}),
    "order of your own": order(event="PayOrder", order_id=...),
    "refund of your own": order(event="GiveBack", revenue=...),
    "an order id where no money moves": order(event="Checkout Started"),
    "a strange currency where no money moves": order(event="Checkout Started", currency="QQQ"),
    "a negative amount where no money moves": order(event="Order Updated", revenue=-1),
    "refund": line_of(event="Order Refunded", properties={"order_id": "o1", "total": 5}),
    "page named as an order": line_of(type="page", event="Order Completed"),
    "device": line_of(context={"device": {"type": "ios"}, "location": {"country": "DE"}}),
    "os": line_of(context={"os": {"name": "Android"}, "country": "CN", "device": {"type": " "}}),
    "odd context": line_of(context={"platform": 5, "campaign": "x", "country": ["DE"]}),
    "the end of a day": line_of(timestamp="2026-10-01T24:00:00.000+08:00", sentAt="20261001T2400Z"),
    "empty context names": line_of(context={"platform": "", "campaign": {"source": " a "}}),
    "400 digits where no money is": raw("9.9", "1" * 400),
    "a key repeated in context": raw('"platform"', '"locale":"a","locale":"b","platform"'),
}


@pytest.mark.parametrize("line", [*UNUSUAL.values(), *(bad for bad, _ in BAD.values())])
def test_the_batch_decides_as_the_exact_judge_does(line: bytes) -> None:
    lines = [*GOOD[:3], line, *GOOD[3:6]]

    fast = judge_columns(lines, 7, LIMITS)
    exact = judge_rows((Row(7 + n, text, text) for n, text in enumerate(lines)), LIMITS)

    assert fast.rows.to_pylist() == exact.rows.to_pylist()
    assert fast.rejected == exact.rejected


@pytest.mark.parametrize("line", UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_lines_are_accepted(line: bytes) -> None:
    assert not isinstance(judge(line, LIMITS), Rejection)


def fields_of(line: bytes) -> dict:
    verdict = judge(line, LIMITS)
    assert not isinstance(verdict, Rejection), verdict
    return dict(zip(JUDGED_SCHEMA.names, verdict, strict=False))


@pytest.mark.parametrize(
    ("given_id", "canonical"),
    [
        (b'"u1"', "u1"),
        (b'" u1 "', "u1"),
        (b"12345", "12345"),
        (b"12345.0", "12345"),
        (b"1e5", "100000"),
        (b"1.50", "1.5"),
        (b"1.2345678E7", "12345678"),
        (b'"12345.0"', "12345"),
        (b'"007.00"', "007"),
        (b'"\xc2\xa012345.0\xe2\x80\x8b"', "12345"),
        (b'"1.50"', "1.50"),
        ('"１２３"'.encode(), "123"),
        ('"ｕ１２\u3000"'.encode(), "u12"),
        ('"u١۲.0"'.encode(), "u12.0"),
        ('"١۲.0"'.encode(), "12"),
        ('"jose\u0301"'.encode(), "jos\u00e9"),
        (b'"\\uff55\\uff11\\u200b"', "u1"),
        (b'"12e45"', "12e45"),
        (b"123456789012345678901234567890", "123456789012345678901234567890"),
    ],
)
def test_a_user_id_has_one_spelling(given_id: bytes, canonical: str) -> None:
    line = line_of(userId="X").replace(b'"X"', given_id)

    assert fields_of(line)["user_id"] == canonical


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        (1790841600, "2026-10-01 08:00:00"),
        (1790841600123, "2026-10-01 08:00:00.123"),
        (1790841600123456, "2026-10-01 08:00:00.123456"),
        (1790841600123456789, "2026-10-01 08:00:00.123456"),
        ("1790841600123456", "2026-10-01 08:00:00.123456"),
        ("1790841600.25", "2026-10-01 08:00:00.25"),
        (852076800000, "1997-01-01 00:00:00"),
        (20261001, "2026-10-01 00:00:00"),
        (20261001.0, "2026-10-01 00:00:00"),
        (202610010815, "2026-10-01 08:15:00"),
        ("20261001081530", "2026-10-01 08:15:30"),
        (20261001081530250, "2026-10-01 08:15:30.25"),
        ("2026-09-30T24:00:00Z", "2026-10-01 00:00:00"),
        ("2026-09-30 24:00", "2026-10-01 00:00:00"),
    ],
)
def test_a_time_is_what_it_was_meant_to_be(given: object, moment: str) -> None:
    verdict = judge(line_of(timestamp=given), LIMITS)

    assert not isinstance(verdict, Rejection)
    [occurred] = [
        value
        for value, field in zip(verdict, JUDGED_SCHEMA, strict=False)
        if field.name == "occurred_at"
    ]
    expected = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=occurred) == expected


def test_a_corrected_clock_moves_the_event_and_keeps_what_was_sent() -> None:
    fields = fields_of(UNUSUAL["clock skew"])

    expected = datetime(2026, 10, 1, 0, 0, 5, tzinfo=UTC)
    assert fields["occurred_at"] == int(expected.timestamp()) * 1_000_000
    assert fields["sent_at"] - fields["original_timestamp"] == 5_000_000


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("0.1", "0.1000"),
        ("99999999999999.99995", "99999999999999.9999"),
        ("1.00005", "1.0000"),
        ("1.00015", "1.0002"),
        ("1e3", "1000.0000"),
        ('"7.25"', "7.2500"),
        ("1e-400", "0.0000"),
    ],
)
def test_money_is_exact_and_rounded_half_even(written: str, amount: str) -> None:
    line = order(revenue=777).replace(b"777", written.encode())
    if written.startswith("9999"):
        line = line.replace(b".99995", b".99994")

    assert fields_of(line)["amount"] == Decimal(amount)


@pytest.mark.parametrize(
    ("products", "amount"),
    [
        ([{"price": 20, "quantity": 2}, {"price": "0.5", "quantity": "3"}], "41.5"),
        ([{"price": 20}, {"price": 1, "quantity": None}], "21"),
        ([{"price": 0.000002, "quantity": 5_000_000}], "10"),
        ([{"price": 0.1, "quantity": 3}], "0.3"),
        ([{"price": 20, "quantity": 0}], "0"),
        ([{"price": 20}, {"quantity": 2}], None),
        ([{"price": 20}, {"price": None}], None),
        ([{"price": 20}, {"price": "free"}], None),
        ([{"price": 20, "quantity": "some"}], None),
        ([{"price": 20}, "x"], None),
        ([], None),
        ("x", None),
    ],
)
def test_an_amount_not_given_is_the_sum_of_the_products_or_unknown(
    products: object, amount: str | None
) -> None:
    found = fields_of(order(revenue=..., products=products))["amount"]

    assert found == (None if amount is None else Decimal(amount))
    assert fields_of(order(total=7, revenue="", products=products))["amount"] == 7


def test_an_event_without_a_role_is_read_where_it_names_an_order() -> None:
    told = ("order_id", "amount", "currency")
    found = [
        tuple(fields_of(line)[name] for name in told)
        for line in (
            order(event="Checkout Started"),
            order(event="Checkout Started", currency="QQQ"),
            order(event="Checkout Started", order_id=...),
            order(event="PayOrder", order_id=...),
        )
    ]

    nothing = (None, None, None)
    assert found == [
        ("o1", Decimal("12.5"), "USD"),
        nothing,
        nothing,
        (None, Decimal("12.5"), "USD"),
    ]


def test_a_currency_has_the_places_of_its_minor_unit() -> None:
    assert [minor_unit(code) for code in ("CNY", "JPY", "KWD", "CLF", "XXX")] == [2, 0, 3, 4, 2]
    assert MINOR_UNITS.keys() <= ISO_4217


def test_the_rules_in_effect_say_which_events_move_money(tmp_path: Path) -> None:
    nowhere, own = tmp_path / "nowhere", tmp_path / "own"
    own.mkdir()
    (own / "event_roles.csv").write_text(
        "event,role\nPayOrder,refund\nPayOrder,purchase\nVoid,cancel\nBrowse,activity\n"
    )

    assert order_roles((nowhere,)) == SHIPPED_ROLES
    assert order_roles((nowhere, own)) == {
        **SHIPPED_ROLES,
        "PayOrder": "purchase",
        "Void": "cancel",
    }


def test_an_alias_is_judged_as_what_it_stands_for_and_keeps_its_name() -> None:
    found = fields_of(order(event="付款", order_id=...))

    assert (found["event"], found["amount"], found["currency"]) == ("付款", Decimal("12.5"), "USD")


def test_a_name_that_another_rule_uses_stands_for_no_other(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    for folder in (shipped, own):
        folder.mkdir()
    (shipped / "event_aliases.csv").write_text(
        "alias,event\n付款,Order Completed\n看,Product Viewed\n逛,Product Viewed\n"
    )
    (shipped / "event_roles.csv").write_text("event,role\nProduct Viewed,feature\n看,content\n")
    (own / "event_roles.csv").write_text("event,role\n付款,activity\n")
    (own / "funnels.csv").write_text("funnel,step,event,window_minutes\nf,1,逛,\n")

    assert set(event_aliases((shipped,)).words) == {"付款", "逛"}
    assert event_aliases((own, shipped)).words == {"看": "Product Viewed"}


@pytest.mark.parametrize(
    "written",
    [
        "Email Opt Out",
        "email_opt-out",
        "EmailOptOut",
        " ＥＭＡＩＬ\u00a0opt\u3000out\t",
        "e\u200bmail.Opt Out",
    ],
)
def test_a_name_stands_for_another_however_it_is_written(written: str) -> None:
    aliases = Aliases({event_word("email opt out"): "Unsubscribed"}, frozenset({"email optout"}))

    assert aliases.meant(written) == "Unsubscribed"


def test_an_own_name_is_itself_to_the_letter_and_others_stay_apart() -> None:
    aliases = Aliases({event_word("Opt Out"): "Opted Out"}, frozenset({"opt-out"}))

    names = ["opt-out", "Opt-Out", "Opt Outs", "opt_in"]
    assert list(map(aliases.meant, names)) == ["opt-out", "Opted Out", "Opt Outs", "opt_in"]


def test_exact_copies_without_an_id_are_copies_of_one_another() -> None:
    line = line_of(messageId=...)

    assert fields_of(line)["message_id"] == fields_of(line)["message_id"]
    assert (
        fields_of(line)["message_id"]
        != fields_of(line_of(messageId=..., userId="u2"))["message_id"]
    )


def test_delivery_times_are_not_part_of_the_payload_and_properties_are() -> None:
    first = fields_of(line_of(sentAt=STAMP, receivedAt=STAMP))
    retried = fields_of(line_of(sentAt="2026-10-01T09:00:00Z", receivedAt=STAMP))
    changed = fields_of(line_of(properties={"product_id": "p2"}))

    assert first["payload_hash"] == retried["payload_hash"] != changed["payload_hash"]


def test_a_retry_is_the_same_payload_however_it_is_written() -> None:
    """Only what the sender means counts: the delivery's own times and spellings do not."""
    own = {"originalTimestamp": STAMP, "properties": {"b": 1.0, "a": [2, {"d": "é", "c": 1.5}]}}
    first = fields_of(line_of(**own, sentAt=STAMP, timestamp="2026-10-01T08:00:00.100Z"))
    later = line_of(**own, sentAt="2026-10-01T08:00:30Z", timestamp="2026-10-01T08:00:00.230Z")
    respelt = later.replace(
        json.dumps(own["properties"], separators=(",", ":"), ensure_ascii=False).encode(),
        b'{"a": [2.0, {"c": 1.50, "d": "\\u00e9"}], "b": 1}',
    )
    others = [
        line_of(**own | {"originalTimestamp": "2026-10-01T08:00:01Z"}),
        line_of(**own | {"properties": {"b": 2, "a": [2, {"d": "é", "c": 1.5}]}}),
        line_of(**own | {"properties": {"b": "1", "a": [2, {"d": "é", "c": 1.5}]}}),
        line_of(**own, userId="u2"),
    ]

    assert respelt != later
    assert [fields_of(line)["payload_hash"] for line in (later, respelt)] == [
        first["payload_hash"]
    ] * 2
    assert first["payload_hash"] not in [fields_of(line)["payload_hash"] for line in others]


def test_a_placeholder_names_nobody_and_is_counted() -> None:
    lines = [
        line_of(messageId=f"m-{number}", userId=user, anonymousId="a1")
        for number, user in enumerate(["u1", "NULL", "none ", "0.0", "nullable"])
    ]

    for judged in (judge_columns(lines, 1, LIMITS), judge_batch(lines, 1, LIMITS)):
        assert judged.rows["user_id"].to_pylist() == ["u1", None, None, None, "nullable"]
        assert judged.rows["anonymous_id"].to_pylist() == ["a1"] * 5
        assert judged.placeholders == 3
    assert fields_of(order(order_id="null"))["order_id"] is None
    assert fields_of(line_of(messageId="-"))["message_id"].startswith("gen-")


def test_json_text_is_kept_as_it_came() -> None:
    line = raw('"price":9.9', '"price": 9.90, "name":"caf\\u00e9 \\/"')

    assert (
        fields_of(line)["properties"]
        == b'{"product_id":"p1","price": 9.90, "name":"caf\\u00e9 \\/"}'
    )


def test_blank_lines_are_a_class_of_their_own() -> None:
    judged = judge_batch([GOOD[0], b"", b"  \t", GOOD[1]], 1, LIMITS)

    assert (judged.rows.num_rows, judged.blank, judged.rejected) == (2, 2, [])


def test_the_last_moment_before_the_limit_is_not_the_future() -> None:
    limit = datetime(2026, 10, 3, tzinfo=UTC)
    last = (limit - timedelta(microseconds=1)).isoformat()

    assert not isinstance(judge(line_of(timestamp=last), LIMITS), Rejection)
    assert judge(line_of(timestamp=limit.isoformat()), LIMITS).reason == "future"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "name", "é", "type", "source"]), inner)
    ),
    max_leaves=6,
)
TIMES = st.datetimes(datetime(1960, 1, 1), datetime(2030, 1, 1)).map(str) | JSON  # noqa: DTZ001
NAMES = st.sampled_from(
    ["Order Completed", "Order Refunded", "PayOrder", "Product Viewed", "", " x", "é"]
) | st.text(max_size=5)
LINES = st.fixed_dictionaries(
    {"type": st.sampled_from(["track", "page", "identify", "alias", "x"])},
    optional={
        "event": NAMES | JSON,
        "messageId": st.text(max_size=4) | JSON,
        "userId": st.text(max_size=4) | JSON,
        "anonymousId": st.text(max_size=4) | st.integers(),
        "timestamp": TIMES,
        "receivedAt": TIMES,
        "properties": st.fixed_dictionaries(
            {},
            optional={
                "order_id": st.text(max_size=3) | st.integers(),
                "revenue": st.decimals(places=6, min_value=-9, max_value=9).map(float) | JSON,
                "currency": st.sampled_from(["USD", "usd", "x", ""]),
                "products": st.lists(
                    st.fixed_dictionaries(
                        {}, optional={"price": st.integers() | JSON, "quantity": JSON}
                    ),
                    max_size=2,
                )
                | JSON,
            },
        )
        | JSON,
        "context": JSON,
        "traits": JSON,
        "extra": JSON,
    },
)


@settings(max_examples=300)
@given(st.lists(LINES, max_size=4), st.booleans(), st.booleans())
@example([{"type": "track", "event": "x", "userId": "\x1c"}], True, True)
def test_fast_and_exact_agree_on_anything(
    events: list[dict], is_ascii: bool, is_spaced: bool
) -> None:
    separators = (", ", ": ") if is_spaced else (",", ":")
    texts = [json.dumps(e, ensure_ascii=is_ascii, separators=separators) for e in events]
    lines = [text.encode("utf-8", "surrogatepass") for text in texts] + GOOD[:2]

    fast = judge_columns(lines, 1, LIMITS)
    exact = judge_rows((Row(1 + n, text, text) for n, text in enumerate(lines)), LIMITS)

    assert fast.rows.to_pylist() == exact.rows.to_pylist()
    assert fast.rejected == exact.rejected
