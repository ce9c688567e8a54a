"""What was measured -> one Markdown table: ours beside theirs, and the goal it is held against."""

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HEADER = "| goal | what | ours | theirs | ratio | wanted | met |\n|---|---|---|---|---|---|---|"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True)
class Row:
    """One line of the table; ``met`` is None where nothing is promised or nothing is known."""

    goal: str
    what: str
    ours: str
    theirs: str = ""
    ratio: str = ""
    wanted: str = ""
    met: bool | None = None

    def line(self) -> str:
        """Return the line as Markdown."""
        met = {True: "yes", False: "**no**", None: ""}[self.met]
        cells = (self.goal, self.what, self.ours, self.theirs, self.ratio, self.wanted, met)
        return f"| {' | '.join(cells)} |"


def compared(
    goal: str,
    what: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    at_most: float | None = None,
    unit: str = "s",
) -> Row:
    """Set two series of the same rounds against each other: the ratio is the median of rounds."""
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    return Row(
        goal=goal,
        what=what,
        ours=amount(ours, unit),
        theirs=amount(theirs, unit),
        ratio=f"{ratio:.2f}",
        wanted=f"<= {at_most:g}" if at_most is not None else "",
        met=ratio <= at_most if at_most is not None else None,
    )


def limited(goal: str, what: str, values: Sequence[float], *, at_most: float, unit: str) -> Row:
    """Hold the largest of a series against a limit."""
    worst = max(values)
    return Row(goal, what, amount(values, unit), "", "", f"<= {at_most:g} {unit}", worst <= at_most)


def typical(goal: str, what: str, values: Sequence[float], *, at_most: float, unit: str) -> Row:
    """Hold the median of a series against a limit."""
    middle = statistics.median(values)
    return Row(
        goal, what, amount(values, unit), "", "", f"<= {at_most:g} {unit}", middle <= at_most
    )


def amount(values: Sequence[float], unit: str) -> str:
    """Return the median, and the least where there are several."""
    least = f" (least {_number(min(values))})" if len(values) > 1 else ""
    return f"{_number(statistics.median(values))} {unit}{least}"


def markdown(rows: Sequence[Row]) -> str:
    """Return the whole table."""
    return "\n".join([HEADER, *(row.line() for row in rows)])


def machine(command: str) -> str:
    """Say where and when it was measured, and how to do so again."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    today = datetime.now(tz=UTC).date().isoformat()
    return f"{today}, {os.cpu_count()} cores, {memory:.0f} GiB of memory: `{command}`"


def write(path: Path, content: str) -> None:
    """Put what was measured between its marks in a page, in place of what stood there."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n{content}\n{END}{after}", encoding="utf-8")


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
