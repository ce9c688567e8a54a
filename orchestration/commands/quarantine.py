"""`quarantine`: lines that were set aside, seen and judged again."""

import sys
from datetime import date

import click

from orchestration.commands.console import DAY, counted, note, span, table, verbose_option
from warehouse.configuration import load_settings
from warehouse.errors import UserError

SHOWN = 200
DETAIL_WIDTH = 60


@click.group(short_help="Lines set aside: list, show, judge again.")
def quarantine() -> None:
    """Lines that were not accepted: list them, show them, judge them again."""


@quarantine.command("list")
@click.option("--day", type=DAY, help="Only this load day.")
@click.option("--all", "everything", is_flag=True, help=f"All lines, not the first {SHOWN}.")
def list_lines(day: date | None, everything: bool) -> None:
    """List what was set aside, and why. Line 0 is about a whole file."""
    from warehouse.lake.quarantine import list_quarantine
    from warehouse.upkeep.status import conflicts

    settings = load_settings()
    found = list_quarantine(settings, None if day is None else [day]).drop_columns(["line"])
    rows = [
        [row["load_date"], row["source_file"], row["source_line"], row["reason"], row["detail"]]
        for row in found.to_pylist()
    ]
    try:
        for item in conflicts(settings, day):
            other = f"message id {item.message_id} came before with other content"
            rows.append([item.load_date, item.source_file, item.source_line, "conflict", other])
    except UserError as error:
        note(str(error))
    if not rows:
        click.echo("nothing is set aside" + (f" on {day}" if day else ""))
        return
    rows.sort(key=lambda row: row[:3])
    shown = rows if everything else rows[:SHOWN]
    cut = [[*row[:4], _shortened(row[4])] for row in shown]
    click.echo(table(cut, ["day", "file", "line", "reason", "detail"]))
    if len(rows) > len(shown):
        note(f"{len(rows) - len(shown):,} more; --all lists them, --day those of a day")


@quarantine.command()
@click.argument("day", type=DAY)
@click.argument("source_file")
@click.argument("line", type=click.IntRange(0))
def show(day: date, source_file: str, line: int) -> None:
    """Write a line's own bytes to standard output, as they stood in the file."""
    from warehouse.lake.quarantine import show as line_of

    content = line_of(load_settings(), day, source_file, line)
    sys.stdout.buffer.write(content)
    if sys.stdout.isatty():
        sys.stdout.buffer.write(b"\n")
    sys.stdout.flush()


@quarantine.command()
@click.option("--day", type=DAY, help="Only this load day (default: all with something aside).")
@click.option("--run/--no-run", "and_run", default=True, help="Run those days afterwards.")
@verbose_option
def replay(day: date | None, and_run: bool) -> None:
    """Judge again what landed, after the files, the mapping or a rule were mended."""
    from orchestration.commands.journey import run_and_tell
    from warehouse.build.database import run_lock
    from warehouse.lake.quarantine import replay as judge_again
    from warehouse.upkeep.status import runnable_days

    settings = load_settings()
    with run_lock(settings, "quarantine replay", on_wait=lambda who: note(f"waiting for {who}")):
        report = judge_again(settings, None if day is None else [day])
    if not report.days:
        click.echo("nothing is set aside")
        return
    first, last = report.days[0], report.days[-1]
    click.echo(
        f"{counted(len(report.days), 'day')} judged again: {report.parsed:,} of"
        f" {counted(report.lines, 'line')} accepted, {report.quarantined:,} still set aside"
    )
    if and_run and set(report.days) & set(runnable_days(settings)):
        run_and_tell(settings, first, last)
    else:
        click.echo(f"`userops run` for {span(first, last)} makes it visible in the tables")


def _shortened(text: str | None) -> str:
    text = text or ""
    return text if len(text) <= DETAIL_WIDTH else text[: DETAIL_WIDTH - 1] + "…"
