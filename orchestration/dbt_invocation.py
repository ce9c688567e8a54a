"""dbt in this process: what it is asked, what it answers; no child process.

`DbtCliResource` starts dbt twice and lets it ask the network for its newest version.
"""

import json
import queue
import threading
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from orchestration.data_tests import Verdicts, is_saying
from orchestration.dbt_project import Project, dbt_arguments
from warehouse.build.offsets import utc_offsets
from warehouse.build.valuation import standing_days
from warehouse.judging.currencies import minor_unit
from warehouse.masking import masked
from warehouse.settings import Settings

# Clocks of senders run ahead by days at most; no event of a later day is let in.
FUTURE_DAYS = 400
RESULTS = frozenset({"LogSeedResult", "LogModelResult", "LogSnapshotResult", "LogTestResult"})


def build_arguments(
    project: Project,
    settings: Settings,
    as_of_date: date,
    *,
    skipped: tuple[str, ...] = (),
    selection: Sequence[str] = (),
    is_known: bool = False,
    half: str | None = None,
) -> list[str]:
    """Return the arguments of `dbt build`, without unit tests (they need no data) and `skipped`.

    ``selection`` names nodes, tests among them; without one, all are built, and on DuckDB the
    models run their own tests. ``is_known``: this project, file by file, has built these tables
    before; what no day changes is then left as it stands. ``half``: what comes before the buyers
    are valued, or after it; both make a whole run.
    """
    tests = (
        {} if selection or "test" in skipped else project.data_tests(seeds="seed" not in skipped)
    )
    standing = project.standing if is_known and "seed" in skipped and not selection else {}
    excluded = {**standing, **(project.valued if half == "before" else {})}
    built = set(standing)
    if half == "after":
        built |= project.built(("seed", "test")) - project.valued.keys()
    variables = {
        "as_of_date": as_of_date.isoformat(),
        "timezone": settings.timezone,
        "utc_offsets": utc_offsets(settings.timezone, as_of_date + timedelta(days=FUTURE_DAYS)),
        "currency": settings.currency,
        "phone_country": settings.phone_country,
        "currency_places": minor_unit(settings.currency),
        "lake": str(settings.lake_root).rstrip("/"),
        "funnel_steps": project.funnel_steps,
        "columns_are_known": is_known,
        "standing": sorted(built),
        "clv_standing": [day.isoformat() for day in standing_days(settings)] if half else [],
        "data_tests": tests,
    }
    carried = {test["unique_id"] for of_model in tests.values() for test in of_model}
    wanted = project.valued.keys() if half == "after" else project.built(skipped)
    names = selection or [project.chosen(wanted - excluded.keys() - carried)]
    return [
        *("build", *dbt_arguments(project, settings), "--no-write-json"),
        *("--vars", json.dumps(variables)),
        *("--exclude-resource-types", "unit_test", *skipped),
        *("--indirect-selection", "empty", "--select", *sorted(names)),
    ]


class Outcome:
    """How an invocation ended: filled by the thread that runs dbt."""

    def __init__(self) -> None:
        self.success = False
        self.exception: BaseException | None = None
        self.failures: list[str] = []
        # Whether anything but a test failed.
        self.is_broken = False

    def message(self) -> str:
        """Say which nodes failed and how."""
        if self.failures:
            return masked("dbt failed:\n" + "\n".join(f"  {line}" for line in self.failures))
        return masked(f"dbt failed: {self.exception}")


def stream(project: Project, arguments: list[str], outcome: Outcome) -> Iterator[dict[str, Any]]:
    """Run dbt in this process and yield its result events as they come."""
    from dbt.cli.main import dbtRunner
    from google.protobuf.json_format import MessageToDict

    events: queue.Queue[dict[str, Any] | None] = queue.Queue()
    verdicts = Verdicts(project.nodes)

    def on_event(event: Any) -> None:
        if event.info.name in RESULTS or is_saying(event):
            told = MessageToDict(event, preserving_proto_field_name=True)
            for item in verdicts.hear(told):
                events.put(item)

    def invoke() -> None:
        try:
            runner = dbtRunner(manifest=project.manifest, callbacks=[on_event])
            result = runner.invoke(arguments)
            outcome.success, outcome.exception = result.success, result.exception
            outcome.is_broken = result.exception is not None
            for item in getattr(result.result, "results", ()):
                if item.status in ("error", "fail"):
                    reason = f"{item.node.name}: {(item.message or '').strip()}"
                    found = verdicts.failures_of(item.node.unique_id)
                    outcome.failures += found or [reason]
                    outcome.is_broken |= item.status == "error" and not found
        finally:
            events.put(None)

    thread = threading.Thread(target=invoke, name="dbt", daemon=True)
    thread.start()
    try:
        while (event := events.get()) is not None:
            yield event
    finally:
        thread.join()
        project.engine.release()
