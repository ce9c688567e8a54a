"""What all commands share on the screen: tables, dates, progress, `--verbose`."""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import click

from warehouse.masking import masked

VERBOSE = "userops.verbose"


class Day(click.ParamType):
    """A calendar day written as 2026-01-31."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read a day; anything else is wrong use."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day; write it as 2026-01-31", param, ctx)


DAY = Day()


def _remember(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        ctx.meta[VERBOSE] = True


def verbose_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--verbose`, which counts before and after the command's name."""
    return click.option(
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_remember,
        help="Show the log of the run, and tracebacks.",
    )(command)


def is_verbose(ctx: click.Context | None = None) -> bool:
    """Tell whether `--verbose` was given."""
    return bool((ctx or click.get_current_context()).meta.get(VERBOSE))


def table(rows: Iterable[Sequence[object]], header: Sequence[str]) -> str:
    """Lay rows out in columns; numbers stand to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    numeric = [bool(cells) and all(_is_number(row[i]) for row in cells) for i in range(len(header))]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    lines = []
    for row in [list(header), *cells]:
        padded = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def counted(number: int, noun: str) -> str:
    """Write a number with its noun: `1 day`, `1,200 days`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def span(first: date, last: date) -> str:
    """Write a day or a range of days."""
    return f"{first}" if first == last else f"{first} to {last}"


@contextmanager
def bar(unit: str) -> Generator[Callable[[int, int], None]]:
    """Give a progress callback (done, all) that draws a bar where somebody watches a terminal."""
    from tqdm import tqdm

    with tqdm(unit=unit, leave=False, disable=None) as drawn:

        def show(done: int, whole: int) -> None:
            drawn.total = whole
            drawn.update(done - drawn.n)

        yield show


def note(text: str) -> None:
    """Say something beside the result, on standard error."""
    click.echo(masked(text), err=True)


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    # A name from outside must not steer the terminal.
    return masked("".join(c if c.isprintable() else "\ufffd" for c in text))


def _is_number(text: str) -> bool:
    return text.replace(",", "").isdigit()
