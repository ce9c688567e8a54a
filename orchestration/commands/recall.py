"""`recall`: who must come off lists already exported, before they are sent."""

from datetime import date
from typing import TYPE_CHECKING

import click

from orchestration.commands.console import counted, note, table, verbose_option
from warehouse.configuration import load_settings

if TYPE_CHECKING:
    from warehouse.settings import Settings


@click.group(short_help="Recall lists before they are sent.")
def recall() -> None:
    """Recall lists that were exported: what to know before they are sent."""


@recall.command(short_help="Who must come off; exit 1 if somebody must.")
@verbose_option
def check() -> None:
    """Say who must come off the lists of the last days; changes nothing, exits with 1 if any must.

    It knows what landed up to the newest day in the tables, and nothing that still waits: the next
    `userops run` reads that, takes these people out of the files and names them in withdrawn.csv.
    """
    from warehouse.exports.withdrawal import known_until, looked_at, to_withdraw
    from warehouse.upkeep.status import freshness

    settings = load_settings()
    newest = known_until(settings)
    waiting = len([day for day in freshness(settings).waiting if day > newest])
    more = f"; {counted(waiting, 'landed day')} not looked at: userops run" if waiting else ""
    click.echo(f"known      what landed up to {newest}, the newest day in the tables{more}")
    places = to_withdraw(settings, newest)
    lists = looked_at(settings, newest)
    click.echo(f"looked at  the lists of {counted(len(lists), 'day')}")
    _tell_taken_out(settings, newest)
    if not places:
        click.echo("to remove  nobody")
        return
    rows = [[place.list_id, place.user_id, place.reason] for place in places]
    click.echo(table(rows, ["list_id", "user_id", "reason"]))
    note(f"{counted(len(places), 'place')} must not be sent to: userops run takes them out")
    raise click.exceptions.Exit(1)


def _tell_taken_out(settings: "Settings", newest: date) -> None:
    from warehouse.exports.withdrawn import taken_out

    gone = taken_out(settings, newest)
    if gone:
        click.echo(f"taken out  {counted(gone, 'place')} since export: see withdrawn.csv")
