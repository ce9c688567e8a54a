"""Charts: drawn to scale, labels apart, words escaped and told, the same bytes each time."""

import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from warehouse.report import page
from warehouse.report.charts import Chart, activity_chart, flow_chart
from warehouse.report.drawing import Scale, apart, picture, short, words
from warehouse.report.labels import Label
from warehouse.report.plot import SIZES
from warehouse.report.sparkline import sparkline

DAYS = [date(2026, 4, 30) - timedelta(days=ago) for ago in range(59, -1, -1)]
NAMES = {"dau": Label("Daily", "日活"), "wau": Label("Weekly", "周活")}


def activity(**values: list[float]) -> Chart:
    series = {kpi: list(zip(DAYS, line, strict=False)) for kpi, line in values.items()}
    chart = activity_chart(series, NAMES)
    assert chart
    return chart


def flow(periods: int = 2) -> Chart:
    chart = flow_chart(
        [
            {"period_start": date(2026, 4, 13), "new": 100, "returning": 300, "resurrecting": 50,
             "dormant": 150},
            {"period_start": date(2026, 4, 20), "new": 0, "returning": 200, "resurrecting": None,
             "dormant": 300},
        ][:periods]
    )  # fmt: skip
    assert chart
    return chart


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own drawing


def shapes(svg: str, name: str, css: str) -> list[ET.Element]:
    return [shape for shape in drawn(svg).iter(name) if css in shape.get("class", "")]


@pytest.mark.parametrize("size", SIZES)
def test_a_chart_says_what_it_shows_and_stays_within_its_edges(size: str) -> None:
    names: set[str] = set()
    for chart in (activity(dau=[5.0] * 60, mau=list(range(60))), flow(), flow(1)):
        drawing = drawn(getattr(chart, size))
        width, height = SIZES[size]
        assert drawing.get("role") == "img"
        title, about = drawing[0], drawing[1]
        assert (drawing.get("aria-labelledby"), drawing.get("aria-describedby")) == (
            title.get("id"), about.get("id"),
        )  # fmt: skip
        assert title.text
        assert about.text
        names |= {title.get("id") or "", about.get("id") or ""}
        for box in drawing.iter("rect"):
            assert 0 <= float(box.get("y", "")) <= height
            assert float(box.get("height", "")) >= 0
            assert float(box.get("x", "")) + float(box.get("width", "")) <= width + 0.1
    assert len(names) == 4


def test_bars_stand_on_each_other_and_who_went_hangs_below() -> None:
    chart = flow()
    boxes = {}
    for kind in ("new", "returning", "resurrecting", "dormant"):
        boxes[kind] = [
            (float(box.get("y", "")), float(box.get("height", "")))
            for box in shapes(chart.wide, "rect", f"stack {kind}")
        ]
    (zero,) = {float(path.get("d", "").split()[1].split("H")[0])
               for path in shapes(chart.wide, "path", "zero")}  # fmt: skip

    new, returning, back, gone = (boxes[kind][0] for kind in boxes)

    assert new[0] + new[1] == pytest.approx(zero, abs=0.15)
    assert returning[0] + returning[1] == pytest.approx(new[0], abs=0.15)
    assert back[0] + back[1] == pytest.approx(returning[0], abs=0.15)
    assert gone[0] == pytest.approx(zero, abs=0.15)
    assert returning[1] / new[1] == pytest.approx(3, abs=0.02)
    assert gone[1] / new[1] == pytest.approx(1.5, abs=0.02)
    assert boxes["new"][1][1] == boxes["resurrecting"][1][1] == 0


def test_the_numbers_of_a_day_are_told_where_the_pointer_rests() -> None:
    told = [box[0].text for box in shapes(flow().wide, "rect", "hit")]

    assert told == [
        "13 Apr: New 新增 100, Returning 留存 300, Resurrecting 回流 50, Dormant 沉睡 150",
        "20 Apr: New 新增 0, Returning 留存 200, Resurrecting 回流 0, Dormant 沉睡 300",
    ]
    days = shapes(activity(dau=[1234.0] * 60).narrow, "rect", "hit")
    assert len(days) == 60
    assert days[-1][0].text == "30 Apr: DAU 1,234"


def test_the_style_sheet_paints_every_mark() -> None:
    style = Path(page.__file__).with_name("style.css").read_text(encoding="utf-8")
    for svg in (activity(mau=[1.0] * 60, wau=[1.0] * 60, dau=[1.0] * 60).wide, flow().narrow):
        marks = {mark for shape in drawn(svg).iter() for mark in shape.get("class", "").split()}
        assert len(marks) >= 9
        assert {mark for mark in marks if not re.search(rf"\.{mark}\b", style)} == set()


def test_lines_are_named_by_the_rules_with_their_newest_number() -> None:
    keys = activity(wau=[20.0] * 60, dau=[float(day) for day in range(60)]).keys

    assert [(key.code, key.name, key.value) for key in keys] == [
        ("wau", Label("Weekly", "周活"), "20"),
        ("dau", Label("Daily", "日活"), "59"),
    ]


def test_dates_are_counted_from_the_last_day_and_do_not_touch() -> None:
    for svg, room in ((activity(dau=[1.0] * 60).wide, 48), (activity(dau=[1.0] * 60).narrow, 48)):
        dates = shapes(svg, "text", "date")
        places = sorted(float(text.get("x", "")) for text in dates)
        assert "30 Apr" in [text.text for text in dates]
        assert len(places) >= 4
        assert min(b - a for a, b in pairwise(places)) >= room


def test_lines_that_end_together_have_names_apart() -> None:
    chart = activity(mau=[9.0] * 60, wau=[9.0] * 60, dau=[9.0] * 60)

    for svg in (chart.wide, chart.narrow):
        places = sorted(float(text.get("y", "")) for text in shapes(svg, "text", "name"))
        assert min(b - a for a, b in pairwise(places)) >= 15.9


def test_labels_at_the_lower_edge_move_up() -> None:
    assert apart([98, 99, 100], 10, 100) == [80, 90, 100]
    assert apart([10, 50, 12], 10, 100) == [10, 50, 20]
    assert apart([], 10, 100) == []


def test_too_little_to_draw_is_no_chart() -> None:
    assert activity_chart({"dau": [(DAYS[0], 1.0)]}, {}) is None
    assert activity_chart({}, {}) is None
    assert flow_chart([]) is None


def test_nobody_at_all_is_still_a_chart() -> None:
    assert "0" in activity(dau=[0.0] * 60).wide
    empty = {"period_start": DAYS[0], "new": 0, "returning": 0, "resurrecting": 0, "dormant": 0}
    assert flow_chart([empty])


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 1370, [0, 500, 1000]),
        (-290, 700, [-200, 0, 200, 400, 600]),
        (0, 1, [0, 1]),
        (0, 3, [0, 1, 2, 3]),
        (0, 48_000, [0, 10_000, 20_000, 30_000, 40_000]),
        (0, 0, [0]),
    ],
)
def test_ticks_are_round_and_within_reach(low: float, high: float, ticks: list[int]) -> None:
    assert Scale(low, high, 0, 1).ticks(5) == ticks


def test_an_axis_has_one_unit() -> None:
    assert short([0, 500, 1000]) == ["0", "500", "1,000"]
    assert short([-5000, 0, 5000, 10_000]) == ["−5k", "0", "5k", "10k"]
    assert short([0, 12_500_000]) == ["0", "12.5M"]
    assert short([]) == []


def test_words_in_a_chart_are_only_words() -> None:
    hostile = "<script>alert(1)</script>\"'&"

    drawing = picture("a", (1, 1), hostile, hostile, words("b", 0, 0, hostile))

    assert "<script" not in drawing
    texts = [part.text for part in drawn(drawing)]
    assert texts == [hostile] * 3


def test_a_series_of_one_has_no_line_and_a_flat_one_has() -> None:
    assert sparkline([1.0]) == ""
    assert "polyline" in sparkline([2.0, 2.0, 2.0])
