"""Series -> inline SVG, drawn here and now: the page needs no script and fetches nothing.

Each chart comes in two widths; the style sheet shows the one that can be read on the screen. What
its colours mean is told beside it by the page, where names of any length find room.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from warehouse.report import drawing as draw
from warehouse.report import numbers
from warehouse.report.drawing import Scale
from warehouse.report.labels import FLOWS, Label, label

Values = Mapping[str, Mapping[date, float]]

ACTIVITY = ("mau", "wau", "dau")
BELOW = "dormant"
SIZES = {"wide": (1000, 270), "narrow": (340, 230)}
TOP, FOOT = 10, 28
ENDS = 48  # room for the names at the ends of lines
DATE = 50  # room for one date
TICKS = 5
BAR = 0.68  # share of a period's room that its bar takes


@dataclass(frozen=True)
class Key:
    """What one colour means; ``value`` is the newest, where it is worth telling."""

    code: str
    name: Label
    value: str = ""


@dataclass(frozen=True)
class Chart:
    """The same picture for a wide and a narrow screen; both are trusted SVG."""

    wide: str
    narrow: str
    keys: list[Key]


def activity_chart(
    series: Mapping[str, Sequence[tuple[date, float]]], names: Mapping[str, Label]
) -> Chart | None:
    """Draw the users active within a day, a week and a month; None without two days."""
    values = {kpi: dict(series[kpi]) for kpi in ACTIVITY if series.get(kpi)}
    if len(_days(values)) < 2:
        return None
    keys = [
        Key(kpi, names.get(kpi) or label({}, kpi), numbers.count(line[max(line)]))
        for kpi, line in values.items()
    ]
    return Chart(_lines("wide", values), _lines("narrow", values), keys)


def flow_chart(periods: Sequence[Mapping[str, Any]]) -> Chart | None:
    """Draw who came and who went per period: arrivals above the line, dormant users below."""
    if not periods:
        return None
    values = {
        kind: {period["period_start"]: int(period[kind] or 0) for period in periods}
        for kind in FLOWS
    }
    keys = [Key(kind, name) for kind, name in FLOWS.items()]
    return Chart(_bars("wide", values), _bars("narrow", values), keys)


def _lines(size: str, values: Values) -> str:
    width, height = SIZES[size]
    days = _days(values)
    y = Scale(0, max(1, *(max(line.values()) for line in values.values())), height - FOOT, TOP)
    x = Scale(days[0].toordinal(), days[-1].toordinal(), _margin(y), width - ENDS)
    at = {day: x(day.toordinal()) for day in days}
    points = {
        kpi: [(at[day], y(line[day])) for day in sorted(line)] for kpi, line in values.items()
    }
    ends = {kpi: line[-1] for kpi, line in points.items()}
    names = draw.apart([level + 4 for _, level in ends.values()], 16, height - FOOT)
    marks = [
        *(draw.line(f"line {kpi}", line) for kpi, line in points.items()),
        *(draw.dot(f"dot {kpi}", *end, 3.6) for kpi, end in ends.items()),
        # In ink where the eye ends: the palest line would be too pale for words.
        *(
            draw.words("name", left + 9, name, kpi.upper())
            for (kpi, (left, _)), name in zip(ends.items(), names, strict=True)
        ),
    ]
    return _picture(size, ("activity", "Active users by day 活跃用户走势"), values, at, y, marks)


def _bars(size: str, values: Values) -> str:
    width, height = SIZES[size]
    days = _days(values)
    arrivals = [kind for kind in values if kind != BELOW]
    above = max(sum(values[kind][day] for kind in arrivals) for day in days)
    y = Scale(-max(values[BELOW].values()), max(1, above), height - FOOT, TOP)
    room = (width - _margin(y)) / len(days)
    at = {day: _margin(y) + room * (place + 0.5) for place, day in enumerate(days)}
    marks = []
    for day in days:
        stacked = {BELOW: (-values[BELOW][day], 0.0)}
        level = 0.0
        for kind in arrivals:
            stacked[kind] = (level, level := level + values[kind][day])
        marks += [
            draw.box(f"stack {kind}", at[day] - room * BAR / 2, room * BAR, y(high), y(low))
            for kind, (low, high) in stacked.items()
        ]
    return _picture(size, ("flow", "Users who came and went 用户流动"), values, at, y, marks)


def _picture(
    size: str,
    named: tuple[str, str],
    values: Values,
    at: Mapping[date, float],
    y: Scale,
    marks: Sequence[str],
) -> str:
    """Lay marks on a grid of levels and dates, and tell each date's numbers to who asks."""
    width, height = SIZES[size]
    days = list(at)
    step = (at[days[-1]] - at[days[0]]) / (len(days) - 1) if len(days) > 1 else width
    left, right = _margin(y), at[days[-1]] + step / 2
    levels = y.ticks(TICKS)
    # Days too close to be named each are named by the week.
    unit = 7 if step < DATE and days[1] - days[0] == timedelta(days=1) else 1
    each = unit * math.ceil(DATE / (unit * step))
    return draw.picture(
        f"{named[0]}-{size}",
        (width, height),
        named[1],
        _told(days[-1], values),
        *(draw.rule("zero" if level == 0 else "grid", left, right, y(level)) for level in levels),
        *(
            draw.words("level", left - 8, y(level) + 4, text)
            for level, text in zip(levels, draw.short(levels), strict=True)
        ),
        # Counted from the last one, the day of the page.
        *(draw.words("date", at[day], height - 6, _date(day)) for day in days[::-1][::each]),
        *marks,
        *(
            draw.box("hit", at[day] - step / 2, step, TOP, height - FOOT, _told(day, values))
            for day in days
        ),
    )


def _days(values: Values) -> list[date]:
    return sorted({day for line in values.values() for day in line})


def _margin(y: Scale) -> float:
    return 12 + draw.LETTER * max(map(len, draw.short(y.ticks(TICKS))))


def _told(day: date, values: Values) -> str:
    shown = (f"{_name(code)} {numbers.count(line.get(day))}" for code, line in values.items())
    return f"{_date(day)}: {', '.join(shown)}"


def _name(code: str) -> str:
    kind = FLOWS.get(code)
    return f"{kind.en} {kind.zh}" if kind else code.upper()


def _date(day: date) -> str:
    return f"{day.day} {day:%b}"
