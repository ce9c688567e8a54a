"""Raw -> staging -> intermediate -> marts: the dbt project, one asset per node, one dbt run."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets

from orchestration.dbt_project import Project
from orchestration.dbt_run import build
from orchestration.defs.landing import POOL
from orchestration.partitions import SINGLE_RUN
from orchestration.resources import Installation
from warehouse.lake.loads import admitted


def build_defs(*, project: Project, partitions: dg.PartitionsDefinition) -> dg.Definitions:
    """Return the models, seeds and tests of the project as assets and asset checks."""

    @dbt_assets(
        manifest=project.nodes,
        project=project.for_dagster,
        name="dbt_models",
        pool=POOL,
        partitions_def=partitions,
        backfill_policy=SINGLE_RUN,
    )
    def dbt_models(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
    ) -> Iterator[Any]:
        """Bring every model up to what the lake holds, and test it.

        Only the lake has partitions: a load day changes the event days its lines happened on, and
        the models find those by themselves. The as-of date is the newest admitted load day, so an
        old day run again restates facts and never turns snapshots back.
        """
        settings = installation.settings
        yield from build(context, settings, project, max(admitted(settings)))

    return dg.Definitions(assets=[dbt_models])
