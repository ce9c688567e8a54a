"""Dagster's run history -> what ran, when, how it ended."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration import environment
from orchestration.event_log import BUSY_SECONDS, EventLog
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
    of the history that can be deleted. What was deleted is then written over, here and in logs.
    """
    environment.enter(settings)
    history = settings.dagster_home / "history"
    deleted = 0
    with dg.DagsterInstance.get() as instance:
        for record in instance.get_run_records():
            run_id = record.dagster_run.run_id
            files = [history / "runs" / f"{run_id}.db"]
            files += _files_below(settings.dagster_home / "storage" / run_id)
            if any(_shows(file, people) for file in files):
                forget_run(instance, settings, run_id, days_too=True)
                deleted += 1
    for folder in (settings.build_dir / "logs", settings.dagster_home / "storage"):
        for file in _files_below(folder):
            if mentions(file.read_bytes(), people.ids):
                file.unlink()
    # The catalogue's last word on an asset stands in the index, and deleted rows in free pages.
    for file in [*history.rglob("*.db"), *settings.dagster_home.glob("schedules/*.db")]:
        with closing(sqlite3.connect(file, timeout=BUSY_SECONDS)) as connection:
            connection.execute("pragma wal_checkpoint(truncate)")
            connection.execute("vacuum")
            connection.execute("pragma wal_checkpoint(truncate)")
    return deleted


def _files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _shows(file: Path, people: People) -> bool:
    """Tell whether a file of the history names one of these people."""
    if not file.is_file():
        return False
    if file.suffix != ".db":
        return mentions(file.read_bytes(), people.ids)
    # Read as what it is: on its pages a text may lie in pieces.
    with closing(sqlite3.connect(file, timeout=BUSY_SECONDS)) as connection:
        texts = connection.execute("select event from event_logs").fetchall()
    return any(mentions(text.encode(), people.ids) for (text,) in texts)


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
