"""dbt in this process -> Dagster events: one invocation a run, no child process.

`DbtCliResource` starts dbt twice and lets it ask the network for its newest version. The seam here
(result events -> `DbtCoreCliEventMessage`) is pinned by tests/pipeline/test_dbt_run.py.
"""

import json
import queue
import threading
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from orchestration.data_tests import Verdicts, is_saying
from orchestration.dbt_project import VALUES, Project, dbt_arguments, definition_fingerprint
from orchestration.partitions import partitions_of
from orchestration.run_log import MENDED
from warehouse.build.checked import APPLIED, begin, loads_read
from warehouse.build.offsets import utc_offsets
from warehouse.build.valuation import Valuation, may_fit, standing_days, value_buyers
from warehouse.feeds import EVENTS
from warehouse.judging.currencies import minor_unit
from warehouse.lake.damage import is_small, mend
from warehouse.masking import masked
from warehouse.settings import Settings
from warehouse.storage.files import remove_durably
from warehouse.storage.notes import read_note, write_note
from warehouse.upkeep.restore import restore

# Clocks of senders run ahead by days at most; no event of a later day is let in.
FUTURE_DAYS = 400
# Of a run that values buyers in its middle.
HALVES = ("before", "after")
RESULTS = frozenset({"LogSeedResult", "LogModelResult", "LogSnapshotResult", "LogTestResult"})


def build(
    context: dg.AssetExecutionContext, settings: Settings, project: Project, as_of_date: date
) -> Iterator[Any]:
    """Build and test the selected nodes; yields what `@dbt_assets` expects.

    Raises dg.Failure naming the nodes that failed. A changed definition rebuilds all history.
    """
    if told := begin(settings, as_of_date):
        context.log.warning(f"{MENDED}{told}")
    project.engine.prepare(settings)
    selection = _selection(context)
    known = _applied(settings)
    definition = definition_fingerprint(project, settings)
    is_full = definition != known.get("definition")
    if is_full and selection:
        raise dg.Failure(
            "models or rules have changed since the last build: history has to be built anew."
            " Materialise the whole job once (`userops run`), then single assets again."
        )
    # Rules that have not changed need not be loaded again: a tenth of a second for each file.
    skipped = () if selection or is_full or project.rules != known.get("rules") else ("seed",)
    is_known = project.files == known.get("project")
    if not selection and not skipped:
        # From here on the tables are a mixture, until the run has ended well.
        remove_durably(_applied_path(settings))
    elif not selection and not is_known:
        _note(settings, known | {"project": ""})
    told = run_models(
        project,
        settings,
        as_of_date,
        skipped=skipped,
        selection=selection,
        is_known=is_known,
        more=("--full-refresh",) if is_full else (),
    )
    partitions = [day.isoformat() for day in partitions_of(context)] or [None]
    try:
        for event in told:
            yield from (
                _valued(event)
                if isinstance(event, Valuation)
                else _dagster_events(project, event, partitions)
            )
    except Broken as broken:
        _try_again(context, restore(settings), str(broken))
        raise
    if not is_small(settings):
        # Which files of history a day opens is known to the models alone.
        mended = mend(settings, EVENTS, loads_read(settings))
        _try_again(context, mended, "what was read of the lake was damaged")
    if not selection:
        applied = {"definition": definition, "rules": project.rules, "project": project.files}
        _note(settings, applied)


def _try_again(context: dg.AssetExecutionContext, mended: Sequence[str], why: str) -> None:
    """Build once more, from what is whole now; goes on where nothing was mended."""
    for text in mended:
        context.log.warning(f"{MENDED}{text}")
    if mended:
        raise dg.RetryRequested(max_retries=1) from dg.Failure(why)


class Broken(dg.Failure):
    """A file of the tables cannot be read: dbt failed by no fault of a model."""


def run_models(
    project: Project,
    settings: Settings,
    as_of_date: date,
    *,
    skipped: tuple[str, ...] = (),
    selection: Sequence[str] = (),
    is_known: bool = False,
    more: Sequence[str] = (),
) -> Iterator[dict[str, Any] | Valuation]:
    """Invoke dbt, with ``more`` arguments; yield its result events, and what buyers are worth.

    Once or, where buyers can be valued, twice on the one parsed project: what they did has to be
    known before, and what is made of their value comes after. Raises dg.Failure naming the nodes
    that failed.
    """
    is_valued = not selection and may_fit(settings, as_of_date)
    for half in HALVES if is_valued else (None,):
        arguments = build_arguments(
            project,
            settings,
            as_of_date,
            skipped=skipped if half != "after" else tuple({*skipped, "seed"}),
            selection=selection,
            is_known=is_known,
            half=half,
        )
        outcome = Outcome()
        yield from stream(project, [*arguments, *more], outcome)
        if not outcome.success:
            raise (Broken if outcome.is_broken else dg.Failure)(outcome.message())
        project.engine.finish(settings, project.nodes)
        if half == "before":
            yield from value_buyers(settings, as_of_date)[-1:]


def build_arguments(
    project: Project,
    settings: Settings,
    as_of_date: date,
    *,
    skipped: tuple[str, ...] = (),
    selection: Sequence[str] = (),
    is_known: bool = False,
    half: str | None = None,
) -> list[str]:
    """Return the arguments of `dbt build`, without unit tests (they need no data) and `skipped`.

    ``selection`` names nodes, tests among them; without one, all are built, and on DuckDB the
    models run their own tests. ``is_known``: this project, file by file, has built these tables
    before; what no day changes is then left as it stands. ``half``: what comes before the buyers
    are valued, or after it; both make a whole run.
    """
    tests = (
        {} if selection or "test" in skipped else project.data_tests(seeds="seed" not in skipped)
    )
    standing = project.standing if is_known and "seed" in skipped and not selection else {}
    excluded = {**standing, **(project.valued if half == "before" else {})}
    built = set(standing)
    if half == "after":
        built |= project.models - project.valued.keys()
    variables = {
        "as_of_date": as_of_date.isoformat(),
        "timezone": settings.timezone,
        "utc_offsets": utc_offsets(settings.timezone, as_of_date + timedelta(days=FUTURE_DAYS)),
        "currency": settings.currency,
        "phone_country": settings.phone_country,
        "currency_places": minor_unit(settings.currency),
        "lake": str(settings.lake_root).rstrip("/"),
        "funnel_steps": project.funnel_steps,
        "columns_are_known": is_known,
        "standing": sorted(built),
        "clv_standing": [day.isoformat() for day in standing_days(settings)] if half else [],
        "data_tests": tests,
    }
    carried = {test["unique_id"] for of_model in tests.values() for test in of_model}
    if half == "after":
        selection = [
            name for key, name in project.valued.items() if key not in excluded.keys() | carried
        ]
    elif tests:
        kinds = [f"resource_type:{kind}" for kind in ("model", "seed") if kind not in skipped]
        selection = [
            *kinds,
            *(name for key, name in project.tests.items() if key not in excluded.keys() | carried),
        ]
    return [
        *("build", *dbt_arguments(project, settings), "--no-write-json"),
        *("--vars", json.dumps(variables)),
        *("--exclude-resource-types", "unit_test", *skipped),
        *(("--exclude", *sorted(excluded.values())) if excluded else ()),
        *(("--indirect-selection", "empty", "--select", *sorted(selection)) if selection else ()),
    ]


class Outcome:
    """How an invocation ended: filled by the thread that runs dbt."""

    def __init__(self) -> None:
        self.success = False
        self.exception: BaseException | None = None
        self.failures: list[str] = []
        # Whether anything but a test failed.
        self.is_broken = False

    def message(self) -> str:
        """Say which nodes failed and how."""
        if self.failures:
            return masked("dbt failed:\n" + "\n".join(f"  {line}" for line in self.failures))
        return masked(f"dbt failed: {self.exception}")


def _selection(context: dg.AssetExecutionContext) -> list[str]:
    """Name what is wanted where that is a part of the assets and checks; nothing for all."""
    if not context.is_subset:
        return []
    names = [key.path[-1] for key in context.selected_asset_keys]
    return names + [check.name for check in context.selected_asset_check_keys]


def stream(project: Project, arguments: list[str], outcome: Outcome) -> Iterator[dict[str, Any]]:
    """Run dbt in this process and yield its result events as they come."""
    from dbt.cli.main import dbtRunner
    from google.protobuf.json_format import MessageToDict

    events: queue.Queue[dict[str, Any] | None] = queue.Queue()
    verdicts = Verdicts(project.nodes)

    def on_event(event: Any) -> None:
        if event.info.name in RESULTS or is_saying(event):
            told = MessageToDict(event, preserving_proto_field_name=True)
            for item in verdicts.hear(told):
                events.put(item)

    def invoke() -> None:
        try:
            runner = dbtRunner(manifest=project.manifest, callbacks=[on_event])
            result = runner.invoke(arguments)
            outcome.success, outcome.exception = result.success, result.exception
            outcome.is_broken = result.exception is not None
            for item in getattr(result.result, "results", ()):
                if item.status in ("error", "fail"):
                    reason = f"{item.node.name}: {(item.message or '').strip()}"
                    found = verdicts.failures_of(item.node.unique_id)
                    outcome.failures += found or [reason]
                    outcome.is_broken |= item.status == "error" and not found
        finally:
            events.put(None)

    thread = threading.Thread(target=invoke, name="dbt", daemon=True)
    thread.start()
    try:
        while (event := events.get()) is not None:
            yield event
    finally:
        thread.join()
        project.engine.release()


def _valued(found: Valuation) -> Iterator[Any]:
    """Say how well the newest fit does."""
    for name in VALUES:
        yield dg.AssetMaterialization(dg.AssetKey(["raw", name]), metadata=found.metadata)


def _dagster_events(
    project: Project, event: dict[str, Any], partitions: Sequence[str | None]
) -> Iterator[Any]:
    """Say that a table stands, in each partition of the run, or what a test found.

    Only what other steps wait for is a result of this one: for each of those, Dagster also looks up
    what all its parents were made from, and keeps a second event.
    """
    message = DbtCoreCliEventMessage(raw_event=event, event_history_metadata={})
    # Without the context, as in a plain op: told, not handed on.
    for item in message.to_default_asset_events(
        manifest=project.nodes, project=project.for_dagster
    ):
        key = None if isinstance(item, dg.Output) else item.asset_key
        if key not in project.outgoing:
            yield from _in_partitions(_described(project, event, item), partitions)
        elif isinstance(item, dg.AssetMaterialization):
            metadata = {**item.metadata, **_metadata(project, event)}
            yield dg.MaterializeResult(asset_key=key, metadata=metadata)
        elif isinstance(item, dg.AssetCheckEvaluation):
            told = _described(project, event, item)
            yield dg.AssetCheckResult(
                asset_key=key,
                check_name=told.check_name,
                passed=told.passed,
                severity=told.severity,
                metadata=told.metadata,
                description=told.description,
            )


def _described(project: Project, event: dict[str, Any], item: Any) -> Any:
    """Say of a data test that failed what it asks for, and how much it found."""
    if not isinstance(item, dg.AssetCheckEvaluation) or item.passed:
        return item
    node = project.nodes["nodes"][event["data"]["node_info"]["unique_id"]]
    found = int(event["data"]["num_failures"])
    return dg.AssetCheckEvaluation(
        asset_key=item.asset_key,
        check_name=item.check_name,
        passed=False,
        severity=item.severity,
        metadata=item.metadata,
        description=f"{node['meta']['description']} Found: {found:,}.",
    )


def _in_partitions(item: Any, partitions: Sequence[str | None]) -> Iterator[Any]:
    """Repeat what is said of a table in each partition, as Dagster does with results."""
    if not isinstance(item, dg.AssetMaterialization):
        yield item
        return
    for partition in partitions:
        yield dg.AssetMaterialization(
            item.asset_key, metadata=item.metadata, partition=partition, tags=item.tags
        )


def _metadata(project: Project, event: dict[str, Any]) -> dict[str, Any]:
    """Count a table just built and, for marts, show its first rows (marts hold no contacts)."""
    relation = event["data"]["node_info"].get("node_relation", {})
    name = relation.get("relation_name", "")
    sample = project.engine.sample(name) if name else None
    if sample is None:
        return {}
    metadata: dict[str, Any] = {"dagster/row_count": sample.rows}
    if relation.get("schema") == "marts":
        metadata["preview"] = dg.MetadataValue.md(_markdown(sample.header, sample.first))
    return metadata


def _markdown(header: list[str], rows: list[tuple[Any, ...]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for row in rows:
        # An id may be an e-mail address or a phone number.
        cells = ("" if cell is None else masked(str(cell)).replace("|", "\\|") for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _applied(settings: Settings) -> dict[str, str]:
    path = _applied_path(settings)
    # Without the tables the note is about nothing: they are made anew, rules included.
    is_known = path.is_file() and settings.build_db.is_file()
    return read_note(path) or {} if is_known else {}


def _applied_path(settings: Settings) -> Path:
    """Return the note of what the tables of history were built by."""
    return settings.engine_dir / APPLIED


def _note(settings: Settings, applied: dict[str, str]) -> None:
    write_note(_applied_path(settings), applied)
