"""`run`, `demo`, `dev`, `simulate`: what moves data along the journey."""

import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.commands.console import DAY, bar, counted, is_verbose, note, span, verbose_option
from warehouse.configuration import load_settings, with_engine
from warehouse.errors import UserError
from warehouse.settings import ENGINES, Settings

if TYPE_CHECKING:
    from orchestration.runs import RunReport


# What a person knows an export by; others are told by their own name.
EXPORTS = "exports/"
CALLED = {"exports/report": "report", "exports/recall": "lists", "exports/kpi": "KPIs"}
SUPERSEDED = "ignore:Function `dev_command` is superseded"


@click.command(short_help="Bring the warehouse, lists and report up to date.")
@click.option("--date", "day", type=DAY, help="Run this load day.")
@click.option("--from", "first", type=DAY, help="Run from this day ...")
@click.option("--to", "last", type=DAY, help="... to this one, as one run.")
@click.option("--engine", type=click.Choice(ENGINES), help="Who builds the models this time.")
@verbose_option
def run(day: date | None, first: date | None, last: date | None, engine: str | None) -> None:
    """Bring the warehouse, the lists and the report up to date.

    Without options: the landed days that are not in the warehouse yet; if there are none, the
    newest day again (which changes nothing unless its files did).
    """
    settings = load_settings()
    if engine:
        settings = with_engine(settings, engine)
    begin, end = _wanted_days(settings, day, first, last)
    run_and_tell(settings, begin, end)


@click.command(short_help="Made-up data through the whole journey.")
@click.option("--users", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--days", type=click.IntRange(1), default=120, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True)
@verbose_option
def demo(users: int, days: int, seed: int) -> None:
    """Simulate a shop, run the whole journey, and say where the results are."""
    from warehouse.simulate.demo import prepare_demo

    settings = load_settings()
    with bar("user") as progress:
        first, last = prepare_demo(settings, users=users, days=days, seed=seed, progress=progress)
    click.echo(f"{counted(users, 'made-up user')}, {span(first, last)}: {settings.landing_root}")
    run_and_tell(settings, first, last)


@click.command(short_help="The Dagster UI, on this machine only.")
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
def dev(port: int) -> None:
    """Open the Dagster UI of this installation, with its schedules and sensors.

    It has no login, so it listens on 127.0.0.1 only.
    """
    from orchestration.environment import enter

    enter(load_settings())
    program = str(Path(sys.executable).parent / "dagster")
    address = ["--host", "127.0.0.1", "--port", str(port)]
    # It says that another program does the same: one that is for those who develop the project.
    os.environ["PYTHONWARNINGS"] = SUPERSEDED
    # In place of this process, so that Ctrl-C reaches it.
    os.execv(program, [program, "dev", "--module-name", "orchestration.definitions", *address])  # noqa: S606


@click.command(short_help="Write a landing folder of made-up events.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--users", type=click.IntRange(1), required=True)
@click.option("--days", type=click.IntRange(1), required=True)
@click.option("--seed", type=click.IntRange(0), required=True)
@click.option("--start", type=DAY, help="First day (default: 2026-01-01).")
def simulate(out: Path, users: int, days: int, seed: int, start: date | None) -> None:
    """Write a landing folder of made-up events: the same bytes for the same numbers."""
    from warehouse.simulate import run as simulation

    with bar("user") as progress:
        report = simulation.simulate(
            out,
            users=users,
            days=days,
            seed=seed,
            start=start or simulation.FIRST_DAY,
            progress=progress,
        )
    click.echo(
        f"{counted(report.lines, 'line')} of {counted(report.events, 'event')}"
        f" ({counted(report.duplicates, 'duplicate')}, {report.late:,} late,"
        f" {report.bad_lines:,} bad), {report.bytes / 1e6:,.1f} MB in {report.seconds:.1f} s: {out}"
    )


def run_and_tell(settings: Settings, first: date, last: date) -> None:
    """Run some days and say what came of it; exits with 1 when the run failed."""
    from orchestration.failures import Problem
    from orchestration.runs import run_days
    from orchestration.telling import tell

    try:
        report = run_days(settings, first, last, verbose=is_verbose(), tell=note)
    except UserError as error:
        # No run has begun, so no other will tell of it: a bad rule, most of the time.
        tell(settings, span(first, last), [Problem(error.what, cure=error.cure)], note)
        raise
    tell_result(settings, report)


def tell_result(settings: Settings, report: "RunReport") -> None:
    """Say how a run ended; exits with 1 when it failed."""
    from warehouse.erasure.forget import came_back
    from warehouse.feeds import FEEDS

    for warning in report.warnings:
        note(f"warning: {warning}")
    if report.success:
        back = sum(
            sum(came_back(settings, feed, report.first, report.last).values()) for feed in FEEDS
        )
        if back:
            note(
                f"warning: {counted(back, 'row')} of erased users came in again; no table has them:"
                " userops forget --again takes them out of landing"
            )
        click.echo(_summary(settings, report))
        return
    for problem in report.problems:
        note(f"failed: {problem.what}")
        for name, text in (("where: ", problem.where), ("cure:  ", problem.cure)):
            if text:
                note(f"  {name}{text}")
    days = span(report.first, report.last)
    note(f"run {report.run_id} of {days} failed; its log: {report.log}")
    raise click.exceptions.Exit(1)


def _wanted_days(
    settings: Settings, day: date | None, first: date | None, last: date | None
) -> tuple[date, date]:
    from warehouse.upkeep.status import freshness, today

    if day and (first or last):
        raise click.UsageError("--date is one day, --from and --to are a range: give one of them")
    if first and last and first > last:
        raise click.UsageError(f"--from {first} is after --to {last}")
    found = freshness(settings)
    here = f"{settings.landing_root}/events/dt=YYYY-MM-DD/"
    if not found.landed:
        raise click.UsageError(
            f"nothing has landed yet. Put files into {here}, or try `userops demo`"
        )
    for given in (day, first, last):
        if given and given > today(settings):
            raise click.UsageError(f"{given} is in the future")
    if day or first or last:
        begin, end = (day, day) if day else (first or found.landed[0], last or found.landed[-1])
        days = [landed for landed in found.landed if begin <= landed <= end]
        if not days:
            raise click.UsageError(
                f"nothing has landed for {span(begin, end)}; landed is"
                f" {span(found.landed[0], found.landed[-1])} ({here})"
            )
        return days[0], days[-1]
    wanted = found.waiting or found.landed[-1:]
    return wanted[0], wanted[-1]


def _summary(settings: Settings, report: "RunReport") -> str:
    """Tell a run in the few lines that a person reads."""
    from warehouse.upkeep.status import totals

    lines = totals(settings, report.first, report.last)
    published = report.outputs.get("serving/warehouse", {})
    rows = [
        ("days", span(report.first, report.last)),
        ("tables", f"{report.tables} built and tested in {report.seconds:.0f} s"),
    ]
    if lines:
        rows.insert(1, ("lines", str(lines)))
    rows.append(("warnings", str(len(report.warnings)) if report.warnings else "none"))
    if published:
        state = "new" if published["changed"] else "unchanged"
        rows.append(("revision", f"{published['revision']} ({state})"))
    others = sorted(key for key in report.outputs if key.startswith(EXPORTS) and key not in CALLED)
    for key in (*CALLED, *others):
        output = report.outputs.get(key)
        if output:
            name = CALLED.get(key, key.removeprefix(EXPORTS))
            kept = "  (kept: exported before, and a list is never rewritten)"
            rows.append((name, f"{output['path']}{kept if output.get('kept') else ''}"))
            if gone := output.get("withdrawn"):
                rows.append(
                    ("withdrawn", f"{counted(gone, 'place')} on exported lists: withdrawn.csv")
                )
    rows.append(("serving", str(settings.serving_dir / "userops.duckdb")))
    return "\n".join(f"{name:<9} {text}" for name, text in rows)
