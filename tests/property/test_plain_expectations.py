"""What is said to be met without Great Expectations, it says too: any frame, any expectation."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.plain import KNOWN, is_met
from quality.suite import Expectation, Suite, _judged, load_suites
from tests.conftest import ROOT

NUMBERS = st.one_of(
    st.none(), st.integers(-3, 3), st.floats(-3, 3), st.sampled_from([np.nan, np.inf, -np.inf])
)
TEXTS = st.sampled_from(["email", "sms", "", " ", "x\ny", None])
COLUMNS = st.one_of(st.lists(NUMBERS, max_size=12), st.lists(TEXTS, max_size=12))
MOSTLY = st.sampled_from([None, 0, 0.1, 0.3, 0.5, 0.75, 0.9, 1])
LIMIT = st.sampled_from([None, -1, 0, 0.5, 2])


@st.composite
def expectations(draw: st.DrawFn) -> Expectation:
    kind = draw(st.sampled_from(sorted(KNOWN)))
    values = {
        "column": "value",
        "mostly": draw(MOSTLY),
        "min_value": draw(LIMIT),
        "max_value": draw(LIMIT),
        "value_set": draw(st.sampled_from([["email"], ["email", "sms"], [0, 1, 2]])),
        "regex": draw(st.sampled_from([r"\S", "^e", "m"])),
    }
    kwargs = {key: values[key] for key in KNOWN[kind] if values[key] is not None}
    least, most = kwargs.get("min_value"), kwargs.get("max_value")
    if least is None and most is None and "min_value" in KNOWN[kind]:
        kwargs["min_value"] = 0
    elif least is not None and most is not None and least > most:
        kwargs["min_value"], kwargs["max_value"] = most, least
    if kind == "expect_table_row_count_to_be_between":
        kwargs = {key: int(value) for key, value in kwargs.items()}
    return Expectation(kind, kwargs, "critical", "it is tried", "it failed")


@settings(max_examples=100)
@given(expectations(), COLUMNS)
def test_what_is_plainly_met_great_expectations_finds_met(
    expectation: Expectation, values: list
) -> None:
    frame = pd.DataFrame({"value": values, "key": range(len(values))})
    if is_met(expectation, frame):
        suite = Suite("tried", "raw/events", "tried", "key", "mend it", (expectation,))
        assert _judged(suite, frame) == ((), ())


@pytest.mark.parametrize("kind", sorted(KNOWN))
def test_each_kind_can_be_met_and_can_be_in_doubt(kind: str) -> None:
    kwargs = {
        "expect_table_row_count_to_be_between": {"min_value": 2},
        "expect_column_values_to_be_between": {"column": "value", "min_value": 1, "max_value": 3},
        "expect_column_values_to_not_be_null": {"column": "value"},
        "expect_column_values_to_be_unique": {"column": "value"},
        "expect_column_values_to_be_in_set": {"column": "value", "value_set": [1, 2]},
        "expect_column_values_to_match_regex": {"column": "value", "regex": "1|2"},
    }[kind]
    doubtful = {
        "expect_table_row_count_to_be_between": [1.0],
        "expect_column_values_to_be_between": [1.0, 4.0],
        "expect_column_values_to_not_be_null": [1.0, None],
        "expect_column_values_to_be_unique": [1.0, 1.0],
        "expect_column_values_to_be_in_set": [1.0, 3.0],
        "expect_column_values_to_match_regex": [1.0, 3.0],
    }[kind]
    expectation = Expectation(kind, kwargs, "critical", "it is tried", "it failed")
    assert is_met(expectation, pd.DataFrame({"value": [1.0, 2.0]}))
    assert not is_met(expectation, pd.DataFrame({"value": doubtful}))


def test_every_expectation_of_the_shipped_suites_can_be_plain() -> None:
    for suite in load_suites():
        for expectation in suite.expectations:
            arguments = {key.removesuffix("_from") for key in expectation.kwargs}
            assert arguments <= KNOWN[expectation.type], (suite.name, expectation.type)


def test_a_sound_frame_needs_no_framework_and_a_bad_one_gets_it() -> None:
    found = subprocess.run(
        [sys.executable, "-c", SOUND_THEN_BAD], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["0", "False", "1", "True"]


SOUND_THEN_BAD = """
import sys
import pandas as pd
from quality.suite import Expectation, Suite, run_suite

least = {"column": "n", "min_value": 1}
kind = "expect_column_values_to_be_between"
expectation = Expectation(kind, least, "critical", "why", "it failed")
suite = Suite("tried", "raw/events", "tried", "n", "mend it", (expectation,))
for value in (1, 0):
    verdict = run_suite(suite, pd.DataFrame({"n": [value]}))
    print(len(verdict.critical), "great_expectations" in sys.modules)
"""
