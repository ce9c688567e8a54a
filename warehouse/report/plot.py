"""Days and a scale of values -> the ground of a chart: grid, dates, and numbers told on asking."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from warehouse.report import drawing as draw
from warehouse.report import numbers
from warehouse.report.drawing import Scale

Values = Mapping[str, Mapping[date, float]]

SIZES = {"wide": (1000, 270), "narrow": (340, 230)}
TOP, FOOT = 10, 28
DATE = 50  # room for one date
TICKS = 5


def values_scale(size: str, low: float, high: float) -> Scale:
    """Lay values from the foot of the picture to its top, at least one unit of them."""
    return Scale(low, max(high, low + 1), SIZES[size][1] - FOOT, TOP)


def left_of(y: Scale) -> float:
    """Leave room for the numbers beside the scale."""
    return 12 + draw.LETTER * max(map(len, draw.short(y.ticks(TICKS))))


@dataclass(frozen=True)
class Plot:
    """Where things lie: each day's middle ``at`` in pixels, ``room`` wide, and values by ``y``."""

    size: str
    y: Scale
    at: Mapping[date, float]
    room: float

    def picture(self, name: str, title: str, told: Values, marks: Sequence[str]) -> str:
        """Lay marks on the ground; ``told`` are the numbers in words, by what they are of."""
        days = list(self.at)
        form = _form(days)
        foot = self.y.start
        return draw.picture(
            f"{name}-{self.size}",
            SIZES[self.size],
            title,
            _sentence(days[-1], told, form),
            *self._grid(max(self.at.values()) + self.room / 2),
            *self._dates(days[::-1], form),
            *marks,
            *(
                draw.box(
                    "hit",
                    self.at[day] - self.room / 2,
                    self.room,
                    TOP,
                    foot,
                    _sentence(day, told, form),
                )
                for day in days
            ),
        )

    def _grid(self, right: float) -> list[str]:
        levels = self.y.ticks(TICKS)
        left = left_of(self.y)
        rules = [
            draw.rule("grid" if level else "zero", left, right, self.y(level)) for level in levels
        ]
        numbered = zip(levels, draw.short(levels), strict=True)
        return rules + [
            draw.words("level", left - 8, self.y(level) + 4, text) for level, text in numbered
        ]

    def _dates(self, days: Sequence[date], form: str) -> list[str]:
        """Name days, counted from the last; where there is no room for each, by the week."""
        are_daily = len(days) > 1 and days[0] - days[1] == timedelta(days=1)
        unit = 7 if are_daily and self.room < DATE else 1
        shown = days[:: unit * math.ceil(DATE / (unit * self.room))]
        foot = SIZES[self.size][1] - 6
        return [draw.words("date", self.at[day], foot, f"{day:{form}}") for day in shown]


def _sentence(day: date, told: Values, form: str) -> str:
    shown = (f"{name} {numbers.count(values.get(day))}" for name, values in told.items())
    return f"{day:{form}}: {', '.join(shown)}"


def _form(days: Sequence[date]) -> str:
    """Write the first days of several months as those months, other days as themselves."""
    return "%b" if len(days) > 1 and all(day.day == 1 for day in days) else "%-d %b"
