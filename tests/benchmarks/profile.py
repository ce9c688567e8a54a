"""One real run -> where its time went: steps of Dagster, nodes of dbt, and SQL itself."""

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import dagster as dg
from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper

from orchestration import dbt_run
from orchestration.runs import RunReport, run_days
from tests.benchmarks.installation import node_of
from warehouse.settings import Settings


def profiled_run(settings: Settings, days: list[date]) -> dict[str, Any]:
    """Run the daily job for the days and say what each part of it took, in seconds.

    ``sql`` is the time in which at least one query of dbt ran. Raises RuntimeError if it fails.
    """
    nodes: list[dict[str, Any]] = []
    with _heard_nodes(nodes), _watched_queries() as queries:
        report = run_days(settings, days[0], days[-1])
    if not report.success:
        raise RuntimeError("\n".join(problem.what for problem in report.problems))
    return {
        "run": report.seconds,
        "dagster_steps": _steps(report),
        "nodes": nodes,
        "sql": _covered(queries),
    }


@contextmanager
def _heard_nodes(nodes: list[dict[str, Any]]) -> Generator[None]:
    stream = dbt_run.stream

    def heard(*arguments: Any) -> Iterator[dict[str, Any]]:
        for event in stream(*arguments):
            nodes.append(node_of(event))
            yield event

    dbt_run.stream = heard
    try:
        yield
    finally:
        dbt_run.stream = stream


@contextmanager
def _watched_queries() -> Generator[list[tuple[float, float]]]:
    """Note from when to when each query of dbt ran."""
    execute = DuckDBCursorWrapper.execute
    queries: list[tuple[float, float]] = []

    def watched(self: DuckDBCursorWrapper, *arguments: Any, **options: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(self, *arguments, **options)
        finally:
            queries.append((began, time.perf_counter()))

    DuckDBCursorWrapper.execute = watched
    try:
        yield queries
    finally:
        DuckDBCursorWrapper.execute = execute


def _covered(spans: list[tuple[float, float]]) -> float:
    covered = until = 0.0
    for begin, end in sorted(spans):
        covered += max(0.0, end - max(begin, until))
        until = max(until, end)
    return covered


def _steps(report: RunReport) -> dict[str, float]:
    with dg.DagsterInstance.get() as instance:
        return {
            step.step_key: (step.end_time or 0) - (step.start_time or 0)
            for step in instance.get_run_step_stats(report.run_id)
        }
