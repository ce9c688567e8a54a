"""The step that builds and tests all tables: one invocation of dbt, or two around a fit.

Which days and rules the tables were built by is noted when all of it has ended well.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.dbt_events import dagster_events
from orchestration.dbt_invocation import Outcome, build_arguments, stream
from orchestration.dbt_project import VALUES, Project, definition_fingerprint
from orchestration.partitions import partitions_of
from orchestration.run_log import MENDED
from warehouse.build.checked import APPLIED, begin, loads_read
from warehouse.build.valuation import Valuation, may_fit, value_buyers
from warehouse.feeds import EVENTS
from warehouse.lake.damage import is_small, mend
from warehouse.settings import Settings
from warehouse.storage.files import remove_durably
from warehouse.storage.notes import read_note, write_note
from warehouse.upkeep.restore import restore

# Of a run that values buyers in its middle.
HALVES = ("before", "after")


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
    awaited = set() if selection else set(project.outgoing)
    try:
        for event in told:
            if isinstance(event, Valuation):
                yield from _valued(event)
                continue
            for item in dagster_events(project, event, partitions):
                awaited.discard(item.asset_key)
                yield item
    except Broken as broken:
        _try_again(context, restore(settings), str(broken))
        raise
    if awaited:
        # Dagster would skip what waits for them, and call the run a success.
        names = ", ".join(sorted(key.path[-1] for key in awaited))
        raise dg.Failure(f"dbt ended well and made no {names}: nothing would be published")
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


def _selection(context: dg.AssetExecutionContext) -> list[str]:
    """Name what is wanted where that is a part of the assets and checks; nothing for all."""
    if not context.is_subset:
        return []
    names = [key.path[-1] for key in context.selected_asset_keys]
    return names + [check.name for check in context.selected_asset_check_keys]


def _valued(found: Valuation) -> Iterator[Any]:
    """Say how well the newest fit does."""
    for name in VALUES:
        yield dg.AssetMaterialization(dg.AssetKey(["raw", name]), metadata=found.metadata)


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
