"""Load days as Dagster partitions: one a day, from the first that landed.

All assets have them, for Dagster puts into one run only what has the same partitions: a partition
of the lake is what arrived that day, one of a table or list is that it was brought up to that day.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import dagster as dg

from warehouse.landing.days import landed_days
from warehouse.settings import Settings
from warehouse.upkeep.status import freshness

# Where nothing has landed yet, the calendar has to start somewhere.
EARLIEST = date(2024, 1, 1)

# A range of days is one run with one dbt invocation, never a run a day.
SINGLE_RUN = dg.BackfillPolicy.single_run()

# Which load days a run takes in, where they are more than its partition: the newest of them. As a
# range of Dagster's, each of its days would be written down for each of a hundred tables.
DAYS = "userops/days"
TO = ".."


def daily_partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Return the load days of an installation, today included, on the clock of the business."""
    first = settings.first_day or min(landed_days(settings), default=EARLIEST)
    # In UTC, the day that begins in Shanghai would not exist until eight in the morning.
    return dg.DailyPartitionsDefinition(
        start_date=first.isoformat(), timezone=settings.timezone, end_offset=1
    )


def days_tag(days: Iterable[date]) -> dict[str, str]:
    """Name the days of a run, as ranges: `2026-03-01..2026-03-04, 2026-03-09`; one needs no tag."""
    ranges: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if ranges and day == ranges[-1][1] + timedelta(days=1):
            ranges[-1] = (ranges[-1][0], day)
        else:
            ranges.append((day, day))
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return {}
    texts = (f"{first}" if first == last else f"{first}{TO}{last}" for first, last in ranges)
    return {DAYS: ", ".join(texts)}


def tagged_days(text: str) -> list[date]:
    """Return the days that `days_tag` named."""
    days: list[date] = []
    for span in text.split(", "):
        first, last = (date.fromisoformat(end) for end in (span.split(TO) * 2)[:2])
        days += [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return days


def partitions_of(context: dg.AssetExecutionContext) -> list[date]:
    """Return the days that Dagster itself writes down for a run; none where none was chosen."""
    chosen = context.has_partition_key or context.has_partition_key_range
    return sorted(map(date.fromisoformat, context.partition_keys)) if chosen else []


def days_of(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext, settings: Settings
) -> list[date]:
    """Return the load days of a run, oldest first.

    A run that names none takes what `userops run` would: what waits, else the newest day again.
    """
    tags = context.run.tags
    if DAYS in tags:
        return tagged_days(tags[DAYS])
    if context.has_partition_key or context.has_partition_key_range:
        return sorted(map(date.fromisoformat, context.partition_keys))
    found = freshness(settings)
    return list(found.waiting or found.landed[-1:])
