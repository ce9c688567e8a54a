"""An expectation and a frame -> whether it is met beyond doubt: then no framework need be asked.

Starting Great Expectations costs as much as judging a year. What is doubtful here, and all that is
not met, goes to it: no verdict against data is passed in this module, and none that it passes may
differ from its own (tests/property/test_plain_expectations.py).
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from quality.suite import Expectation

LIMITS = {"min_value", "max_value"}
# What each expectation may say and still be plain.
KNOWN = {
    "expect_table_row_count_to_be_between": LIMITS,
    "expect_column_values_to_be_between": {"column", "mostly"} | LIMITS,
    "expect_column_values_to_not_be_null": {"column", "mostly"},
    "expect_column_values_to_be_unique": {"column", "mostly"},
    "expect_column_values_to_be_in_set": {"column", "mostly", "value_set"},
    "expect_column_values_to_match_regex": {"column", "mostly", "regex"},
}


def is_met(expectation: "Expectation", frame: "pd.DataFrame") -> bool:
    """Tell whether an expectation certainly holds; False is no verdict."""
    kwargs = expectation.kwargs
    if not kwargs.keys() <= KNOWN.get(expectation.type, frozenset()):
        return False
    if expectation.type == "expect_table_row_count_to_be_between":
        floor, ceiling = kwargs.get("min_value", 0), kwargs.get("max_value", len(frame))
        return floor <= len(frame) <= ceiling
    if kwargs["column"] not in frame:
        return False
    holds = _holding(expectation.type, frame[kwargs["column"]], kwargs)
    # At the very share that is asked for, roundings differ: that is for the framework to say.
    return holds is not None and bool(holds.all() or holds.mean() > kwargs.get("mostly", 1))


def _holding(kind: str, column: "pd.Series", kwargs: Mapping[str, Any]) -> "pd.Series | None":
    """Tell of each value whether it is as expected; of nulls only where they are what is asked."""
    if kind == "expect_column_values_to_not_be_null":
        return column.notna()
    given = column.dropna()
    if kind == "expect_column_values_to_be_unique":
        return ~given.duplicated(keep=False)
    if kind == "expect_column_values_to_be_in_set":
        return given.isin(kwargs["value_set"])
    if kind == "expect_column_values_to_match_regex":
        return given.astype(str).str.contains(kwargs["regex"])
    if given.dtype.kind not in "iuf":
        return None
    floor, ceiling = kwargs.get("min_value"), kwargs.get("max_value")
    return given.between(
        -math.inf if floor is None else floor, math.inf if ceiling is None else ceiling
    )
