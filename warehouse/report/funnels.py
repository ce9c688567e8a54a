"""``funnel_steps`` -> bars: how many got how far, in the time that the rule gives them."""

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import Label, duration
from warehouse.report.query import Row, rows, sql
from warehouse.report.rules import Rules


@dataclass(frozen=True)
class Step:
    """One step of a funnel; ``width`` is its share of the first step, in percent."""

    event: Label
    users: str
    conversion: str
    step_conversion: str
    width: str


@dataclass(frozen=True)
class Funnel:
    """A funnel's name, the time it may take, and its steps."""

    name: Label
    window: Label
    steps: list[Step]


def read_funnels(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date
) -> list[Funnel]:
    """Read every funnel as of the day."""
    windows = {row["funnel"]: row["window_minutes"] for row in rules.tables["funnels"]}
    found: dict[str, list[Row]] = {}
    for row in rows(
        connection,
        f"select * from serving.marts.funnel_steps where as_of_date = {sql(as_of_date)}"
        " order by funnel, step",
    ):
        found.setdefault(str(row["funnel"]), []).append(row)
    return [
        Funnel(rules.called("funnel", name), _window(windows, name), _steps(steps, rules))
        for name, steps in found.items()
    ]


def _window(windows: dict[str, int | None], funnel: str) -> Label:
    if funnel not in windows:
        return Label("")
    minutes = windows[funnel]
    if minutes is None:
        return Label("without a time limit", "不限时")
    span = duration(minutes)
    return Label(f"within {span.en} of the first step", f"首步后 {span.zh}内")


def _steps(found: list[Row], rules: Rules) -> list[Step]:
    first = found[0]["users"] or 0
    return [
        Step(
            event=rules.called("event", row["event"]),
            users=numbers.count(row["users"]),
            conversion=numbers.share(row["conversion"]),
            step_conversion=numbers.share(row["step_conversion"]) if place > 1 else "",
            width=numbers.width(row["users"] or 0, first),
        )
        for place, row in enumerate(found, start=1)
    ]
