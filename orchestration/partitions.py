"""Load days as Dagster partitions: one a day, from the first that landed."""

from collections.abc import Sequence
from datetime import date

import dagster as dg

from warehouse.landing.days import landed_days
from warehouse.settings import Settings

# Where nothing has landed yet, the calendar has to start somewhere.
EARLIEST = date(2024, 1, 1)

# A range of days is one run with one dbt invocation, never a run a day.
SINGLE_RUN = dg.BackfillPolicy.single_run()


def daily_partitions(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Return the load days of an installation, today included, on the clock of the business."""
    first = settings.first_day or min(landed_days(settings), default=EARLIEST)
    # In UTC, the day that begins in Shanghai would not exist until eight in the morning.
    return dg.DailyPartitionsDefinition(
        start_date=first.isoformat(), timezone=settings.timezone, end_offset=1
    )


def days_of(partition_keys: Sequence[str]) -> list[date]:
    """Return the load days of a run, oldest first."""
    return sorted(date.fromisoformat(key) for key in partition_keys)
