"""Load days, measured on small lakes made here, and what the suite says to them."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quality.suite import load_suites, run_suite
from warehouse.gates.profiles import raw_days
from warehouse.lake.layout import (
    EVENTS_SCHEMA,
    LEDGER_SCHEMA,
    QUARANTINE_SCHEMA,
    Load,
    ledger_path,
    quarantine_path,
    rows_path,
)
from warehouse.settings import Settings

DAY = date(2026, 3, 10)
[SUITE] = [suite for suite in load_suites() if suite.asset == "raw/events"]


def failed(rows: pd.DataFrame) -> tuple[set[str], set[str]]:
    """Judge a frame; give the columns that stop the run, and those only recorded."""
    verdict = run_suite(SUITE, rows)
    return {f.column for f in verdict.critical}, {f.column for f in verdict.warnings}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "it's home")


def event(position: int, day: date, **fields: Any) -> dict[str, Any]:
    required = {
        "message_id": f"m{position}", "message_hash": position, "payload_hash": position,
        "type": "track", "event": "Page Viewed", "user_id": f"u{position % 3}",
        "occurred_at": datetime.combine(day, time(10)),
        "source_file": "a.ndjson", "source_line": position, "file_sha256": "00",
    }  # fmt: skip
    return required | fields


def write_day(
    settings: Settings, day: date, events: list[dict[str, Any]], *files: dict[str, Any]
) -> None:
    """Write the three files of a load day; ``files`` are changes to its ledger rows.

    ``held`` among them are the lines set aside.
    """
    whole = {
        "source_file": "a.ndjson", "file_sha256": "00", "bytes": 1, "lines": len(events),
        "parsed": len(events), "quarantined": 0, "blank": 0, "outcome": "loaded",
        "format": "ndjson", "left_out": 0, "left_out_by": "{}", "erased": 0, "placeholders": 0,
        "content_bytes": 1_000, "aside_bytes": 0,
    }  # fmt: skip
    ledger = [whole | changes for changes in files or ({},)]
    ledger = [{"events": file["parsed"]} | file for file in ledger]
    held = [
        {"source_file": file["source_file"], "source_line": n + 1, "file_sha256": "00",
         "reason": "bad_json", "line": line}
        for file in ledger for n, line in enumerate(file.get("held", [b"{"] * file["quarantined"]))
    ]  # fmt: skip
    held += [
        {"source_file": file["source_file"], "source_line": 0, "file_sha256": "00",
         "reason": "bad_file", "detail": "it looks like gb18030", "line": b""}
        for file in ledger if file["outcome"] == "rejected"
    ]  # fmt: skip
    for path, rows, schema in (
        (rows_path(settings, Load(day, "f")), events, EVENTS_SCHEMA),
        (quarantine_path(settings, Load(day, "f")), held, QUARANTINE_SCHEMA),
        (ledger_path(settings, Load(day, "f")), ledger, LEDGER_SCHEMA),
    ):
        path.parent.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)


def write_days(settings: Settings, first: date, counts: list[int]) -> None:
    for offset, count in enumerate(counts):
        day = first + timedelta(days=offset)
        write_day(settings, day, [event(n, day) for n in range(count)])


def only(rows: pd.DataFrame) -> dict[str, Any]:
    assert len(rows) == 1
    return rows.to_dict("records")[0]


def test_a_load_day_is_measured_from_its_own_files(settings: Settings) -> None:
    events = [
        event(1, DAY),
        event(2, DAY, occurred_at=datetime.fromisoformat("2026-03-01")),
        event(3, DAY, occurred_at=datetime.fromisoformat("2026-03-20")),
        event(4, DAY, occurred_at=datetime.fromisoformat("1969-12-31")),
        event(5, DAY, event=None, user_id=None, anonymous_id="a5"),
        event(6, DAY, type="page", event=None, user_id=None),
    ]
    rejected = {"lines": 0, "parsed": 0, "outcome": "rejected", "source_file": "b.gz"}
    write_day(settings, DAY, events, {"lines": 9, "quarantined": 2, "blank": 1}, rejected)

    measured = only(raw_days(settings, [DAY]))

    expected = {
        "load_date": "2026-03-10", "files": 2, "files_rejected": 1, "files_incomplete": 0,
        "lines": 9, "parsed": 6, "quarantined": 2, "blank": 1, "quarantined_share": 0.25,
        "count_gap": 0, "lake_gap": 0, "null_message_ids": 0, "null_actors": 1,
        "out_of_time_events": 2, "unnamed_tracks": 1, "distinct_actors": 4,
        "late_share": 2 / 6, "identified_share": 4 / 6,
    }  # fmt: skip
    assert {key: measured[key] for key in expected} == expected
    assert pd.isna(measured["usual_parsed"])
    assert pd.isna(measured["volume_ratio"])


def test_lines_that_went_missing_show_as_gaps(settings: Settings) -> None:
    short = {"lines": 4, "parsed": 2, "source_file": "b.ndjson"}
    over = {"lines": 1, "parsed": 3}
    write_day(settings, DAY, [event(1, DAY)], short, over)

    measured = only(raw_days(settings, [DAY]))

    assert (measured["count_gap"], measured["lake_gap"]) == (4, 4)


def test_the_usual_volume_is_the_median_of_the_load_days_before(settings: Settings) -> None:
    write_days(settings, DAY - timedelta(days=7), [10, 12, 14, 100, 12, 8, 12, 3])
    write_day(settings, DAY + timedelta(days=5), [event(1, DAY)])

    later = DAY + timedelta(days=5)
    measured = raw_days(settings, [later, DAY])

    assert list(measured["load_date"]) == ["2026-03-10", "2026-03-15"]
    assert list(measured["usual_parsed"]) == [12.0, 12.0]
    assert list(measured["volume_ratio"]) == [0.25, 1 / 12]


def test_the_usual_volume_needs_seven_days_and_forgets_after_twenty_eight(
    settings: Settings,
) -> None:
    write_days(settings, DAY - timedelta(days=34), [1] * 6 + [5] * 28 + [5])

    assert only(raw_days(settings, [DAY]))["usual_parsed"] == 5
    assert pd.isna(only(raw_days(settings, [DAY - timedelta(days=28)]))["usual_parsed"])


def test_a_range_of_days_measures_each_as_it_would_be_alone(settings: Settings) -> None:
    write_days(settings, DAY - timedelta(days=9), [4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
    days = [DAY - timedelta(days=2), DAY - timedelta(days=1), DAY]

    alone = pd.concat([raw_days(settings, [day]) for day in days], ignore_index=True)

    pd.testing.assert_frame_equal(raw_days(settings, days), alone)


def test_a_day_without_files_and_a_day_never_loaded_close_the_gate(settings: Settings) -> None:
    write_day(settings, DAY, [], {})
    pq.write_table(LEDGER_SCHEMA.empty_table(), ledger_path(settings, Load(DAY, "f")))
    write_day(settings, DAY + timedelta(days=1), [event(1, DAY)])
    days = [DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)]

    verdict = run_suite(SUITE, raw_days(settings, days))

    assert [(failure.column, tuple(failure.rows)) for failure in verdict.critical] == [
        ("parsed", ("2026-03-10", "2026-03-12"))
    ]


def test_no_days_at_all_close_the_gate(settings: Settings) -> None:
    assert failed(raw_days(settings, []))[0] == {""}


def test_a_few_bad_lines_do_not_stop_a_day(settings: Settings) -> None:
    events = [event(position, DAY) for position in range(1000)]
    write_day(settings, DAY, events, {"lines": 1013, "quarantined": 12, "blank": 1})

    assert failed(raw_days(settings, [DAY])) == (set(), set())


def test_one_huge_line_and_a_file_that_cannot_be_read_show_by_their_bytes(
    settings: Settings,
) -> None:
    events = [event(position, DAY) for position in range(500)]
    huge = {"lines": 501, "quarantined": 1, "content_bytes": 100_000, "aside_bytes": 50_000}
    bad = {"lines": 0, "parsed": 0, "outcome": "rejected", "source_file": "x/b.zip"}
    bad |= {"content_bytes": 100_000, "aside_bytes": 100_000}
    write_day(settings, DAY, events, huge, bad)

    verdict = run_suite(SUITE, raw_days(settings, [DAY]))

    assert not verdict.critical
    assert [failure.said for failure in verdict.warnings] == [
        "75.0% of the bytes of 2026-03-10 were set aside: 1 bad_file, 1 bad_json, mostly in b.zip",
        "files of 2026-03-10 that could not be read: 1; b.zip: it looks like gb18030",
    ]


def test_a_file_of_which_a_rule_leaves_out_every_row_is_told_by_name(settings: Settings) -> None:
    events = [event(position, DAY) for position in range(10)]
    some = {"lines": 12, "left_out": 2}
    every = {"source_file": "events/dt=2026-03-10/shop.csv", "parsed": 0, "blank": 1}
    write_day(settings, DAY, events, some, every | {"lines": 31, "left_out": 30})

    verdict = run_suite(SUITE, raw_days(settings, [DAY]))

    assert not verdict.critical
    assert [failure.said for failure in verdict.warnings] == [
        "files of 2026-03-10 of which every row was left out: 1 (shop.csv)"
    ]


def test_what_was_set_aside_is_told_in_a_sentence(settings: Settings) -> None:
    events = [event(position, DAY) for position in range(100)]
    other = {"source_file": "landing/x.ndjson", "lines": 300, "parsed": 0, "quarantined": 300}
    write_day(settings, DAY, events, {}, other)

    [failure] = run_suite(SUITE, raw_days(settings, [DAY])).critical

    assert failure.said == (
        "75.0% of the lines of 2026-03-10 were set aside: 300 bad_json, mostly in x.ndjson"
    )


def test_lines_set_aside_that_may_be_a_no_are_told_at_any_count(settings: Settings) -> None:
    held = [
        b'{"event": "Product Viewed"',
        b'{"event": "EMAIL_Unsubscribed", "timestamp": "soon"',
        b'{"type": "identify", "traits": {"Opt-Out": true}',
        '{"event": "短信退订"'.encode(),
        b'{"event": "\\u77ed\\u4fe1\\u9000\\u8ba2"',
        "拒收".encode() + b"\xff",
        "退 订".encode("gb18030"),
    ]
    write_day(
        settings,
        DAY,
        [event(position, DAY) for position in range(1000)],
        {"lines": 1007, "quarantined": 7, "held": held},
    )

    [failure] = run_suite(SUITE, raw_days(settings, [DAY])).warnings

    assert failure.said == (
        "lines of 2026-03-10 that were set aside and speak of consent, but no refusal could be read"
        " of them: 5 (first a.ndjson line 2, bad_json)"
    )


def test_lines_that_contradict_another_of_the_day_are_rejected_lines(settings: Settings) -> None:
    events = [event(position, DAY) for position in range(100)]
    for position in (7, 8, 9):
        events[position] |= {"message_hash": 1, "payload_hash": position}
    events[10] |= {"message_hash": 1, "payload_hash": 1}  # a copy
    write_day(settings, DAY, events)

    measured = only(raw_days(settings, [DAY]))

    assert (measured["conflicts"], measured["quarantined_share"]) == (3, 0.03)
    assert failed(raw_days(settings, [DAY])) == (set(), {"quarantined_share"})


def test_events_with_a_placeholder_for_an_id_are_told(settings: Settings) -> None:
    write_day(settings, DAY, [event(position, DAY) for position in range(9)], {"placeholders": 4})

    [failure] = run_suite(SUITE, raw_days(settings, [DAY])).warnings

    assert failure.said.endswith("with a placeholder (null, nan, 0 ...) for an id: 4")
