"""Series -> inline SVG, drawn here and now: the page needs no script and fetches nothing.

Each chart comes in two widths; the style sheet shows the one that can be read on the screen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

INK, MUTED, GRID = "#1c2321", "#66706c", "#e4e2da"
ACTIVITY = {
    "mau": ("MAU 月活", "#8db8ab"),
    "wau": ("WAU 周活", "#4f9181"),
    "dau": ("DAU 日活", "#0b5345"),
}
FLOW = {
    "new_users": ("New 新增", "#0b5345"),
    "returning_users": ("Returning 留存", "#8fb8ac"),
    "resurrecting_users": ("Resurrecting 回流", "#d9a441"),
    "dormant_users": ("Dormant 沉睡", "#c8c4b8"),
}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Noto Sans CJK SC', sans-serif"
NAME_ROOM = 12
WIDTHS = {"wide": (1000, 270), "narrow": (340, 230)}


@dataclass(frozen=True)
class Chart:
    """The same picture for a wide and a narrow screen; both are trusted SVG."""

    wide: str
    narrow: str


def activity_chart(series: Mapping[str, Sequence[tuple[date, float]]]) -> Chart | None:
    """Draw DAU, WAU and MAU by day, each line named at its end; None without two days."""
    records = [
        {"day": day.isoformat(), "value": value, "name": ACTIVITY[kpi][0]}
        for kpi in ACTIVITY
        for day, value in series.get(kpi, ())
    ]
    if len({record["day"] for record in records}) < 2:
        return None
    return Chart(*(_svg(_activity(records, size), size, right=NAME_ROOM) for size in WIDTHS))


def flow_chart(periods: Sequence[Mapping[str, Any]]) -> Chart | None:
    """Draw who came and who went per period: arrivals above the line, dormant users below."""
    records = [
        {
            "period": period["period_start"].isoformat(),
            "users": (-1 if kind == "dormant_users" else 1) * int(period[kind] or 0),
            "name": name,
            "order": place,
        }
        for period in periods
        for place, (kind, (name, _)) in enumerate(FLOW.items())
    ]
    return (
        Chart(*(_svg(_flow(records, size), size, right=4) for size in WIDTHS)) if records else None
    )


def _activity(records: list[dict[str, Any]], size: str) -> Any:
    import altair as alt

    names = [name for name, _ in ACTIVITY.values()]
    colour = alt.Color(
        "name:N",
        scale=alt.Scale(domain=names, range=[tone for _, tone in ACTIVITY.values()]),
        legend=None,
    )
    last = max(record["day"] for record in records)
    base: Any = alt.Chart(alt.Data(values=records)).encode(
        x=alt.X("day:T", title=None, scale=alt.Scale(type="utc"), axis=_time_axis(size)),
        y=alt.Y("value:Q", title=None, axis=_count_axis()),
        color=colour,
    )
    ends = base.transform_filter(f"toDate(datum.day) >= toDate('{last}')")
    return alt.layer(
        base.mark_line(strokeWidth=2.2, strokeJoin="round", strokeCap="round"),
        ends.mark_circle(size=42, opacity=1),
        # Named where the eye ends; in ink, since the palest line would be too pale for words.
        ends.mark_text(align="left", dx=9, fontSize=12, fontWeight=600).encode(
            text="name:N", color=alt.value(INK)
        ),
    )


def _flow(records: list[dict[str, Any]], size: str) -> Any:
    import altair as alt

    names = [name for name, _ in FLOW.values()]
    bars: Any = alt.Chart(alt.Data(values=records)).mark_bar(width={"band": 0.68})
    return bars.encode(
        x=alt.X("period:O", title=None, axis=_period_axis()),
        y=alt.Y("sum(users):Q", title=None, axis=_count_axis()),
        color=alt.Color(
            "name:N",
            scale=alt.Scale(domain=names, range=[tone for _, tone in FLOW.values()]),
            legend=alt.Legend(
                title=None, orient="top", columns=4 if size == "wide" else 2, symbolType="circle"
            ),
        ),
        order=alt.Order("order:Q"),
    )


def _time_axis(size: str) -> Any:
    import altair as alt

    return alt.Axis(format="%-d %b", tickCount=10 if size == "wide" else 4, grid=False)


def _period_axis() -> Any:
    import altair as alt

    shown = "utcFormat(toDate(datum.value), '%-d %b')"
    return alt.Axis(labelExpr=shown, labelAngle=0, labelOverlap="parity", grid=False)


def _count_axis() -> Any:
    import altair as alt

    return alt.Axis(tickCount=4, format="~s", labelExpr="datum.value == 0 ? '0' : datum.label")


def _svg(chart: Any, size: str, *, right: int) -> str:
    import vl_convert

    width, height = WIDTHS[size]
    styled = (
        chart.properties(
            width=width,
            height=height,
            background="transparent",
            padding={"right": right, "left": 2, "top": 6, "bottom": 4},
            autosize={"type": "fit", "contains": "padding"},
        )
        .configure(font=FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=MUTED,
            labelFontSize=12,
            gridColor=GRID,
            domain=False,
            ticks=False,
            labelPadding=8,
        )
        .configure_legend(labelColor=INK, labelFontSize=12, symbolSize=90, columnPadding=18)
    )
    return vl_convert.vegalite_to_svg(styled.to_json())
