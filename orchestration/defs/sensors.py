"""What starts a run by itself, and what speaks up when one fails."""

import hashlib
import json
import time
from collections.abc import Mapping
from datetime import date

import dagster as dg

from orchestration.partitions import daily_partitions, days_tag
from orchestration.telling import tell_of
from warehouse.feeds import FEEDS
from warehouse.lake.late import not_loaded
from warehouse.landing.days import is_ready, landed_days, landed_entries
from warehouse.settings import Settings


def build_defs(*, settings: Settings) -> dg.Definitions:
    """Return the landing sensor and the run-failure sensor."""
    return dg.Definitions(sensors=[_landing_sensor(settings), _failure_sensor(settings)])


def _landing_sensor(settings: Settings) -> dg.SensorDefinition:
    partitions = daily_partitions(settings)

    @dg.sensor(
        name="landed_day",
        job_name="daily",
        minimum_interval_seconds=60,
        description="Starts one run for all days whose landing has a `_SUCCESS` file or has been"
        f" quiet for {settings.quiet_minutes} minutes, and again when files of a day change.",
    )
    def landed_day(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        looked = json.loads(context.cursor or "{}")
        seen: dict[str, str] = looked.get("days", {})
        # With nothing remembered, only what the ledger does not have is new.
        new = not_loaded(settings) if not seen else None
        days = []
        for day in landed_days(settings):
            key = day.isoformat()
            # One day that the job does not know (not begun yet) would fail the tick of all others.
            if not partitions.has_partition_key(key):
                continue
            state = _state(settings, day)
            if seen.get(key) == state or not _is_whole(settings, day):
                continue
            seen[key] = state
            if new is None or day in new:
                days.append(day)
        count = looked.get("runs", 0) + bool(days)
        requests = [_one_run(days, seen, count)] if days else []
        cursor = json.dumps({"days": seen, "runs": count})
        return dg.SensorResult(run_requests=requests, cursor=cursor)

    return landed_day


def _one_run(days: list[date], seen: Mapping[str, str], count: int) -> dg.RunRequest:
    """Ask for all days that wait as one run, however far apart.

    The key is the same when a tick that was cut off comes again, and another one for files that
    are again what they once were.
    """
    states = "".join(seen[day.isoformat()] for day in days)
    key = hashlib.sha256(states.encode()).hexdigest()[:16]
    return dg.RunRequest(
        run_key=f"{count}:{max(days)}:{key}",
        partition_key=max(days).isoformat(),
        tags=days_tag(days),
    )


def _is_whole(settings: Settings, day: date) -> bool:
    """Tell whether all that lands for a day has; of what need not land every day, nothing may."""
    now = time.time()
    return all(
        is_ready(settings, day, now, feed.name)
        for feed in FEEDS.values()
        if feed.every_day or landed_entries(settings, day, feed.name)
    )


def _state(settings: Settings, day: date) -> str:
    """Tell the files of a day apart from what they were: names, sizes and times."""
    found = [entry for feed in FEEDS for entry in landed_entries(settings, day, feed)]
    text = "|".join(f"{entry.path.name}:{entry.size}:{entry.version}" for entry in found)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _failure_sensor(settings: Settings) -> dg.SensorDefinition:
    @dg.run_failure_sensor(
        name="run_failed",
        default_status=dg.DefaultSensorStatus.RUNNING,
        # Those of the command line too, which were not sent by this code location.
        monitor_all_code_locations=True,
        description="Tells `webhook_url`, if set, of every failed run: which days, why, the cure.",
    )
    def run_failed(context: dg.RunFailureSensorContext) -> None:
        tell_of(settings, context.instance, context.dagster_run.run_id, context.log.warning)

    return run_failed
