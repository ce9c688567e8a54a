"""Marts -> serving and exports: what people and BI tools get, whole or not at all."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.dbt_project import Project
from orchestration.defs.landing import POOL, RETRY
from orchestration.partitions import SINGLE_RUN
from orchestration.quality_rows import quality_rows
from orchestration.resources import Installation
from orchestration.telling import tell_of_alerts
from warehouse.build.checked import vouch
from warehouse.exports.folder import ExportReport
from warehouse.exports.kpi import export_kpi
from warehouse.exports.recall import export_recall
from warehouse.lake.loads import admitted
from warehouse.serving.marts import SCHEMA as MARTS
from warehouse.serving.publish import publish
from warehouse.serving.restatements import record_restatements
from warehouse.settings import Settings

OWNERS = ["team:user-operations"]


def build_defs(*, project: Project, partitions: dg.PartitionsDefinition) -> dg.Definitions:
    """Return the published warehouse and the exports.

    What they wait for is read from dbt's graph: every mart, and what the exposures depend on.
    """
    common: dict[str, Any] = {
        "owners": OWNERS,
        "retry_policy": RETRY,
        "pool": POOL,
        "partitions_def": partitions,
        "backfill_policy": SINGLE_RUN,
    }

    @dg.asset(
        key=["serving", "warehouse"],
        deps=project.assets_in(MARTS),
        group_name="serving",
        kinds={"duckdb", "parquet"},
        # A team that looks at nine in the morning must not look at the day before yesterday.
        freshness_policy=dg.FreshnessPolicy.time_window(
            fail_window=timedelta(hours=36), warn_window=timedelta(hours=30)
        ),
        **common,
    )
    def publish_warehouse(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
    ) -> dg.MaterializeResult:
        """The marts as BI tools read them: a new file under one link, never half of one."""
        settings = installation.settings
        restated = record_restatements(settings, as_of_date=_as_of(settings), rules=project.rules)
        done = publish(
            settings,
            as_of_date=_as_of(settings),
            run_id=context.run_id,
            meanings=project.meanings_in(MARTS),
        )
        vouch(settings)
        # Whoever started the run: an alert is told of as soon as readers can look at it.
        tell_of_alerts(settings, context.log.warning)
        return dg.MaterializeResult(
            metadata={
                "revision": done.revision,
                "changed": done.changed,
                "path": dg.MetadataValue.path(str(done.path)),
                "rows": done.tables,
                "restated KPI values": restated,
            }
        )

    published = dg.AssetKey(["serving", "warehouse"])

    @dg.asset(
        key=["exports", "recall"],
        deps=[published, *project.assets_of("recall_lists")],
        group_name="exports",
        kinds={"csv"},
        **common,
    )
    def export_recall_lists(installation: dg.ResourceParam[Installation]) -> dg.MaterializeResult:
        """Today's contact lists, one file a channel, and who was left out, and why.

        A list once exported is a decision: it is never rewritten, but that who may not be contacted
        any more is taken out of it and of those of the days before, and named in `withdrawn.csv`.
        """
        settings = installation.settings
        return _exported(export_recall(settings, as_of_date=_as_of(settings)))

    @dg.asset(
        key=["exports", "kpi"],
        deps=[published, *project.assets_of("kpi_snapshot")],
        group_name="exports",
        kinds={"csv"},
        **common,
    )
    def export_kpi_snapshot(installation: dg.ResourceParam[Installation]) -> dg.MaterializeResult:
        """The KPIs of the day as CSV, JSON and Parquet."""
        settings = installation.settings
        return _exported(export_kpi(settings, as_of_date=_as_of(settings)))

    @dg.asset(
        key=["exports", "report"],
        deps=[published, *project.assets_of("daily_report")],
        group_name="exports",
        kinds={"html"},
        **common,
    )
    def build_daily_report(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
    ) -> dg.MaterializeResult:
        """The page of the day and that of the last complete week: who, what, why, and how sure."""
        # Read late: only a run that writes the page needs it.
        from warehouse.report.page import build_report

        settings = installation.settings
        quality = quality_rows(context.instance, context.run_id)
        path = build_report(settings, as_of_date=_as_of(settings), quality=quality)
        return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(str(path))})

    return dg.Definitions(
        assets=[publish_warehouse, export_recall_lists, export_kpi_snapshot, build_daily_report]
    )


def _as_of(settings: Settings) -> date:
    return max(admitted(settings))


def _exported(report: ExportReport) -> dg.MaterializeResult:
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(str(Path(report.folder))),
            "rows": report.rows,
            "changed": report.changed,
            "kept": report.kept,
            "withdrawn": report.withdrawn,
        }
    )
