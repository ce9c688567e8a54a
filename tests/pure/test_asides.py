"""A line that is set aside -> the no it says, as far as it can be read."""

import ast
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from jinja2 import Environment

from orchestration.dbt_project import SHIPPED
from warehouse.judging import refusals
from warehouse.judging.aliases import event_aliases
from warehouse.judging.asides import EVENT, MARKS, noes_in
from warehouse.judging.consents import (
    BODIES,
    DELETED,
    PLAN,
    REFUSALS,
    STATED,
    STATES,
    STOP,
    SUBSCRIBED,
    TEXTS,
    UNSUBSCRIBED,
)
from warehouse.judging.consents import EVENT as CONSENT
from warehouse.judging.exact import Limits
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import rows_path
from warehouse.lake.loads import loaded
from warehouse.settings import Settings, Source

DAY = date(2026, 3, 1)
LIMITS = Limits.of(
    DAY,
    future_days=1,
    max_line_bytes=1 << 20,
    currencies=frozenset(),
    nobody=frozenset({"null"}),
    aliases=event_aliases((SHIPPED / "seeds" / "rules",)),
    timezone="Asia/Shanghai",
)
LATE = "2026-03-01T15:59:59.999999Z"
# What a line says: its ids, its channels (None: every one), or nothing.
LINES: dict[str, tuple[str, list[tuple[str, list[str] | None]]]] = {
    "unsubscribed": ('{"event":"unsubscribe","userId":"ann","x":', [("ann", None)]),
    "cut in its id": ('{"event":"Unsubscribed","userId":"an', [("", ["email"])]),
    "cut in a number": ('{"event":"Unsubscribed","userId":12', [("", ["email"])]),
    "a number": ('{"event":"Unsubscribed","userId":12.0}', [("12", ["email"])]),
    "a placeholder": ('{"event":"Unsubscribed","userId":"NULL"}', [("", ["email"])]),
    "two ids": ('{"event":"退订","userId":"a","anonymousId":"v"}', [("a", None), ("v", None)]),
    "a channel": (
        '{"event":"Consent Changed","userId":"a","properties":{"channel":"sms","granted":0}}',
        [("a", ["sms"])],
    ),
    "channels": (
        '{"event":"Consent Changed","userId":"a","properties":{"channel":["sms","push"]}}',
        [("a", ["sms", "push"])],
    ),
    "of the program": (
        '{"event":"Unsubscribed","userId":"a","channel":"web","properties":{}}',
        [("a", ["email"])],
    ),
    "granted": (
        '{"event":"Consent Changed","userId":"a","properties":{"channel":"sms","granted":true}}',
        [],
    ),
    "granted and not": (
        '{"event":"Consent Changed","userId":"a","properties":{"granted":true,"granted":false}}',
        [("a", None)],
    ),
    "a text": ('{"event":"SMS Received","userId":"a","properties":{"body":"hello"}}', []),
    "stop": (
        '{"event":"SMS Received","userId":"a","properties":{"body":"Stop!"}}',
        [("a", ["sms"])],
    ),
    "traits": (
        '{"type":"identify","userId":"a","traits":{"emailOptOut":true,"sms_opt_in":"no"}}',
        [("a", ["email", "sms"])],
    ),
    "a trait of all": (
        '{"type":"identify","userId":"a","traits":{"subscribed":false}}',
        [("a", None)],
    ),
    "traits that say yes": (
        '{"type":"identify","userId":"a","traits":{"unsubscribed":false,"emailOptIn":true}}',
        [],
    ),
    "a form": (
        '{"event":"Signed Up","userId":"a","context":{"sms_opt_in":false},',
        [("a", ["sms"])],
    ),
    "preferences": (
        '{"event":"Preferences Set","userId":"a","properties":{"newsletter":"off"}}',
        [("a", ["email"])],
    ),
    "a plan": (
        '{"event":"Subscription Changed","userId":"a","properties":{"plan":"x","state":"active"}}',
        [],
    ),
    "a state that nobody knows": (
        '{"event":"Subscription Changed","userId":"a","properties":{"channel":"sms","state":"?"}}',
        [("a", ["sms"])],
    ),
    "several people": (
        '{"event":"Unsubscribed","userId":"a"},{"userId":"b","sms_opt_in":false}',
        [],
    ),
    "a text in UTF-16": (
        "\x00".join('{"event":"Unsubscribed","userId":"a"'),
        [("a", ["email"])],
    ),
    "no word": ('{"event":"Page Viewed","userId":"a","properties":{"granted":false}}', []),
    "no line": ("\x00\x00", []),
}


def noes(line: str) -> list[dict[str, Any]]:
    return noes_in(line.encode(), ("a.ndjson", 1), LIMITS)


@pytest.mark.parametrize("case", LINES)
def test_a_no_is_read_as_far_as_it_goes(case: str) -> None:
    line, wanted = LINES[case]
    found = [
        (no["user_id"] or no["anonymous_id"], json.loads(no["properties"])["channel"])
        for no in noes(line)
    ]
    assert [("" if who.startswith("aside-") else who, what) for who, what in found] == wanted


@pytest.mark.parametrize("said", ["{}", '{"step":1}', '{"email":"ann@example.com"}'])
def test_an_ordinary_line_is_not_read_for_a_no(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whatever the format's own names are made of: lines set aside come by the million.
    monkeypatch.delattr("warehouse.judging.asides.refused_channels")
    line = (
        '{"type":"track","event":"Product Viewed","userId":"a","channel":"client",'
        '"receivedAt":"2026-01-01T00:00:00Z","context":{"locale":"en","page":{"path":"/"}},'
        f'"properties":{said}}}'
    )
    assert noes(line) == []


def test_a_no_whose_letters_are_written_by_their_numbers_is_heard() -> None:
    line = r'{"type":"identify","userId":"a","traits":{"subscribed":"\u5426"}}'
    [found] = noes(line)
    assert found["user_id"] == "a"


def test_a_time_that_is_unknown_or_to_come_is_the_end_of_the_load_day() -> None:
    def at(stamp: str) -> int:
        line = json.dumps({"event": "Unsubscribed", "userId": "a", "timestamp": stamp})
        return noes(line)[0]["occurred_at"]

    assert at("soon") == at("2099-01-01T00:00:00Z") == at(LATE) == LIMITS.ends
    assert at("2026-02-01T00:00:00Z") < LIMITS.ends


def test_the_addresses_of_a_no_go_with_it() -> None:
    [no] = noes('{"event":"Unsubscribed","properties":{"recipient":"a@x.org"},"email":"b@x.org"')
    said = json.loads(no["properties"])
    assert (said["recipient"], said["email"]) == ("a@x.org", "b@x.org")


def test_every_no_of_a_line_is_an_event_of_its_own() -> None:
    line = '{"event":"Unsubscribed","userId":"a","anonymousId":"v"}'
    ids = [no["message_id"] for no in noes(line)]
    assert ids == [no["message_id"] for no in noes(line)]
    ids += [no["message_id"] for no in noes_in(line.encode(), ("a.ndjson", 2), LIMITS)]
    assert len(set(ids)) == 4


def heard(home: Path, content: str, name: str, *sources: Source) -> list[str]:
    """Land a file, read its day, and return of whom a no in a line set aside was heard."""
    settings = Settings(home, sources=sources)
    path = settings.landing_root / "events" / f"dt={DAY}" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    report = ingest_days(settings, [DAY])
    load = loaded(settings)[DAY]
    rows = pq.read_table(rows_path(settings, load), partitioning=None).to_pylist()
    assert len(rows) == report.events
    return [row["user_id"] for row in rows if row["type"] == "refusal"]


@pytest.mark.parametrize("sql", ["", "select * from rows"], ids=["mapped", "by a query"])
def test_a_row_of_a_table_is_heard_as_its_source_reads_it(tmp_path: Path, sql: str) -> None:
    columns = {"userId": "who", "timestamp": "at", "properties.channel": "to"}
    constants = {"type": "track", "event": "Unsubscribed"}
    source = Source("s", "*.csv", "csv", columns, constants, sql=sql, where_not={"to": ("fax",)})
    rows = ["who,at,to", "ann,soon,sms", "bob,soon,fax", "cat,soon", "dan,2026-03-01,sms"]
    assert heard(tmp_path, "\n".join(rows), "a.csv", source) == ["ann"]


def test_a_line_that_is_mended_says_what_it_says(tmp_path: Path) -> None:
    line = '{"type":"track","event":"Unsubscribed","userId":"ann","timestamp":"soon"}'
    assert heard(tmp_path, line, "a.ndjson") == ["ann"]
    assert heard(tmp_path, line.replace("soon", "2026-03-01"), "a.ndjson") == []


def test_the_models_know_the_same_words() -> None:
    models = SHIPPED / "models" / "intermediate" / "contacts"
    macros = "".join(
        (SHIPPED / "macros" / name).read_text(encoding="utf-8")
        for name in ("consent_events.sql", "refusals.sql")
    )

    def written(call: str) -> str:
        template = Environment().from_string(f"{macros}{{{{ {call} }}}}")  # noqa: S701
        return template.render({"return": lambda value: value}).strip()

    def told(call: str) -> Any:
        return ast.literal_eval(written(call))

    assert told("refusal_events()") == {
        **{name: to for name, to in REFUSALS.items() if name not in (CONSENT, DELETED)},
        EVENT: "",
    }
    assert set(told("stated_events()")) == {STATED, *TEXTS}
    assert told("state_names()") == list(STATES)
    assert told("body_names()") == list(BODIES)
    assert set(told("subscription_states('granted')")) == SUBSCRIBED
    assert set(told("subscription_states('refused')")) == UNSUBSCRIBED
    assert set(told("subscription_states('stop')")) == STOP
    assert told("names_of_channels()") == refusals.CHANNELS
    for name in ("refusing_all", "refusing_person"):
        assert written(f"{name}()") == getattr(refusals, name)()
    for name in ("of_marketing", "refusing", "preferring", "refusing_channel", "of_channels"):
        assert written(f"{name}('x')") == getattr(refusals, name)("x")
    assert f"'{refusals.SHOP}'" in macros
    words = (models / "int_consent_words.sql").read_text(encoding="utf-8")
    assert f"{{% set plan = '{PLAN}' %}}" in words
    assert f"'{MARKS}', ''" in words
