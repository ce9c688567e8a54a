"""Dagster's run history -> what ran, when, how it ended."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration import environment
from orchestration.event_log import EventLog
from orchestration.partitions import DAYS, TO
from orchestration.quality_rows import quality_rows
from warehouse.erasure.people import People, mentions
from warehouse.report.quality import QualityRow
from warehouse.settings import Settings

PARTITION = "dagster/partition"
# As a backfill from the UI says it.
RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"
PRUNED_AT_ONCE = 20
ENDED = [
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
]


@dataclass(frozen=True)
class PastRun:
    """A run as the history has it; ``seconds`` is None while it runs."""

    run_id: str
    state: str
    began: datetime | None
    seconds: int | None
    what: str


def recent_runs(settings: Settings, limit: int) -> list[PastRun]:
    """Return the newest runs, newest first."""
    environment.enter(settings)
    with dg.DagsterInstance.get() as instance:
        return [_past(record, settings) for record in instance.get_run_records(limit=limit)]


def last_checks(settings: Settings) -> list[QualityRow]:
    """Return the checks of the newest run that did not pass."""
    environment.enter(settings)
    with dg.DagsterInstance.get() as instance:
        for record in instance.get_run_records(limit=1):
            rows = quality_rows(instance, record.dagster_run.run_id)
            return [row for row in rows if not row.passed]
    return []


def forget_in_history(settings: Settings, people: People) -> int:
    """Delete the runs whose records show rows of these people; returns how many.

    A run keeps the first rows of what it built, for the catalogue. Its record is the smallest part
    of the history that can be deleted.
    """
    environment.enter(settings)
    ids = people.known | people.anonymous
    deleted = 0
    with dg.DagsterInstance.get() as instance:
        for record in instance.get_run_records():
            run_id = record.dagster_run.run_id
            shard = settings.dagster_home / "history" / "runs" / f"{run_id}.db"
            # What a running process has written last is still in SQLite's log beside the file.
            files = (shard, shard.with_name(f"{shard.name}-wal"))
            if any(file.is_file() and mentions(file.read_bytes(), ids) for file in files):
                instance.delete_run(run_id)
                deleted += 1
    return deleted


def prune_history(instance: dg.DagsterInstance, settings: Settings) -> int:
    """Remove runs that are older than ``keep_history_days``, their events and logs; return them.

    A few at a time, so that a history that was long before it had a limit delays no run. Which days
    were brought in stays, and with it the partitions that the catalogue shows as there.
    """
    before = datetime.now(UTC) - timedelta(days=settings.keep_history_days)
    records = instance.get_run_records(
        dg.RunsFilter(created_before=before, statuses=ENDED),
        limit=PRUNED_AT_ONCE,
        ascending=True,
    )
    for record in records:
        forget_run(instance, settings, record.dagster_run.run_id)
    return len(records)


def forget_run(
    instance: dg.DagsterInstance, settings: Settings, run_id: str, *, days_too: bool = False
) -> None:
    """Remove a run, what happened in it, and what its steps wrote; its days stay unless wanted."""
    log = instance.event_log_storage
    if isinstance(log, EventLog):
        log.forget_run(run_id, days_too=days_too)
        instance.run_storage.delete_run(run_id)
    else:
        instance.delete_run(run_id)
    shutil.rmtree(settings.dagster_home / "storage" / run_id, ignore_errors=True)


def days_said(run: dg.DagsterRun) -> str:
    """Return the load days of a run as it was asked for them; empty where it was not."""
    if DAYS in run.tags:
        return run.tags[DAYS].replace(TO, " to ")
    first = run.tags.get(RANGE_START) or run.tags.get(PARTITION, "")
    last = run.tags.get(RANGE_END, first)
    return first if first == last else f"{first} to {last}"


def _past(record: dg.RunRecord, settings: Settings) -> PastRun:
    run = record.dagster_run
    days = days_said(run)
    began = record.start_time
    ended = record.end_time
    return PastRun(
        run_id=run.run_id,
        state=run.status.value.lower(),
        began=datetime.fromtimestamp(began, ZoneInfo(settings.timezone)) if began else None,
        seconds=round(ended - began) if began and ended else None,
        what=f"{run.job_name} {days}".strip(),
    )
