"""Jobs and when they run: every morning the whole journey, every Monday the weekly tables."""

import dagster as dg

from warehouse.settings import Settings

DAILY_HOUR = 5
WEEKLY = ["marts/tier_migration", "exports/report"]


def build_defs(*, settings: Settings) -> dg.Definitions:
    """Return the two jobs and their schedules, on the clock of the business."""
    daily_job = dg.define_asset_job(
        "daily",
        selection=dg.AssetSelection.all() - dg.AssetSelection.groups("landing"),
        description="The whole journey for one load day, or a range of them in one run.",
    )
    weekly_job = dg.define_asset_job(
        "weekly",
        selection=dg.AssetSelection.assets(*WEEKLY),
        description="Tier migration and the report of the week, on Monday.",
    )
    daily = dg.build_schedule_from_partitioned_job(
        daily_job, name="every_morning", hour_of_day=DAILY_HOUR
    )
    weekly = dg.ScheduleDefinition(
        name="every_monday",
        job=weekly_job,
        cron_schedule=f"30 {DAILY_HOUR} * * 1",
        execution_timezone=settings.timezone,
    )
    return dg.Definitions(jobs=[daily_job, weekly_job], schedules=[daily, weekly])
