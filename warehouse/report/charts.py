"""Series -> inline SVG, drawn here and now: the page needs no script and fetches nothing.

Each chart comes in two widths; the style sheet shows the one that can be read on the screen. What
its colours mean is told beside it by the page, where names of any length find room.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from warehouse.report import drawing as draw
from warehouse.report import numbers
from warehouse.report.drawing import Scale
from warehouse.report.labels import FLOWS, POINTS, Label, label
from warehouse.report.plot import SIZES, Plot, Values, left_of, values_scale

ACTIVITY = ("mau", "wau", "dau")
ENDS = 48  # room for the names at the ends of lines
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
    title = "Users who came and went 用户流动"
    return _stacked("flow", title, periods, "period_start", FLOWS, {"dormant"})


def points_chart(months: Sequence[Mapping[str, Any]]) -> Chart | None:
    """Draw the points of each month: issued above the line, redeemed and expired below."""
    title = "Points issued and gone 积分发放与消耗"
    return _stacked("points", title, months, "month", POINTS, {"redeemed", "expired"})


def _stacked(
    name: str,
    title: str,
    periods: Sequence[Mapping[str, Any]],
    start: str,
    names: Mapping[str, Label],
    below: Set[str],
) -> Chart | None:
    if not periods:
        return None
    values = {kind: {period[start]: int(period[kind] or 0) for period in periods} for kind in names}
    told = {f"{label.en} {label.zh}": values[kind] for kind, label in names.items()}

    def draw_in(size: str) -> str:
        plot, marks = _bars(size, values, below)
        return plot.picture(name, title, told, marks)

    keys = [Key(kind, name) for kind, name in names.items()]
    return Chart(draw_in("wide"), draw_in("narrow"), keys)


def _lines(size: str, values: Values) -> str:
    days = _days(values)
    y = values_scale(size, 0, max(max(line.values()) for line in values.values()))
    x = Scale(days[0].toordinal(), days[-1].toordinal(), left_of(y), SIZES[size][0] - ENDS)
    at = {day: x(day.toordinal()) for day in days}
    points = {
        kpi: [(at[day], y(line[day])) for day in sorted(line)] for kpi, line in values.items()
    }
    ends = {kpi: line[-1] for kpi, line in points.items()}
    names = draw.apart([level + 4 for _, level in ends.values()], 16, y.start)
    marks = [
        *(draw.line(f"line {kpi}", line) for kpi, line in points.items()),
        *(draw.dot(f"dot {kpi}", *end, 3.6) for kpi, end in ends.items()),
        # In ink where the eye ends: the palest line would be too pale for words.
        *(
            draw.words("name", left + 9, name, kpi.upper())
            for (kpi, (left, _)), name in zip(ends.items(), names, strict=True)
        ),
    ]
    told = {kpi.upper(): line for kpi, line in values.items()}
    plot = Plot(size, y, at, room=x(1) - x(0))
    return plot.picture("activity", "Active users by day 活跃用户走势", told, marks)


def _bars(size: str, values: Values, below: Set[str]) -> tuple[Plot, list[str]]:
    """Stack the kinds of each period, those below the line downwards."""
    days = _days(values)
    above = [kind for kind in values if kind not in below]

    def most(kinds: Iterable[str]) -> float:
        kept = list(kinds)
        return max(sum(values[kind][day] for kind in kept) for day in days)

    y = values_scale(size, -most(kind for kind in values if kind in below), most(above))
    left = left_of(y)
    room = (SIZES[size][0] - left) / len(days)
    at = {day: left + room * (place + 0.5) for place, day in enumerate(days)}
    marks: list[str] = []
    for day in days:
        up = down = 0.0
        for kind in values:
            if kind in below:
                low, high = (down := down - values[kind][day]), down + values[kind][day]
            else:
                low, high = up, (up := up + values[kind][day])
            marks.append(
                draw.box(f"stack {kind}", at[day] - room * BAR / 2, room * BAR, y(high), y(low))
            )
    return Plot(size, y, at, room), marks


def _days(values: Values) -> list[date]:
    return sorted({day for line in values.values() for day in line})
