"""`status`, `rules`, `doctor`: how the installation stands. Nothing here changes anything."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from orchestration.commands.console import counted, note, span, table, verbose_option
from warehouse.configuration import load_settings
from warehouse.errors import UserError
from warehouse.settings import Settings

if TYPE_CHECKING:
    from warehouse.rules.describe import RuleStatus

RECENT_DAYS = 14
SHOWN = 5


@click.command(short_help="Runs, freshness, checks, what readers see.")
@click.option("--runs", "limit", type=click.IntRange(1), default=5, show_default=True)
@verbose_option
def status(limit: int) -> None:
    """Show runs, freshness, checks, what is set aside, and what readers see."""
    from warehouse.build.database import lock_holder
    from warehouse.serving.publish import current, verify
    from warehouse.upkeep.status import freshness, totals

    settings = load_settings()
    click.echo(f"home       {settings.home}")
    found = freshness(settings)
    if not found.landed and not found.admitted:
        click.echo("nothing has landed yet: `userops demo` shows the whole journey on made-up data")
        return
    landed = f"{counted(len(found.landed), 'day')}"
    if found.landed:
        landed += f", {span(found.landed[0], found.landed[-1])}"
    click.echo(f"landed     {landed}")
    newest = f", newest {found.admitted[-1]}" if found.admitted else ""
    click.echo(f"admitted   {counted(len(found.admitted), 'day')}{newest}")
    if found.waiting:
        click.echo(f"waiting    {_days(found.waiting)}  (`userops run`)")
    if missing := found.missing:
        click.echo(f"missing    {_days(missing)}  (never landed: their numbers are unknown)")
    _show_late(settings)
    if lines := totals(settings):
        click.echo(f"lines      {lines}")
    publication = current(settings)
    shown = f"revision {publication.revision}, {publication.path}" if publication else "nothing yet"
    click.echo(f"published  {shown}")
    for problem in verify(settings):
        click.echo(f"  damaged: {problem}")
    click.echo(f"writing    {lock_holder(settings) or 'nobody'}")
    _show_exceptions(settings)
    _show_quarantine(settings)
    _show_runs(settings, limit)


@click.command(short_help="Rules in effect, and what your own change.")
@click.argument("name", required=False)
def rules(name: str | None) -> None:
    """List the rules in effect; with NAME, what the installation's own file changes."""
    from warehouse.rules.describe import describe_rules, difference

    settings = load_settings()
    found = describe_rules(settings)
    if name:
        name = name.removesuffix(".csv")
        faults = [fault for rule in found for fault in rule.faults if rule.name == name]
        try:
            lines = difference(settings, name)
            click.echo("\n".join(lines or _where_to_edit(settings, name, found)))
        except UserError:
            if not faults:
                raise
            # A file that cannot be read has no difference to show; why is said below.
        _tell_faults(faults)
        return
    click.echo(
        table(
            [
                [r.name, "own" if r.is_own else "shipped", r.rows, len(r.faults) or "", r.path]
                for r in found
            ],
            ["rule", "whose", "rows", "faults", "file"],
        )
    )
    _tell_faults([fault for rule in found for fault in rule.faults])


def _where_to_edit(settings: Settings, name: str, found: "Sequence[RuleStatus]") -> list[str]:
    rule = next(each for each in found if each.name == name)
    if rule.is_own:
        return [f"{rule.path} says what the shipped rule says"]
    own = settings.rules_dir / rule.path.name
    return [f"{rule.path} is in effect, as shipped", f"to change it, edit a copy: {own}"]


def _tell_faults(faults: Sequence[UserError]) -> None:
    """Say what is wrong with rules; exits with 1 where anything is."""
    for fault in faults:
        note(f"fault: {fault}")
    if faults:
        raise click.exceptions.Exit(1)


@click.command(short_help="What stands in the way of a run, with cures.")
@click.option("--deep", is_flag=True, help="Also read every file and compare its checksum.")
@verbose_option
def doctor(*, deep: bool) -> None:
    """Look for what stands in the way of a run; each problem comes with its cure."""
    from warehouse.upkeep.doctor import examine
    from warehouse.upkeep.finding import Finding

    try:
        findings = examine(load_settings(), deep=deep)
    except UserError as error:
        # Where the installation lies is a setting too: without them nothing else can be looked at.
        faults = (error, *error.others)
        findings = [Finding("settings", False, f"{f.what} ({f.where})", f.cure) for f in faults]
    for finding in findings:
        mark = "ok  " if finding.ok else "BAD "
        click.echo(f"{mark} {finding.subject:<12} {finding.detail}")
        if not finding.ok:
            click.echo(f"     cure: {finding.cure}")
    bad = sum(not finding.ok for finding in findings)
    if bad:
        note(counted(bad, "problem"))
        raise click.exceptions.Exit(1)


def _days(days: Sequence[date]) -> str:
    named = ", ".join(map(str, days[:SHOWN])) + (", ..." if days[SHOWN:] else "")
    return f"{counted(len(days), 'day')}: {named}"


def _show_late(settings: Settings) -> None:
    """Name files that came after their day was loaded: no run takes them in unasked."""
    from warehouse.lake.late import late_files

    late = late_files(settings)
    if not late:
        return
    first, last = late[0].day, late[-1].day
    command = f"--date {first}" if first == last else f"--from {first} --to {last}"
    loaded = "a day" if first == last else "days"
    click.echo(f"late       {counted(len(late), 'file')} of {loaded} already loaded:")
    for each in late[:SHOWN]:
        click.echo(f"             {each.file}  ({'changed' if each.is_known else 'new'})")
    if more := late[SHOWN:]:
        click.echo(f"             ... and {len(more):,} more")
    click.echo(f"           `userops run {command}` takes them in")


def _show_exceptions(settings: Settings) -> None:
    """Show what the published numbers leave out or are unsure of; nothing where there is none."""
    from warehouse.upkeep.status import exceptions

    if found := exceptions(settings):
        click.echo("\nset apart or unsure, over all that is published")
        click.echo(table([[each.name.en, each.found] for each in found], ["what", "number"]))


def _show_quarantine(settings: Settings) -> None:
    from warehouse.lake.layout import load_days
    from warehouse.upkeep.status import quarantine_counts

    days = load_days(settings)
    if not days:
        return
    recent = [day for day in days if day > days[-1] - timedelta(days=RECENT_DAYS)]
    counts = quarantine_counts(settings, recent)
    click.echo(f"\nset aside, load days {span(recent[0], recent[-1])}")
    if counts:
        click.echo(table([[*key, n] for key, n in counts.items()], ["day", "reason", "lines"]))
    else:
        click.echo("nothing")


def _show_runs(settings: Settings, limit: int) -> None:
    """Show the run history, which only Dagster can read; without one it is not even imported."""
    click.echo("\nruns")
    if not (settings.dagster_home / "history").is_dir():
        click.echo("none yet")
        return
    from orchestration.history import last_checks, recent_runs

    runs = recent_runs(settings, limit)
    click.echo(table([_run_row(run) for run in runs], ["began", "state", "seconds", "what", "run"]))
    if runs:
        unhappy = last_checks(settings)
        click.echo("\nchecks of the last run: " + ("all passed" if not unhappy else ""))
        for row in unhappy:
            click.echo(f"  {row.severity}: {row.name} ({row.stage})")
            for line in filter(None, row.detail.split("; ")):
                click.echo(f"    {line}")


def _run_row(run: Any) -> list[object]:
    began = f"{run.began:%Y-%m-%d %H:%M:%S}" if run.began else ""
    return [began, run.state, run.seconds, run.what, run.run_id[:8]]
