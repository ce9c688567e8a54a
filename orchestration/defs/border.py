"""Great Expectations at the two borders: one blocking check per suite, for the days of the run."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import dagster as dg

from orchestration.defs.landing import days_in_question
from orchestration.failures import CURE, ROWS
from orchestration.partitions import days_of
from orchestration.resources import Installation
from quality.suite import Suite, Verdict, load_suites, run_suite
from warehouse.feeds import FEEDS
from warehouse.gates import profiles
from warehouse.lake.layout import load_days
from warehouse.lake.loads import admitted
from warehouse.masking import masked
from warehouse.rules.effective import values_in_effect
from warehouse.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

# The stages that have partitions: a suite there judges the load days of the run.
BY_DAY = "raw/"


def build_defs(*, partitions: dg.PartitionsDefinition) -> dg.Definitions:
    """Return one check per suite file."""
    return dg.Definitions(
        asset_checks=[_check(suite, partitions=partitions) for suite in load_suites()]
    )


def _check(suite: Suite, *, partitions: dg.PartitionsDefinition) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=dg.AssetKey.from_user_string(suite.asset),
        name=f"gx_{suite.name}",
        description=f"Great Expectations, quality/suites/{suite.name}.yml: what fails critically"
        " stops everything downstream; warnings are recorded.",
        blocking=True,
        partitions_def=partitions if suite.asset.startswith(BY_DAY) else None,
    )
    def gx_check(
        context: dg.AssetCheckExecutionContext, installation: dg.ResourceParam[Installation]
    ) -> dg.AssetCheckResult:
        frame = _frame(suite, context, installation.settings)
        if frame is None:
            return dg.AssetCheckResult(passed=True, metadata={"evaluated": 0})
        rules = partial(values_in_effect, installation.settings)
        return _result(suite, run_suite(suite.with_rules(rules), frame))

    return gx_check


def _frame(
    suite: Suite, context: dg.AssetCheckExecutionContext, settings: Settings
) -> "pd.DataFrame | None":
    """Measure what the suite judges: the days of the run, or the marts as they now stand.

    None where nothing is to be judged: the run has no day of a feed that need not land every day.
    """
    measure: Callable[..., pd.DataFrame] = getattr(profiles, suite.frame)
    if suite.asset.startswith(BY_DAY):
        feed = FEEDS[suite.asset.removeprefix(BY_DAY)]
        landed = set(load_days(settings, feed.name))
        asked = days_in_question(settings, days_of(context, settings), feed)
        days = [day for day in asked if day in landed]
        return measure(settings, days, feed.name) if days or feed.every_day else None
    return measure(settings, max(admitted(settings)))


def _result(suite: Suite, verdict: Verdict) -> dg.AssetCheckResult:
    """Say a verdict as people read it: sentences, then the rows as a table, then what to do."""
    said = {failure.said for failure in verdict.critical}
    failures = [*verdict.critical, *(each for each in verdict.warnings if each.said not in said)]
    metadata: dict[str, Any] = {"evaluated": verdict.evaluated}
    if failures:
        metadata[ROWS] = dg.MetadataValue.table(_records(verdict, suite.key), _columns(suite.key))
    if verdict.critical:
        metadata[CURE] = suite.cure
    # Only an ERROR blocks: a warning must never be reported as one, nor the other way round.
    severity = dg.AssetCheckSeverity.ERROR if verdict.critical else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        passed=not failures,
        severity=severity,
        description=masked("\n".join(map(str, failures))) or None,
        metadata=metadata,
    )


def _records(verdict: Verdict, key: str) -> list[dg.TableRecord]:
    """Return a record for each row that failed; a failure of the whole has one without a row."""
    return [
        dg.TableRecord(
            {
                "severity": severity,
                key: masked(row),
                "found": masked(value),
                "what": masked(failure.said),
            }
        )
        for severity, failures in (("critical", verdict.critical), ("warning", verdict.warnings))
        for failure in failures
        for row, value in (failure.rows or {"": ""}).items()
    ]


def _columns(key: str) -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(name) for name in ("severity", key, "found", "what")])
