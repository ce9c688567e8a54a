"""Load days -> one run of the daily job in this process, told in plain words.

The run is in the history that `make dev` shows. Nothing here decides what is run: the job does.
"""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import dagster as dg
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from orchestration import environment
from orchestration.failures import Problem, problems_of, warnings_of
from orchestration.partitions import days_tag
from orchestration.run_log import Follower, run_log_path
from orchestration.telling import COMMAND_LINE, TOLD_BY, tell_of
from orchestration.telling import tell as tell_webhook
from warehouse.build.database import lock_holder, run_lock
from warehouse.settings import Settings

LOGGER = "userops"
# What `userops dev` serves: a run that comes from there is shown with the job, in the overview too.
SERVED_MODULE = "orchestration.definitions"
SERVED = RemoteRepositoryOrigin(
    ManagedGrpcPythonEnvCodeLocationOrigin(  # ty: ignore[abstract-class-instantiation]
        LoadableTargetOrigin(module_name=SERVED_MODULE), location_name=SERVED_MODULE
    ),
    "__repository__",
)
ACTIVE = [
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.CANCELING,
]
# A process may begin this much after its run did without being another one of the same number.
CLOCK_SLACK_SECONDS = 5.0


@dataclass(frozen=True)
class RunReport:
    """How a run ended; ``outputs`` is what each finished asset said about itself."""

    run_id: str
    first: date
    last: date
    success: bool
    seconds: float
    tables: int
    warnings: tuple[str, ...]
    problems: tuple[Problem, ...]
    outputs: Mapping[str, Mapping[str, Any]]
    log: Path


def run_days(
    settings: Settings,
    first: date,
    last: date,
    *,
    verbose: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> RunReport:
    """Run the daily job for the load days from ``first`` to ``last``, as one run.

    A failed run is a report, not an exception. Raises UserError for rules that cannot be used.
    """
    environment.enter(settings)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    run_id = str(uuid4())
    log = run_log_path(settings, run_id)
    follower = Follower(log, verbose=verbose)
    job = _job(settings, follower)
    follower.expect(_steps(job))
    started = time.monotonic()
    with dg.DagsterInstance.get() as instance:
        for dead in close_dead_runs(instance, settings):
            tell_of(settings, instance, dead, tell)
        if holder := lock_holder(settings):
            tell(f"waiting for {holder}")
        _let_belong(instance, job)
        with follower:
            result = job.execute_in_process(
                instance=instance,
                run_id=run_id,
                run_config={"loggers": {LOGGER: {}}},
                partition_key=last.isoformat(),
                tags={**days_tag(days), TOLD_BY: COMMAND_LINE},
                raise_on_error=False,
            )
    for text in follower.told:
        tell(text)
    report = _report(result, first, last, time.monotonic() - started, log)
    if not report.success:
        tell_webhook(settings, _span(first, last), report.problems, tell, run_id=run_id)
    return report


def _let_belong(instance: dg.DagsterInstance, job: dg.JobDefinition) -> None:
    """Let the runs that this process makes come from the job as it is served.

    Dagster's own runs in the process of their caller come from nowhere: of no job, in no overview.
    """
    origin = RemoteJobOrigin(SERVED, job.name)
    create = partial(instance.create_run_for_job, remote_job_origin=origin)
    vars(instance)["create_run_for_job"] = create


def _span(first: date, last: date) -> str:
    return f"{first}" if first == last else f"{first} to {last}"


def _job(settings: Settings, follower: Follower) -> dg.JobDefinition:
    from orchestration.definitions import build_definitions

    loggers = dg.Definitions(loggers={LOGGER: follower.logger()})
    definitions = dg.Definitions.merge(build_definitions(settings=settings), loggers)
    return definitions.resolve_job_def("daily")


def close_dead_runs(instance: dg.DagsterInstance, settings: Settings) -> list[str]:
    """Mark runs whose process is gone as failed, so that a crash needs nobody's hand.

    Done with the turn to write: no run that is working can be taken for a dead one. While another
    run has the turn, nothing is done.
    """
    records = instance.get_run_records(dg.RunsFilter(statuses=ACTIVE))
    if not records or lock_holder(settings):
        return []
    closed = []
    with run_lock(settings, "userops, tidying the run history"):
        for record in records:
            run = record.dagster_run
            process = _process_of(instance, run.run_id)
            if process and _is_alive(process, record.start_time or time.time()):
                continue  # it waits for the turn
            instance.report_run_failed(run, "its process ended without a word (killed, or a crash)")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            closed.append(run.run_id)
    return closed


def _process_of(instance: dg.DagsterInstance, run_id: str) -> int | None:
    records = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)
    for record in reversed(records.records):
        event = record.event_log_entry.dagster_event
        value = event.engine_event_data.metadata.get("pid") if event else None
        if value is not None and str(value.value).isdigit():
            return int(str(value.value))
    return None


def _is_alive(process: int, run_began: float) -> bool:
    """Tell whether a process lives and is not a younger one that was given the same number."""
    if process == os.getpid():
        return False  # its turn is ours: a run of an earlier life of this number
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        began = Path(f"/proc/{process}").stat().st_ctime
    except OSError:
        return True
    return began <= run_began + CLOCK_SLACK_SECONDS


def _steps(job: dg.JobDefinition) -> int:
    graph = job.asset_layer.asset_graph
    return len(job.asset_layer.selected_asset_keys) + len(graph.asset_check_keys)


def _report(
    result: dg.ExecuteInProcessResult, first: date, last: date, seconds: float, log: Path
) -> RunReport:
    outputs: dict[str, Mapping[str, Any]] = {}
    for event in result.all_events:
        if event.is_step_materialization and event.asset_key:
            metadata = event.step_materialization_data.materialization.metadata
            outputs[event.asset_key.to_user_string()] = {k: v.value for k, v in metadata.items()}
    return RunReport(
        run_id=result.run_id,
        first=first,
        last=last,
        success=result.success,
        seconds=seconds,
        tables=sum(key.split("/")[0] not in ("raw", "serving", "exports") for key in outputs),
        warnings=warnings_of(result.all_events),
        problems=() if result.success else problems_of(result.all_events, log),
        outputs=outputs,
        log=log,
    )
