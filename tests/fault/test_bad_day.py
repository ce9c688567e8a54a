"""A day of good lines with one of each kind of bad: the run is done, and the bad is set aside."""

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import Installation, NewInstallation
from warehouse.lake.quarantine import list_quarantine

DAY = "2026-05-06"
GOOD = 1000


def good(number: int, **changes: object) -> bytes:
    body = {
        "type": "track",
        "event": "Product Viewed",
        "messageId": f"g{number}",
        "userId": f"u{number % 50}",
        "timestamp": f"{DAY}T0{number % 8}:{number % 60:02d}:00Z",
    } | changes
    return json.dumps({key: value for key, value in body.items() if value is not None}).encode()


def order(number: int, revenue: str, currency: str) -> bytes:
    return (
        f'{{"type":"track","event":"Order Completed","messageId":"o{number}","userId":"u1",'
        f'"timestamp":"{DAY}T01:00:00Z","properties":{{"order_id":"o{number}",'
        f'"revenue":{revenue},"currency":"{currency}"}}}}'
    ).encode()


BAD = {
    "bad_json": b'{"type":"track",',
    "not_an_object": b"[1, 2, 3]",
    "bad_encoding": good(9001, event="caf\u00e9").replace(rb"\u00e9", b"\xe9"),
    "no_id": good(9002, userId=None),
    "no_event": good(9003, event=None),
    "bad_time": good(9004, timestamp="0001-01-01T00:00:00Z"),
    "bad_number": order(9005, "NaN", "CNY"),
    "unknown_currency": order(9006, "10", "XXQ"),
}


@pytest.fixture(scope="module")
def bad_day(new_installation: NewInstallation) -> Installation:
    installation = new_installation()
    folder = installation.settings.landing_root / "events" / f"dt={DAY}"
    folder.mkdir(parents=True)
    lines = [good(number) for number in range(GOOD)] + [order(1, "12.50", "CHF")]
    for place, bad in enumerate(BAD.values()):
        lines.insert(100 * place, bad)
    (folder / "events.ndjson").write_bytes(b"\n".join(lines) + b"\n")
    (folder / "empty.ndjson").touch()
    # Random enough that a cut in the middle leaves both whole lines and a torn one.
    packed = gzip.compress(b"\n".join(good(20_000 + n) for n in range(400)) + b"\n")
    (folder / "cut.ndjson.gz").write_bytes(packed[: len(packed) * 2 // 3])
    result = installation.run(DAY)
    assert result.success
    return installation


def test_no_good_line_is_lost(bad_day: Installation) -> None:
    [(accepted,)] = bad_day.rows(
        "select accepted from marts.load_ledger where source_file like '%/events.ndjson'"
    )
    assert accepted == GOOD + 1


def test_each_bad_line_is_set_aside_with_its_reason_byte_for_byte(bad_day: Installation) -> None:
    found = list_quarantine(bad_day.settings, [date.fromisoformat(DAY)]).to_pylist()
    aside = {
        row["reason"]: row["line"] for row in found if row["source_file"].endswith("/events.ndjson")
    }
    # NaN is no JSON: it may be refused as either.
    if "bad_number" not in aside:
        assert sum(row["reason"] == "bad_json" for row in found) == 2
        expected = {
            reason: line for reason, line in BAD.items() if reason not in ("bad_number", "bad_json")
        }
        aside.pop("bad_json")
        assert aside == expected
    else:
        assert aside == BAD


def test_an_empty_and_a_cut_file_are_named_for_what_they_are(bad_day: Installation) -> None:
    outcomes = {
        Path(name).name: (outcome, accepted, quarantined)
        for name, outcome, accepted, quarantined in bad_day.rows(
            "select source_file, outcome, accepted, quarantined from marts.load_ledger"
        )
    }
    assert outcomes["empty.ndjson"] == ("empty", 0, 0)
    outcome, accepted, quarantined = outcomes["cut.ndjson.gz"]
    assert outcome == "incomplete"
    assert 0 < accepted < 400
    assert quarantined == 1


def test_a_known_currency_without_a_rate_is_kept_and_left_out_of_totals(
    bad_day: Installation,
) -> None:
    assert bad_day.rows("select order_id, currency, is_converted from marts.fct_orders") == [
        ("o1", "CHF", False)
    ]
    assert bad_day.rows("select sum(net_revenue) from marts.fct_user_days") == [(0,)]
