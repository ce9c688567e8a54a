"""`sources`: what a file would become, before anything of it is loaded."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from orchestration.commands.console import counted, note, table, verbose_option
from warehouse.configuration import load_settings
from warehouse.masking import masked

if TYPE_CHECKING:
    from warehouse.settings import Settings
    from warehouse.upkeep.tryout import Tryout

SHOWN = 10
COLUMNS = ["row", "type", "event", "user", "visitor", "time (UTC)", "order", "amount", "", "more"]


@click.group(short_help="What a file would become, before it is loaded.")
def sources() -> None:
    """Files of other shapes, described by [[sources]] in userops.toml."""


@sources.command("try", short_help="Show what the first rows become; exit 1 if any is refused.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@verbose_option
def try_(file: Path) -> None:
    """Show what the first rows of FILE become, what is refused and left out and why; load nothing.

    FILE may lie anywhere. Where no source fits it, one is suggested, to paste into userops.toml,
    with what the rows would become by it. Exits with 1 if a row is refused, or none gives an event.
    """
    from warehouse.upkeep.suggestion import suggest
    from warehouse.upkeep.tryout import try_file

    settings = load_settings()
    path = file.absolute()
    found = try_file(settings, path, shown=SHOWN)
    _tell(found)
    _tell_whose_clock(settings, found)
    if found.is_whole:
        return
    if not found.source and (suggestion := suggest(settings, path)):
        # The first row of a file without a header is taken for names.
        click.echo(masked(f"\ncolumns    {', '.join(suggestion.columns)}"))
        click.echo(f"\nNo source fits {path.name}. It could be, in userops.toml:\n")
        click.echo(masked(suggestion.toml))
        for remark in suggestion.remarks:
            click.echo(masked(f"# {remark}"))
        click.echo("\nBy this:\n")
        _tell(_tried(settings, path, suggestion.source))
    raise click.exceptions.Exit(1)


def _tried(settings: "Settings", path: Path, source: Any) -> "Tryout":
    from warehouse.upkeep.tryout import try_file

    return try_file(settings, path, [source], shown=SHOWN)


def _tell(found: "Tryout") -> None:
    taken = [found.format or "unknown", found.encoding]
    taken.append(f"delimiter {found.delimiter!r}" if found.delimiter else "")
    taken.append(f"source {found.source}" if found.source else "no source")
    click.echo(f"taken for  {', '.join(filter(None, taken))}")
    rows = [_row(event) for event in found.events]
    if rows:
        click.echo(table(rows, COLUMNS))
    lines, events = found.total("lines"), found.total("events")
    click.echo(
        f"rows       {lines:,} = {found.total('parsed'):,} used + {found.total('quarantined'):,}"
        f" refused + {found.total('left_out'):,} left out + {found.total('blank'):,} blank"
        f" (of the first rows); {counted(events, 'event')}"
    )
    for rule, count in sorted(found.left_out.items()):
        click.echo(f"left out   {count:,} by {rule}")
    if found.refused:
        told: Sequence[Sequence[object]] = [
            [row["source_line"] or "file", row["reason"], row["detail"] or ""]
            for row in found.refused
        ]
        click.echo(table(told, ["row", "refused for", "detail"]))
        note(", ".join(f"{count:,} {reason}" for reason, count in sorted(found.reasons.items())))


def _tell_whose_clock(settings: "Settings", found: "Tryout") -> None:
    """Say that local times of a table were read as UTC, if they are local times."""
    from warehouse.judging.readings import leaves_zone_open
    from warehouse.landing.kinds import CSV

    source = next((each for each in settings.sources if each.name == found.source), None)
    is_open = source and leaves_zone_open(source.date_formats, source.timezone)
    if is_open and found.format.startswith(CSV) and settings.timezone != "UTC":
        note(
            "times      without a zone were read as UTC, and the business is in"
            f' {settings.timezone}: say timezone = "{settings.timezone}" on the source if they'
            ' are local times, timezone = "UTC" if not'
        )


def _row(event: dict[str, Any]) -> list[object]:
    if "occurred_at" not in event:  # another feed: its cells may be addresses
        return [event["source_line"], *[""] * (len(COLUMNS) - 1)]
    properties = json.loads(event["properties"] or "{}")
    told = {"order_id", "revenue", "total", "value", "currency"}
    more = sorted(name for name in properties if name not in told)
    more += ["(traits)"] if event["traits"] else []
    return [
        event["source_line"],
        event["type"],
        event["event"] or "",
        masked(event["user_id"] or ""),
        masked(event["anonymous_id"] or ""),
        event["occurred_at"].isoformat(sep=" ", timespec="seconds"),
        event["order_id"] or "",
        "" if event["amount"] is None else f"{event['amount']:,.2f}",
        event["currency"] or "",
        ", ".join(more)[:40],
    ]
