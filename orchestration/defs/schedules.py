"""Jobs and when they run: every morning the whole journey, every Monday the weekly tables."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from warehouse.lake.loads import admitted
from warehouse.landing.days import landed_days
from warehouse.settings import Settings

MORNING = "0 5 * * *"
MONDAY_MORNING = "30 5 * * 1"
WEEKLY = ["marts/tier_migration", "exports/report"]


def build_defs(*, settings: Settings) -> dg.Definitions:
    """Return the two jobs and their schedules, on the clock of the business."""
    daily = dg.define_asset_job(
        "daily",
        selection=dg.AssetSelection.all() - dg.AssetSelection.groups("landing"),
        description="The whole journey for one load day, or a range of them in one run.",
    )
    weekly = dg.define_asset_job(
        "weekly",
        selection=dg.AssetSelection.assets(*WEEKLY),
        description="Tier migration and the report of the week, on Monday.",
    )

    @dg.schedule(
        job=daily,
        cron_schedule=MORNING,
        execution_timezone=settings.timezone,
        description="The load day that has just ended.",
    )
    def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        now = context.scheduled_execution_time.astimezone(ZoneInfo(settings.timezone))
        day = now.date() - timedelta(days=1)
        if day not in landed_days(settings):
            return dg.SkipReason(f"nothing has landed for {day}; the sensor runs it when it does")
        return dg.RunRequest(run_key=day.isoformat(), partition_key=day.isoformat())

    @dg.schedule(
        job=weekly,
        cron_schedule=MONDAY_MORNING,
        execution_timezone=settings.timezone,
        description="The weekly tables, as of the newest day in the warehouse.",
    )
    def every_monday() -> dg.RunRequest | dg.SkipReason:
        days = admitted(settings)
        if not days:
            return dg.SkipReason("nothing is in the warehouse yet")
        return dg.RunRequest(partition_key=max(days).isoformat())

    return dg.Definitions(jobs=[daily, weekly], schedules=[every_morning, every_monday])
