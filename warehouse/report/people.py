"""Funnels, warnings and today's lists in numbers: whom to act on, without naming anyone."""

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import CHANNELS, EXCLUSIONS, WARNINGS, Label, label
from warehouse.report.query import Row, rows


@dataclass(frozen=True)
class Step:
    """One step of a funnel; ``width`` is its share of the first step, in percent."""

    place: int
    event: str
    users: str
    conversion: str
    step_conversion: str
    width: str


@dataclass(frozen=True)
class Bar:
    """A named count with a bar; ``width`` is in percent of the largest."""

    name: Label
    count: str
    note: str
    width: str


@dataclass(frozen=True)
class Warning:  # noqa: A001 - what the business calls it
    """Users of one warning level and what the rules say to do."""

    level: int
    name: Label
    users: str
    actions: list[str]


@dataclass(frozen=True)
class Lists:
    """Today's recall in numbers: ``rows`` are (strategy, users by channel, total, cost)."""

    channels: list[Label]
    rows: list[tuple[str, list[str], str, str]]
    total: str
    cost: str
    expected: str
    exclusions: list[Bar]
    excluded: str


def read_funnels(
    connection: duckdb.DuckDBPyConnection, as_of_date: date
) -> list[tuple[str, list[Step]]]:
    """Read every funnel as of the day."""
    funnels: dict[str, list[Row]] = {}
    for row in rows(
        connection,
        "select * from serving.marts.funnel_steps where as_of_date = ? order by funnel, step",
        as_of_date,
    ):
        funnels.setdefault(str(row["funnel"]), []).append(row)
    return [(label({}, name).en, _steps(found)) for name, found in funnels.items()]


def _steps(found: list[Row]) -> list[Step]:
    first = found[0]["users"] or 0
    return [
        Step(
            place=place,
            event=str(row["event"]),
            users=numbers.count(row["users"]),
            conversion=numbers.share(row["conversion"]),
            step_conversion=numbers.share(row["step_conversion"]) if place > 1 else "",
            width=_width(row["users"], first),
        )
        for place, row in enumerate(found, start=1)
    ]


def read_warnings(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> list[Warning]:
    """Count the users of each warning level, the most serious first."""
    found = rows(
        connection,
        "select warning_level, count(*) as users, min(action_1) as first, min(action_2) as second"
        " from serving.marts.churn_warnings where as_of_date = ? and warning_level > 0"
        " group by warning_level order by warning_level desc",
        as_of_date,
    )
    names = {str(level): name for level, name in WARNINGS.items()}
    return [
        Warning(
            level=row["warning_level"],
            name=label(names, row["warning_level"]),
            users=numbers.count(row["users"]),
            actions=[label({}, row[a]).en for a in ("first", "second") if row[a]],
        )
        for row in found
    ]


def read_lists(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, currency: str
) -> Lists | None:
    """Count today's list by strategy and channel, and who was left out and why."""
    listed = rows(
        connection,
        "select coalesce(strategy, '') as strategy, coalesce(channel, '') as channel,"
        " count(*) as users, sum(cost) as cost, sum(expected_value) as expected"
        " from serving.marts.recall_list where as_of_date = ? group by all"
        " order by strategy, channel",
        as_of_date,
    )
    left_out = rows(
        connection,
        "select exclusion_reason, count(*) as users from serving.marts.recall_exclusions"
        " where as_of_date = ? group by exclusion_reason order by users desc, exclusion_reason",
        as_of_date,
    )
    if not listed and not left_out:
        return None
    channels = sorted({row["channel"] for row in listed}, key=_channel_order)
    return Lists(
        channels=[label(CHANNELS, channel) for channel in channels],
        rows=_by_strategy(listed, channels, currency),
        total=numbers.count(_sum(listed, "users")),
        cost=numbers.money(_sum(listed, "cost"), currency),
        expected=numbers.money(_sum(listed, "expected"), currency),
        exclusions=[
            Bar(
                label(EXCLUSIONS, row["exclusion_reason"]),
                numbers.count(row["users"]),
                "",
                _width(row["users"], left_out[0]["users"]),
            )
            for row in left_out
        ],
        excluded=numbers.count(_sum(left_out, "users")),
    )


def _by_strategy(
    listed: list[Row], channels: list[str], currency: str
) -> list[tuple[str, list[str], str, str]]:
    strategies: dict[str, list[Row]] = {}
    for row in listed:
        strategies.setdefault(row["strategy"], []).append(row)
    table: list[tuple[str, list[str], str, str]] = []
    for strategy, found in strategies.items():
        users = {row["channel"]: numbers.count(row["users"]) for row in found}
        table.append(
            (
                label({}, strategy).en,
                [users.get(channel, "") for channel in channels],
                numbers.count(_sum(found, "users")),
                numbers.money(_sum(found, "cost"), currency),
            )
        )
    return table


def _channel_order(channel: str) -> tuple[int, str]:
    known = list(CHANNELS)
    return (known.index(channel) if channel in known else len(known), channel)


def _sum(found: list[Row], column: str) -> float:
    return float(sum(row[column] or 0 for row in found))


def _width(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "0"
