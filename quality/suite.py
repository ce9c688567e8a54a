"""Suite files and frames -> verdicts: Great Expectations judges, severity decides what happens.

What is met beyond doubt it need not be asked about (``quality.plain``). Knows neither where a frame
comes from nor what stops when a verdict is bad.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from quality.imports import lean
from quality.plain import is_met

if TYPE_CHECKING:
    import pandas as pd

SUITES_DIR = Path(__file__).parent / "suites"
SEVERITIES = ("critical", "warning")
ROWS_SHOWN = 20
ROWS_TOLD = 5


@dataclass(frozen=True)
class Expectation:
    """One sentence of a suite: what is expected, how grave a breach is, and why.

    ``says`` tells a breach: with ``{row}`` or ``{value}`` in it once a row, else once with
    ``{count}`` of them. ``{about}`` in it is what the column ``about`` says of the row.
    """

    type: str
    kwargs: Mapping[str, Any]
    severity: str
    why: str
    says: str = "{count} rows are not as expected"
    about: str = ""

    def with_rules(self, values: Callable[[str], Sequence[str]]) -> "Expectation":
        """Give each argument that ends in ``_from`` the values of the rule column it names."""
        kwargs = {
            key.removesuffix("_from"): list(values(value)) if key.endswith("_from") else value
            for key, value in self.kwargs.items()
        }
        return replace(self, kwargs=kwargs)


@dataclass(frozen=True)
class Suite:
    """What good data is at one border.

    ``frame`` names the function of ``warehouse.gates`` that measures it, ``key`` the column
    that says which row failed. ``cure`` says what to do when it stops a run.
    """

    name: str
    asset: str
    frame: str
    key: str
    cure: str
    expectations: tuple[Expectation, ...]

    def with_rules(self, values: Callable[[str], Sequence[str]]) -> "Suite":
        """Fill in what the rules say: `value_set_from: channels.channel` becomes a `value_set`."""
        return replace(
            self, expectations=tuple(item.with_rules(values) for item in self.expectations)
        )


@dataclass(frozen=True)
class Failure:
    """One expectation that was not met, told in a sentence that names no user.

    ``rows`` are the keys of what failed, the first 20, each with the value that did.
    """

    expectation: str
    column: str
    said: str
    why: str
    rows: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.said[:1].upper()}{self.said[1:]}. {self.why}"


@dataclass(frozen=True)
class Verdict:
    """What a frame failed, by severity; only ``critical`` may stop a run."""

    critical: tuple[Failure, ...]
    warnings: tuple[Failure, ...]
    evaluated: int


def load_suites(folder: Path = SUITES_DIR) -> list[Suite]:
    """Read every suite file, by name, without starting Great Expectations."""
    return [_suite(path) for path in sorted(folder.glob("*.yml"))]


def _suite(path: Path) -> Suite:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C: a tenth of the time
    content = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506 - both are safe
    expectations = tuple(Expectation(**item) for item in content.pop("expectations"))
    for expectation in expectations:
        if expectation.severity not in SEVERITIES:
            raise ValueError(f"{path}: {expectation.severity!r} is none of {SEVERITIES}")
    return Suite(name=path.stem, expectations=expectations, **content)


def run_suite(suite: Suite, frame: "pd.DataFrame") -> Verdict:
    """Judge one frame as one batch.

    Raises RuntimeError when an expectation could not be evaluated: a broken check is not bad data.
    """
    doubtful = replace(
        suite, expectations=tuple(e for e in suite.expectations if not is_met(e, frame))
    )
    critical, warnings = _judged(doubtful, frame) if doubtful.expectations else ((), ())
    return Verdict(critical, warnings, len(suite.expectations))


def _judged(suite: Suite, frame: "pd.DataFrame") -> tuple[tuple[Failure, ...], tuple[Failure, ...]]:
    """Return what Great Expectations finds: critical failures, and warnings."""
    # Read at import: nothing may be sent anywhere.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with lean():
        from great_expectations.expectations.metadata_types import FailureSeverity

    failed: dict[FailureSeverity, list[Failure]] = {severity: [] for severity in FailureSeverity}
    results = _evaluate(suite, frame)
    if len(results) != len(suite.expectations):
        raise RuntimeError(f"{suite.name}: {len(results)} of {len(suite.expectations)} evaluated")
    for result in results:
        expectation = suite.expectations[result.expectation_config.meta["position"]]
        _refuse_broken(suite, expectation, result.exception_info)
        if not result.success:
            failure = _failure(expectation, result.result, suite.key, frame)
            # An enum, and compared as one: its text is not "critical".
            failed[FailureSeverity(result.expectation_config.severity)].append(failure)
    return tuple(failed[FailureSeverity.CRITICAL]), tuple(failed[FailureSeverity.WARNING])


def _evaluate(suite: Suite, frame: "pd.DataFrame") -> list[Any]:
    """Validate the frame; results come in the order of the suite."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.registry import get_expectation_impl

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    batch = (
        context.data_sources.add_pandas(suite.name)
        .add_dataframe_asset(suite.frame)
        .add_batch_definition_whole_dataframe(suite.frame)
        .get_batch({"dataframe": frame})
    )
    built = gx.ExpectationSuite(
        name=suite.name,
        expectations=[
            get_expectation_impl(expectation.type)(
                **expectation.kwargs,
                severity=FailureSeverity(expectation.severity),
                meta={"position": position},
            )
            for position, expectation in enumerate(suite.expectations)
        ],
    )
    shape = {"result_format": "COMPLETE", "unexpected_index_column_names": [suite.key]}
    outcome = batch.validate(built, result_format=shape)
    return sorted(outcome.results, key=lambda item: item.expectation_config.meta["position"])


def _refuse_broken(suite: Suite, expectation: Expectation, info: Mapping[str, Any]) -> None:
    """Raise for an expectation that raised; its record is flat, or one per metric."""
    records = [info] if "raised_exception" in info else list(info.values())
    for record in records:
        if record["raised_exception"]:
            column = expectation.kwargs.get("column", "")
            raise RuntimeError(
                f"the check {suite.name} is broken at {expectation.type} {column}:"
                f" {record['exception_message']}"
            )


def _failure(
    expectation: Expectation, result: Mapping[str, Any], key: str, frame: "pd.DataFrame"
) -> Failure:
    column = str(expectation.kwargs.get("column", ""))
    found = result.get("unexpected_index_list") or ()
    values = {str(row[key]): row.get(column) for row in found}
    about = expectation.about
    texts = dict(zip(frame[key].astype(str), frame[about], strict=True)) if about else {}
    return Failure(
        expectation=expectation.type,
        column=column,
        said=_sentence(expectation, values, texts, int(result.get("unexpected_count") or 0)),
        why=expectation.why,
        rows={row: _shown(value) for row, value in list(values.items())[:ROWS_SHOWN]},
    )


def _sentence(
    expectation: Expectation, values: Mapping[str, Any], about: Mapping[str, str], count: int
) -> str:
    """Fill in what a breach says; a sentence a row, for as many as are read."""
    says = expectation.says
    if "{row" not in says and "{value" not in says:
        return says.format(count=count)
    told = [
        says.format(row=row, value=value, about=about.get(row, "")) for row, value in values.items()
    ]
    more = [f"and {len(told) - ROWS_TOLD} more"] if len(told) > ROWS_TOLD else []
    return "; ".join([*told[:ROWS_TOLD], *more])


def _shown(value: Any) -> str:
    """Show a number; a text may hold what must not be shown."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:g}" if is_number and value == value else ""
