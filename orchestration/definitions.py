"""The code location: every stage of the journey, wired to one installation."""

import warnings

import dagster as dg
from dagster_shared.utils.warnings import BetaWarning, PreviewWarning

from orchestration import environment
from orchestration.dbt_project import project_of
from orchestration.defs import border, landing, models, outgoing, schedules, sensors
from orchestration.partitions import daily_partitions
from orchestration.resources import installation_resource
from warehouse.settings import Settings


def build_definitions(*, settings: Settings) -> dg.Definitions:
    """Assemble the pipeline for an installation; tests pass their own.

    Raises UserError for settings or rules that cannot be used.
    """
    environment.enter(settings)
    # That backfill policies are beta is for those who choose them, not for each who starts the UI.
    for category in (BetaWarning, PreviewWarning):
        warnings.simplefilter("ignore", category)
    partitions = daily_partitions(settings)
    project = project_of(settings)
    return dg.Definitions.merge(
        landing.build_defs(partitions=partitions),
        border.build_defs(partitions=partitions),
        models.build_defs(project=project, partitions=partitions),
        outgoing.build_defs(project=project, partitions=partitions),
        schedules.build_defs(settings=settings),
        sensors.build_defs(settings=settings),
        dg.Definitions(
            resources={"installation": installation_resource(settings)},
            # DuckDB has one writing process: a run takes its steps one after another, in its own.
            executor=dg.in_process_executor,
        ),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Load the pipeline of the installation that the environment names."""
    return build_definitions(settings=environment.settings())
