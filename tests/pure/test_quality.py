"""The suites: good data passes without a word, and every gate closes when it must."""

import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from quality.suite import Expectation, Suite, Verdict, load_suites, run_suite

SUITES = {suite.name: suite.with_rules(lambda _: ["email", "sms"]) for suite in load_suites()}

OF_A_FEED = {
    "load_date": "2026-03-10", "files": 1, "files_rejected": 0, "files_incomplete": 0,
    "lines": 3, "parsed": 2, "quarantined": 0, "blank": 1, "count_gap": 0, "lake_gap": 0,
    "about_files": "nothing",
}  # fmt: skip
GOOD: dict[str, dict[str, Any]] = {
    "raw_events": {
        "load_date": "2026-03-10", "files": 2, "files_rejected": 0, "files_incomplete": 0,
        "files_doubtful": 0, "files_left_out": 0, "names_left_out": "none",
        "lines": 1011, "parsed": 1000, "quarantined": 10, "blank": 1, "quarantined_share": 0.0099,
        "count_gap": 0, "lake_gap": 0, "null_message_ids": 0, "null_actors": 0,
        "out_of_time_events": 0, "unnamed_tracks": 0, "distinct_actors": 300,
        "usual_parsed": 900.0, "volume_ratio": 1.1, "late_share": 0.01, "identified_share": 0.6,
        "quarantined_bytes_share": 0.01, "placeholders": 0,
        "refusals_aside": 0, "first_refusal_aside": "none",
        "consents_aside": 0, "first_consent_aside": "none", "set_aside": "10 no_id, mostly in a",
        "about_files": "nothing",
    },
    "marts": {
        "as_of_date": "2026-03-10", "users": 100, "users_before": 99, "users_ratio": 1.01,
        "tierless_buyers": 0, "scoreless_buyers": 0, "money_gap": 0.0, "kpi_rows": 60,
        "kpi_missing_all": 0, "list_rows": 3, "ledger_gap": 0,
        "rejected_share": 0.01,
    },
    "recall_list": {
        "user_id": "ann", "strategy": "win_back", "channel": "email", "content_key": "gift",
        "arm": "coupon", "priority": 1, "send_after": datetime.fromisoformat("2026-03-11T02:00"),
        "segment": "lost", "need": "a reason", "scene": "after a long absence", "cost": 0.02,
        "expected_value": 1.0,
        "reason": "no login for 90 days", "without_consent": 0, "suppressed": 0, "erased": 0,
        "messages_to_address": 1,
    },
}  # fmt: skip

FEEDS = [name for name, suite in SUITES.items() if suite.frame == "raw_days" and name not in GOOD]
GOOD |= dict.fromkeys(FEEDS, OF_A_FEED)

# What must close each critical gate, and what must only be recorded.
CLOSING: dict[tuple[str, str, str], dict[str, Any]] = {
    ("raw_events", "be_between", "parsed"): {"parsed": 0},
    ("raw_events", "be_between", "count_gap"): {"count_gap": 1},
    ("raw_events", "be_between", "lake_gap"): {"lake_gap": 1},
    ("raw_events", "be_between", "quarantined_share"): {"quarantined_share": 0.51},
    ("raw_events", "be_between", "null_message_ids"): {"null_message_ids": 1},
    ("raw_events", "be_between", "null_actors"): {"null_actors": 1},
    ("raw_events", "be_between", "unnamed_tracks"): {"unnamed_tracks": 1},
    ("raw_events", "be_between", "out_of_time_events"): {"out_of_time_events": 1},
    ("marts", "be_between", "users"): {"users": 0},
    ("marts", "be_between", "users_ratio"): {"users_ratio": 0.89},
    ("marts", "be_between", "tierless_buyers"): {"tierless_buyers": 1},
    ("marts", "be_between", "scoreless_buyers"): {"scoreless_buyers": 1},
    ("marts", "be_between", "money_gap"): {"money_gap": 0.01},
    ("marts", "be_between", "kpi_rows"): {"kpi_rows": 0},
    ("marts", "be_between", "kpi_missing_all"): {"kpi_missing_all": 1},
    ("marts", "be_between", "ledger_gap"): {"ledger_gap": 1},
    ("recall_list", "not_be_null", "user_id"): {"user_id": None},
    ("recall_list", "be_between", "without_consent"): {"without_consent": 1},
    ("recall_list", "be_between", "suppressed"): {"suppressed": 1},
    ("recall_list", "be_between", "erased"): {"erased": 1},
    ("recall_list", "be_between", "messages_to_address"): {"messages_to_address": 2},
    ("recall_list", "not_be_null", "channel"): {"channel": None},
    ("recall_list", "be_in_set", "channel"): {"channel": "fax"},
    ("recall_list", "not_be_null", "strategy"): {"strategy": None},
    ("recall_list", "not_be_null", "content_key"): {"content_key": None},
    ("recall_list", "not_be_null", "arm"): {"arm": None},
    ("recall_list", "not_be_null", "send_after"): {"send_after": None},
    ("recall_list", "not_be_null", "reason"): {"reason": None},
    ("recall_list", "match_regex", "reason"): {"reason": " "},
    ("recall_list", "not_be_null", "cost"): {"cost": None},
    ("recall_list", "be_between", "cost"): {"cost": -0.01},
    ("recall_list", "not_be_null", "priority"): {"priority": None},
}
WARNING = {
    ("raw_events", "quarantined_share"): {"quarantined_share": 0.03},
    ("raw_events", "quarantined_bytes_share"): {"quarantined_bytes_share": 0.6},
    ("raw_events", "refusals_aside"): {"refusals_aside": 1},
    ("raw_events", "placeholders"): {"placeholders": 1},
    ("raw_events", "consents_aside"): {"consents_aside": 1},
    ("raw_events", "volume_ratio"): {"volume_ratio": 0.2},
    ("raw_events", "late_share"): {"late_share": 0.4},
    ("raw_events", "identified_share"): {"identified_share": 0.0},
    ("raw_events", "files_rejected"): {"files_rejected": 1},
    ("raw_events", "files_incomplete"): {"files_incomplete": 1},
    ("raw_events", "files_doubtful"): {"files_doubtful": 1},
    ("raw_events", "files_left_out"): {"files_left_out": 1},
    ("marts", "users_ratio"): {"users_ratio": 4.0},
    ("marts", "rejected_share"): {"rejected_share": 0.03},
    ("recall_list", "segment"): {"segment": None},
    ("recall_list", "expected_value"): {"expected_value": -1.0},
}


def frame(suite: str, **changes: Any) -> pd.DataFrame:
    """Two good rows, the second changed."""
    other = {"raw_events": {"load_date": "2026-03-11"}, "recall_list": {"user_id": "bob"}}
    good = GOOD[suite]
    return pd.DataFrame([good, good | other.get(suite, {}) | changes])


def bad(found: dict[Any, dict[str, Any]], suite: str, *what: str) -> dict[str, Any]:
    """Return what a suite must notice; of a feed, which counts what is wrong, 1 of it."""
    return {what[-1]: 1} if suite in FEEDS else found[suite, *what]


def failed(verdict: Verdict) -> tuple[set[str], set[str]]:
    """Columns that stop the run, and columns that are only recorded."""
    return {f.column for f in verdict.critical}, {f.column for f in verdict.warnings}


def expectations(severity: str) -> list[Any]:
    return [
        pytest.param(suite, item, id=f"{suite.name}-{item.type}-{item.kwargs.get('column', '')}")
        for suite in SUITES.values()
        for item in suite.expectations
        if item.severity == severity
    ]


@pytest.mark.parametrize("name", GOOD)
def test_good_data_passes_without_a_word(name: str) -> None:
    verdict = run_suite(SUITES[name], frame(name))

    assert verdict == Verdict((), (), len(SUITES[name].expectations))


@pytest.mark.parametrize(("suite", "expectation"), expectations("critical"))
def test_every_critical_expectation_closes_its_gate(suite: Suite, expectation: Expectation) -> None:
    column = expectation.kwargs.get("column", "")
    kind = expectation.type.removeprefix("expect_column_values_to_")
    if not column:
        rows = frame(suite.name).iloc[:0]
    elif kind == "be_unique":
        rows = pd.concat([frame(suite.name)] * 2)
    else:
        rows = frame(suite.name, **bad(CLOSING, suite.name, kind, column))

    verdict = run_suite(replace(suite, expectations=(expectation,)), rows)

    [failure] = verdict.critical
    assert (failure.expectation, failure.column) == (expectation.type, column)
    assert failure.why == expectation.why


@pytest.mark.parametrize(("suite", "expectation"), expectations("warning"))
def test_every_warning_is_recorded_and_stops_nothing(
    suite: Suite, expectation: Expectation
) -> None:
    column = expectation.kwargs["column"]
    rows = pd.concat(
        [frame(suite.name, **bad(WARNING, suite.name, column)).iloc[1:], frame(suite.name).iloc[:1]]
    )
    if "mostly" in expectation.kwargs:
        rows = rows.iloc[:1]

    assert failed(run_suite(suite, rows)) == (set(), {column})


def test_a_failure_names_the_day_and_the_number_it_found() -> None:
    verdict = run_suite(SUITES["raw_events"], frame("raw_events", quarantined_share=0.75))

    [failure] = verdict.critical
    assert failure.rows == {"2026-03-11": "0.75"}
    assert failure.said == (
        "75.0% of the lines of 2026-03-11 were set aside: 10 no_id, mostly in a"
    )
    assert failed(verdict) == ({"quarantined_share"}, {"quarantined_share"})


def test_a_failure_shows_no_text_of_the_data() -> None:
    verdict = run_suite(SUITES["recall_list"], frame("recall_list", channel="ann@example.com"))

    assert "ann@example.com" not in str(verdict)
    assert verdict.critical[0].rows == {"bob": ""}
    assert verdict.critical[0].said.endswith("a channel that no rule knows: 1")


def test_every_breach_of_every_suite_is_a_sentence_and_has_a_cure() -> None:
    for suite in SUITES.values():
        assert suite.cure
        for expectation in suite.expectations:
            said = expectation.says.format(row="2026-03-11", value=0.75, count=2, about="a")
            assert expectation.says != Expectation.says, expectation
            assert said == said.strip()
            assert "{" not in said
            assert not said.endswith(".")
            # Whose rows are users says how many, never who.
            assert "{row" not in expectation.says or suite.key.endswith("_date")


def test_an_empty_recall_list_is_a_quiet_day() -> None:
    assert failed(run_suite(SUITES["recall_list"], frame("recall_list").iloc[:0])) == (set(), set())


def test_a_check_that_cannot_be_evaluated_is_not_taken_for_bad_data() -> None:
    without = frame("raw_events").drop(columns="count_gap")

    with pytest.raises(RuntimeError, match=r"raw_events is broken at .* count_gap"):
        run_suite(SUITES["raw_events"], without)


def test_a_suite_file_with_an_unknown_severity_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text(
        "{asset: a, frame: f, key: k, cure: c, expectations:"
        " [{type: t, kwargs: {}, severity: Critical, why: w, says: s}]}"
    )

    with pytest.raises(ValueError, match="'Critical' is none of"):
        load_suites(tmp_path)


def test_suites_are_read_without_starting_great_expectations() -> None:
    code = (
        "import sys; from quality.suite import load_suites; load_suites();"
        "assert 'great_expectations' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_great_expectations_comes_without_what_no_suite_uses() -> None:
    code = """
import sys
from quality.suite import run_suite
from tests.pure.test_quality import SUITES, frame

for name, suite in SUITES.items():
    run_suite(suite, frame(name))
assert not {"boto3", "pyspark", "scipy.stats"} & set(sys.modules)

from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as late
assert late.stats.entropy([1.0]) == 0
import scipy.stats
assert scipy.stats.entropy is late.stats.entropy
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
