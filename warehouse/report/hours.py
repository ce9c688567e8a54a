"""``activity_heatmap`` -> when users are active: hour of the day by weekday, as inline SVG."""

import duckdb

from warehouse.report import drawing as draw
from warehouse.report import numbers
from warehouse.report.charts import Chart, Key
from warehouse.report.labels import WEEKDAYS, Label
from warehouse.report.query import rows

LEVELS = 9
HOURS = 24
SIZES = {"wide": (1000, 190), "narrow": (340, 190)}
LEFT, TOP, ROW, GAP = 44, 4, 23, 2
EVERY = {"wide": 2, "narrow": 6}  # hours told under the picture

Counts = dict[tuple[int, int], int]


def hours_chart(connection: duckdb.DuckDBPyConnection) -> Chart | None:
    """Draw the events of each hour of the week, and name the busiest; None without any."""
    found = rows(
        connection,
        'select try_cast("row" as integer) as weekday, try_cast("column" as integer) as hour,'
        " sum(events) as events from serving.marts.activity_heatmap"
        " where kind = 'hour_by_weekday' and try_cast(\"row\" as integer) between 1 and 7"
        ' and try_cast("column" as integer) between 0 and 23 group by all having sum(events) > 0'
        " order by events desc, weekday, hour",
    )
    if not found:
        return None
    counts = {(row["weekday"], row["hour"]): int(row["events"]) for row in found}
    (weekday, hour), most = next(iter(counts.items()))
    name = WEEKDAYS[weekday - 1]
    busiest = Key(
        f"heat{LEVELS}",
        Label(
            f"Busiest hour: {name.en} {hour:02}:00, events",
            f"最活跃：{name.zh} {hour:02}:00，事件数",
        ),
        numbers.count(most),
    )
    return Chart(_draw("wide", counts, most), _draw("narrow", counts, most), [busiest])


def _draw(size: str, counts: Counts, most: int) -> str:
    width, height = SIZES[size]
    room = (width - LEFT) / HOURS
    marks: list[str] = []
    for day, name in enumerate(WEEKDAYS, start=1):
        top = TOP + (day - 1) * ROW
        marks.append(draw.words("level", LEFT - 8, top + ROW - 8, name.en))
        for hour in range(HOURS):
            events = counts.get((day, hour), 0)
            marks.append(
                draw.box(
                    f"cell heat{round(LEVELS * events / most)}",
                    LEFT + hour * room,
                    room - GAP,
                    top,
                    top + ROW - GAP,
                    f"{name.en} {name.zh} {hour:02}:00: {numbers.count(events)}",
                )
            )
    marks += [
        draw.words("date", LEFT + (hour + 0.5) * room, height - 6, f"{hour:02}")
        for hour in range(0, HOURS, EVERY[size])
    ]
    return draw.picture(
        f"hours-{size}",
        SIZES[size],
        "Activity by hour and weekday 活跃时段",
        "; ".join(_total(day, counts) for day in range(1, 8)),
        *marks,
    )


def _total(day: int, counts: Counts) -> str:
    events = sum(found for (weekday, _), found in counts.items() if weekday == day)
    return f"{WEEKDAYS[day - 1].en} {numbers.count(events)}"
