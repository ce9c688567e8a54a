"""`userops` -> its commands; here alone errors are caught: 0 done, 1 failed, 2 wrong use."""

import atexit
import gc
import os
import sys
import traceback
from pathlib import Path
from typing import Any

import click

from orchestration.commands import alerts, erasure, insight, journey, quarantine, recall, sources
from orchestration.commands.console import is_verbose, verbose_option
from warehouse.errors import UserError
from warehouse.masking import masked

CRASH_LOG = "crash.log"


class Edge(click.Group):
    """Turns errors into what a person can act on."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a user's mistake never shows a traceback."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except UserError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            click.echo("stopped; the next run picks up where this one was", err=True)
            ctx.exit(130)
        except Exception as error:
            raise click.ClickException(_unexpected(error, verbose=is_verbose(ctx))) from error


def _unexpected(error: Exception, *, verbose: bool) -> str:
    text = masked("".join(traceback.format_exception(error)))
    if verbose:
        return text
    summary = (
        f"unexpected {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    )
    summary = masked(summary)
    if isinstance(error, PermissionError | FileNotFoundError) and error.filename:
        return f"{error.strerror}\n  where: {error.filename}\n  cure:  check that it is yours"
    where = _write_down(text)
    return f"{summary}\n  where: {where}\n  cure:  `userops --verbose ...` shows the traceback here"


def _write_down(text: str) -> str:
    """Keep the traceback where the installation keeps its logs, if it can be written."""
    from warehouse.configuration import load_settings

    try:
        path: Path = load_settings().build_dir / "logs" / CRASH_LOG
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except (OSError, UserError):
        return text.strip().splitlines()[-1]
    return str(path)


@click.group(cls=Edge, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="userops", prog_name="userops")
@verbose_option
def cli() -> None:
    """Raw user events in; trusted tables, recall lists and KPI snapshots out.

    Everything that is written lies in $USEROPS_HOME (default: ./warehouse/data). Settings come from
    userops.toml there or in the working directory, and from USEROPS_* variables.
    """
    # What is written names people; what is published for readers is opened to them by name.
    os.umask(0o077)


for command in (
    *(journey.demo, journey.run, journey.dev, journey.simulate),
    *(insight.status, alerts.alerts, insight.rules, insight.doctor),
    *(quarantine.quarantine, sources.sources, recall.recall, erasure.forget),
):
    cli.add_command(command)


def main() -> None:
    """Run the command line as a program."""
    # What is imported stays to the end: looking through it again and again for garbage, as Python
    # does unasked, is a sixth of the imports (4.7 of 5.7 CPU seconds are left).
    gc.set_threshold(100_000, 50, 100)
    # At the end it would look through all of it before it lets go: a tenth of a small run (2.1 of
    # 22.1 CPU seconds). What a process held is free once it has ended.
    atexit.register(gc.freeze)
    sys.exit(cli(prog_name="userops"))


if __name__ == "__main__":
    main()
