"""`forget`: erasure of users, everywhere, and what was removed where."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import click

from orchestration.commands.console import bar, counted, is_verbose, note, verbose_option
from warehouse.configuration import load_settings
from warehouse.masking import masked
from warehouse.settings import Settings

if TYPE_CHECKING:
    from warehouse.erasure.forget import Erasure


@click.command(short_help="Erase users everywhere; prints what was removed.")
@click.argument("user_ids", nargs=-1, metavar="USER_ID...")
@click.option("--again", is_flag=True, help="Also every erased user who has come back.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@verbose_option
def forget(user_ids: tuple[str, ...], again: bool, yes: bool) -> None:
    """Remove every trace of users: landing, lake, lists, tables, published versions, run history.

    Their other ids (merged users, their devices) go with them. The tables are then built anew from
    what is left, which takes as long as the first run. What was removed cannot be brought back.
    An id that nothing has is refused, and nothing is done.
    """
    from warehouse.build.database import run_lock
    from warehouse.erasure.forget import clear_landing, erase, is_pending, known_among
    from warehouse.erasure.tombstones import erased_people

    settings = load_settings()
    if not user_ids and not again:
        raise click.UsageError("name the users to forget, or give --again")

    def turn() -> AbstractContextManager[None]:
        return run_lock(settings, "forget", on_wait=lambda who: note(f"waiting for {who}"))

    with turn(), bar("day") as progress:
        wanted = known_among(settings, user_ids, progress=progress)
    if wanted and not yes:
        question = f"Remove every trace of {counted(len(wanted), 'id')} ({_names(wanted)})?"
        click.confirm(f"{question} This cannot be undone.", abort=True)
    with turn():
        gone = erased_people(settings).among(wanted)
        if len(gone) == len(wanted) and not is_pending(settings):
            # No table has anything of theirs: none need be built.
            click.echo("these were erased before" if wanted else "looking for who came back")
            _tell_landing(clear_landing(settings))
            return
        erasure = erase(settings, wanted)
    _tell(erasure)
    _rebuild(settings, erasure)


def _tell(erasure: "Erasure") -> None:
    people = erasure.people
    ids = counted(len(people.known | people.anonymous), "id")
    click.echo(f"forgotten  {ids} ({_names(people.known)})")
    _tell_landing(erasure)
    days = counted(len(erasure.days), "day")
    click.echo(f"lake       {counted(erasure.lake_lines, 'line')} of {days}")
    for name, count in sorted(erasure.exported_rows.items()):
        click.echo(f"exports    {counted(count, 'row')} of {name}")
    for name in erasure.unread:
        note(f"warning: {name} was never readable, so nobody looked into it: check it by hand")
    if erasure.mentions:
        lines = counted(erasure.mentions, "line")
        note(f"warning: {lines} of other users name these ids in their properties; they stay")


def _tell_landing(erasure: "Erasure") -> None:
    for name, count in sorted(erasure.landed_lines.items()):
        click.echo(f"landing    {counted(count, 'line')} of {name}")
    for name, why in sorted(erasure.kept.items()):
        note(
            f"warning: {name} still holds lines of theirs; they are dropped when it is read: {why}"
        )
    if not erasure.landed_lines and not erasure.kept:
        click.echo("landing    nothing of theirs")


def _rebuild(settings: Settings, erasure: "Erasure") -> None:
    """Build and publish what is left, then remove what still shows the users as they were."""
    from orchestration.commands.journey import tell_result
    from orchestration.history import forget_in_history
    from orchestration.runs import run_days
    from warehouse.erasure.forget import finish
    from warehouse.upkeep.status import runnable_days

    landed = runnable_days(settings)
    if landed:
        report = run_days(settings, landed[-1], landed[-1], verbose=is_verbose(), tell=note)
        if not report.success:
            note("published versions still show these users: mend it, then call forget again")
        tell_result(settings, report)
    else:
        note("nothing is in landing, so nothing can be run: published versions stay as they are")
        raise click.exceptions.Exit(1)
    runs = forget_in_history(settings, erasure.people)
    click.echo(f"history    {counted(runs, 'run')} that showed rows of theirs")
    click.echo(f"published  {counted(finish(settings), 'older version')} removed")


def _names(ids: set[str] | frozenset[str]) -> str:
    shown = [masked(repr(text)[1:-1]) for text in sorted(ids)[:5]]
    return ", ".join(shown) + (", ..." if len(ids) > 5 else "")
