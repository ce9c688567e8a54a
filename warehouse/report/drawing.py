"""Values and words -> SVG: scales, ticks and marks; the same data give the same bytes.

Nothing here knows a colour or a font: marks carry classes, and the page's style sheet paints them.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

LETTER = 7  # width of a digit among the labels, to keep them apart
UNITS = ((10**9, "B"), (10**6, "M"), (10**3, "k"))


@dataclass(frozen=True)
class Scale:
    """A straight line from values to pixels; ``end`` may lie before ``start``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Place a value; where all values are one, in the middle."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, about: int) -> list[int]:
        """Give about so many whole numbers in reach, in steps of 1, 2 or 5 and noughts."""
        least = max((self.high - self.low) / about, 1)
        power = 10 ** math.floor(math.log10(least))
        step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= least)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return [place * step for place in range(first, last + 1)]


def short(ticks: Sequence[int]) -> list[str]:
    """Write the numbers of an axis, all in the one unit that keeps them short."""
    most = max(map(abs, ticks), default=0)
    unit, suffix = next((pair for pair in UNITS if most >= 10 * pair[0]), (1, ""))
    return [f"{tick / unit:,.15g}{suffix}".replace("-", "−") if tick else "0" for tick in ticks]


def apart(places: Sequence[float], distance: float, lowest: float) -> list[float]:
    """Move labels down, and up again from the lowest place there is, until none overlap."""
    moved = list(places)
    order = sorted(range(len(places)), key=places.__getitem__)
    free = -math.inf
    for label in order:
        moved[label] = max(moved[label], free)
        free = moved[label] + distance
    free = lowest
    for label in reversed(order):
        moved[label] = min(moved[label], free)
        free = moved[label] - distance
    return moved


def picture(name: str, size: tuple[int, int], title: str, about: str, *marks: str) -> str:
    """Put marks into an SVG that says what it shows; ``name`` must be its own on the page."""
    head = (
        f'<title id="{name}">{escape(title)}</title><desc id="{name}-about">{escape(about)}</desc>'
    )
    return (
        f'<svg viewBox="0 0 {size[0]} {size[1]}" role="img"'
        f' aria-labelledby="{name}" aria-describedby="{name}-about">{head}{"".join(marks)}</svg>'
    )


def line(css: str, points: Iterable[tuple[float, float]]) -> str:
    """Join points, from left to right."""
    return f'<polyline class="{css}" points="{" ".join(f"{_(x)},{_(y)}" for x, y in points)}"/>'


def area(css: str, points: Iterable[tuple[float, float]]) -> str:
    """Fill the shape with these corners."""
    return f'<polygon class="{css}" points="{" ".join(f"{_(x)},{_(y)}" for x, y in points)}"/>'


def rule(css: str, left: float, right: float, y: float) -> str:
    """Draw a level line."""
    return f'<path class="{css}" d="M{_(left)} {_(y)}H{_(right)}"/>'


def dot(css: str, x: float, y: float, radius: float) -> str:
    """Mark one point."""
    return f'<circle class="{css}" cx="{_(x)}" cy="{_(y)}" r="{_(radius)}"/>'


def box(css: str, x: float, width: float, top: float, bottom: float, told: str = "") -> str:
    """Fill a rectangle; what is told shows where a pointer rests on it."""
    start = f'<rect class="{css}" x="{_(x)}" y="{_(top)}" width="{_(width)}"'
    title = f"<title>{escape(told)}</title>" if told else ""
    return f'{start} height="{_(bottom - top)}">{title}</rect>'


def words(css: str, x: float, y: float, text: str) -> str:
    """Write words; the class says whether they start, end or are centred there."""
    return f'<text class="{css}" x="{_(x)}" y="{_(y)}">{escape(text)}</text>'


def _(pixels: float) -> str:
    """Write a length to a tenth of a pixel, without a needless nought or sign."""
    return f"{round(pixels, 1) + 0.0:.1f}".removesuffix(".0")
