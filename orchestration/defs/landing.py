"""Landing -> raw: what arrived becomes the lake, and what passes the border may go on."""

from datetime import date
from typing import Any

import dagster as dg

from orchestration.partitions import SINGLE_RUN, days_of, partitions_of
from orchestration.resources import Installation
from orchestration.run_log import MENDED, UNREAD
from warehouse.errors import UserError
from warehouse.exports.listed import bring_in_line
from warehouse.feeds import EVENTS, FEEDS, Feed
from warehouse.lake.admission import admit
from warehouse.lake.damage import displaced, mend
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import name_of
from warehouse.lake.loads import admitted, waiting
from warehouse.lake.outcome import IngestReport
from warehouse.lake.rereading import days_to_read_again, note_read
from warehouse.landing.days import landed_days, unread, where_files_of
from warehouse.serving.publish import fall_back
from warehouse.settings import Settings

OWNERS = ["team:data-platform"]
POOL = "build"

# No edge from the export: what is listed today is read by the lists of later days only.
LISTED = dg.AssetSpec(
    key=["raw", "listed"],
    group_name="raw",
    kinds={"parquet"},
    owners=OWNERS,
    description="One row per user on an exported recall list, without a contact. Brought in line"
    " with the export folders by the first step of a run.",
)

# No edge from what is published: what a run restates is known after its models are built.
RESTATED = dg.AssetSpec(
    key=["raw", "kpi_restatements"],
    group_name="raw",
    kinds={"parquet"},
    owners=OWNERS,
    description="One row per published KPI value that a run changed. Written before it publishes.",
)

# Written by the step that builds the models, halfway (orchestration/dbt_run.py): a step of its own
# would part every run in three, also where nothing can be fitted.
VALUED = [
    dg.AssetSpec(
        key=["raw", name],
        group_name="raw",
        kinds={"parquet", "scipy"},
        owners=OWNERS,
        deps=[dg.AssetKey(["intermediate", "int_clv_inputs"])],
        description=description,
    )
    for name, description in (
        (
            "clv_fits",
            "BG/NBD and Gamma-Gamma fitted to all buyers, as of each Sunday and the newest day; how"
            " good the newest fit is stands in the metadata.",
        ),
        ("clv_predictions", "What each buyer is expected to order and spend, by these fits."),
    )
]

# Only what may pass by itself is tried again: a full disk for a moment, a share that came back.
RETRY = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL)


def build_defs(*, partitions: dg.PartitionsDefinition) -> dg.Definitions:
    """Return, of each feed, the landing source, the lake and the list of admitted days."""
    of_feeds = (_assets(feed, partitions=partitions) for feed in FEEDS.values())
    return dg.Definitions(
        assets=[*(asset for assets in of_feeds for asset in assets), LISTED, RESTATED, *VALUED]
    )


def _assets(feed: Feed, *, partitions: dg.PartitionsDefinition) -> list[Any]:
    landing = dg.AssetSpec(
        key=["landing", feed.name],
        group_name="landing",
        kinds={"file"},
        owners=OWNERS,
        description=_what_lands(feed),
        partitions_def=partitions,
    )

    ledger = dg.AssetSpec(
        key=["raw", "load_ledger" if feed.name == EVENTS else name_of(feed.name, "ledger")],
        group_name="raw",
        kinds={"parquet"},
        owners=OWNERS,
        deps=[landing],
        partitions_def=partitions,
        description="One row per landed file: lines = parsed + quarantined + blank +"
        " left_out + erased. Written by"
        f" the ingest, beside the {feed.name}.",
    )

    @dg.asset(
        key=["raw", feed.name],
        deps=[landing],
        group_name="raw",
        kinds={"parquet"},
        owners=OWNERS,
        partitions_def=partitions,
        backfill_policy=SINGLE_RUN,
        retry_policy=RETRY,
        pool=POOL,
    )
    def ingest(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
    ) -> dg.MaterializeResult:
        """Every accepted line, typed, with the file and line it came from.

        One Parquet file a load day, replaced whole; the same content again changes nothing.
        """
        settings = installation.settings
        try:
            _refuse_or_tell(context, settings, feed)
            wanted = days_of(context, settings)
            days = _landed(settings, wanted, feed)
            told = mend(settings, feed.name, days, turn=max(wanted, default=date.min))
            if feed.every_day:
                told.append(fall_back(settings))
            for text in filter(None, told):
                context.log.warning(f"{MENDED}{text}")
            report = ingest_days(settings, days, feed.name)
            if feed.every_day:
                bring_in_line(settings)
        except UserError as error:
            # A person has to mend it: trying again would only delay the message.
            raise dg.Failure(str(error), allow_retries=False) from error
        _say_by_day(context, report, ledger.key)
        return dg.MaterializeResult(metadata={"erased in this run": report.erased})

    @dg.asset(
        key=["raw", name_of(feed.name, "loads")],
        deps=[dg.AssetKey(["raw", feed.name]), ledger],
        group_name="raw",
        kinds={"parquet"},
        owners=OWNERS,
        partitions_def=partitions,
        backfill_policy=SINGLE_RUN,
        pool=POOL,
    )
    def admit_loads(
        context: dg.AssetExecutionContext, installation: dg.ResourceParam[Installation]
    ) -> dg.MaterializeResult:
        """The load days that passed the border checks: only these are read further."""
        settings = installation.settings
        chosen = days_in_question(settings, days_of(context, settings), feed)
        days = admit(settings, chosen, feed.name)
        if feed.every_day:
            note_read(settings)
        newest = {"newest": max(days).isoformat()} if days else {}
        return dg.MaterializeResult(metadata={"dagster/row_count": len(days), **newest})

    return [landing, ledger, ingest, admit_loads]


def _what_lands(feed: Feed) -> str:
    if feed.columns:
        columns = ", ".join(column.name for column in feed.columns)
        where = f"`landing/{feed.name}/dt=YYYY-MM-DD/*.csv`"
        return f"CSV files as they arrive: {where}, the day of arrival; columns {columns}."
    return (
        "Raw events as they arrive: `landing/events/dt=YYYY-MM-DD/*`, the day of"
        " arrival. Segment lines (plain, gz, zst), CSV, Parquet, or a source of `userops.toml`."
    )


def _landed(settings: Settings, wanted: list[date], feed: Feed) -> list[date]:
    """Return the days of a run that have landed; a quiet day within a range is no mistake."""
    there = landed_days(settings, feed.name)
    new = set(there) - set(admitted(settings, feed.name)) if feed.stands else set()
    if feed.every_day:
        new.update(days_to_read_again(settings))
    days = [day for day in there if day in new or day in wanted]
    if feed.every_day and not set(days) & set(wanted):
        raise UserError(
            f"nothing has landed for {wanted[0]}"
            + (f" to {wanted[-1]}" if len(wanted) > 1 else ""),
            where=str(settings.landing_root / feed.name),
            cure="put the files of a day into a folder dt=YYYY-MM-DD there",
        )
    return days


def _refuse_or_tell(context: dg.AssetExecutionContext, settings: Settings, feed: Feed) -> None:
    """Say what landed where no run reads it; of a feed that stands it may be somebody's no."""
    for path in unread(settings, feed.name):
        cure = where_files_of(feed.name)
        if feed.stands:
            what = f"no run reads this, and it may tell what the {feed.name} do"
            raise UserError(what, where=str(path), cure=cure)
        context.log.warning(f"{UNREAD}{path}; {cure}")


def days_in_question(settings: Settings, wanted: list[date], feed: Feed) -> list[date]:
    """Return the days that a run judges and lets in: its own, and of what stands all that waits.

    So what a gate has stopped stops every run until it is mended, and is not forgotten on the next.
    Judged anew are also days of which a damaged load was read again and came out otherwise, and
    all days where they are read by other rules than before.
    """
    other = waiting(settings, feed.name) if feed.stands else displaced(settings, feed.name)
    again = days_to_read_again(settings) if feed.every_day else ()
    return sorted({*wanted, *other, *again})


def _say_by_day(
    context: dg.AssetExecutionContext, report: IngestReport, ledger: dg.AssetKey
) -> None:
    """Say of each day what came of it: of the run's partitions in what Dagster writes of them."""
    written = partitions_of(context)
    for day in sorted({*report.days, *written}):
        told = _metadata(report.by_day.get(day, IngestReport(days=(day,))))
        partition = day.isoformat()
        if day in written:
            context.add_asset_metadata(told, context.asset_key, partition)
        else:
            context.log_event(
                dg.AssetMaterialization(context.asset_key, metadata=told, partition=partition)
            )
        context.log_event(dg.AssetMaterialization(ledger, metadata=told, partition=partition))


def _metadata(report: IngestReport) -> dict[str, Any]:
    return {
        "dagster/partition_row_count": report.events,
        "files": report.files,
        "lines": report.lines,
        "parsed": report.parsed,
        "quarantined": report.quarantined,
        "blank": report.blank,
        "erased": report.erased,
        "left out": report.left_out,
        "read again": bool(report.reloaded),
        "reasons": report.reasons,
    }
