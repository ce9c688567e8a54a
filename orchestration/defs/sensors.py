"""What starts a run by itself, and what speaks up when one fails."""

import hashlib
import json
import time
import urllib.request
from datetime import date

import dagster as dg

from orchestration.partitions import daily_partitions
from warehouse.feeds import FEEDS
from warehouse.lake.loads import admitted
from warehouse.landing.days import is_ready, landed_days, landed_entries
from warehouse.settings import Settings

WEBHOOK_SECONDS = 10


def build_defs(*, settings: Settings) -> dg.Definitions:
    """Return the landing sensor and the run-failure sensor."""
    return dg.Definitions(sensors=[_landing_sensor(settings), _failure_sensor(settings)])


def _landing_sensor(settings: Settings) -> dg.SensorDefinition:
    partitions = daily_partitions(settings)

    @dg.sensor(
        name="landed_day",
        job_name="daily",
        minimum_interval_seconds=60,
        description="Starts a run when a day's landing has a `_SUCCESS` file or has been quiet"
        f" for {settings.quiet_minutes} minutes, and again when its files change.",
    )
    def landed_day(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        seen: dict[str, str] = json.loads(context.cursor or "{}")
        known = {day.isoformat() for day in admitted(settings)} if not seen else set()
        requests = []
        for day in landed_days(settings):
            key = day.isoformat()
            # One day that the job does not know (not begun yet) would fail the tick of all others.
            if not partitions.has_partition_key(key):
                continue
            state = _state(settings, day)
            if seen.get(key) == state or not _is_whole(settings, day):
                continue
            seen[key] = state
            # On the first look, days that are in the warehouse already are not run again.
            if key not in known:
                requests.append(dg.RunRequest(run_key=f"{key}:{state}", partition_key=key))
        return dg.SensorResult(run_requests=requests, cursor=json.dumps(seen))

    return landed_day


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
        description="Writes every failed run to the log and posts it to `webhook_url`, if set.",
    )
    def run_failed(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        text = (
            f"userops: run {run.run_id} of {run.job_name} failed: {context.failure_event.message}"
        )
        context.log.error(text)
        if settings.webhook_url:
            post(settings.webhook_url, text)

    return run_failed


def post(url: str, text: str) -> None:
    """Post a text as JSON to a web address, as chat systems take it."""
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"webhook_url must be a web address, not {url!r}")
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        url,
        data=json.dumps({"text": text}).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=WEBHOOK_SECONDS).close()  # noqa: S310
