"""Paths, last acts, hours, stages of life -> what users do, and what they did before they left."""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from warehouse.report import numbers
from warehouse.report.charts import Chart
from warehouse.report.hours import hours_chart
from warehouse.report.labels import NO_STAGE, TROUBLES, Bar, Label, days, label
from warehouse.report.query import rows, sql
from warehouse.report.rules import Rules

SHOWN = 8


@dataclass(frozen=True)
class Path:
    """A recommended next step, and the share that takes it of those who stayed and who left."""

    start: Label
    end: Label
    users: str
    retained: str
    lost: str


@dataclass(frozen=True)
class Act:
    """A last act of the lost; ``lift`` is empty where no retained user ended with it."""

    event: Label
    users: str
    share: str
    lift: str


@dataclass(frozen=True)
class Trouble:
    """What the lost complained of, or what failed for them, last before they left or after."""

    kind: Label
    what: Label
    users: str
    share: str
    lift: str


@dataclass(frozen=True)
class Flows:
    """Users by stage before and after a week: ``cells`` by row are (users, stayed)."""

    first: date
    last: date
    names: list[Label]
    rows: list[tuple[Label, list[tuple[str, bool]]]]


@dataclass(frozen=True)
class Behaviour:
    """What users do; each part is empty while its mart is. The rest says by which rules."""

    paths: list[Path]
    acts: list[Act]
    troubles: list[Trouble]
    hours: Chart | None
    stages: list[Bar]
    flows: Flows | None
    least: str
    lost: Label
    retained: Label
    reach: Label
    reason: Label


def read_behaviour(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date
) -> Behaviour | None:
    """Read what users do; None while all of it is empty."""
    least = int(rules.parameter("path_min_users") or 1)
    found = Behaviour(
        paths=_paths(connection, rules),
        acts=_acts(connection, rules, least),
        troubles=_troubles(connection, rules),
        hours=hours_chart(connection),
        stages=_stages(connection, rules),
        flows=_flows(connection, rules, as_of_date),
        least=numbers.count(least),
        lost=_span(rules, "churned_after_days"),
        retained=_span(rules, "silent_after_days"),
        reach=_span(rules, "heatmap_days"),
        reason=_span(rules, "churn_reason_days"),
    )
    parts = (found.paths, found.acts, found.troubles, found.hours, found.stages, found.flows)
    return found if any(parts) else None


def _span(rules: Rules, parameter: str) -> Label:
    number = rules.parameter(parameter)
    return Label("? days", "? 天") if number is None else days(number)


def _paths(connection: duckdb.DuckDBPyConnection, rules: Rules) -> list[Path]:
    """Give the recommended steps that most users take, and how many of the lost took them."""
    found = rows(
        connection,
        "select chosen.from_event, chosen.to_event, chosen.users, chosen.share,"
        " gone.share as lost_share from serving.marts.path_transitions as chosen"
        " left join serving.marts.path_transitions as gone on gone.outcome = 'lost'"
        " and gone.from_event = chosen.from_event and gone.to_event = chosen.to_event"
        " where chosen.is_recommended"
        f" order by chosen.users desc, chosen.from_event limit {SHOWN}",
    )
    return [
        Path(
            start=rules.called("event", row["from_event"]),
            end=rules.called("event", row["to_event"]),
            users=numbers.count(row["users"]),
            retained=numbers.share(row["share"]),
            lost=numbers.share(row["lost_share"]),
        )
        for row in found
    ]


def _acts(connection: duckdb.DuckDBPyConnection, rules: Rules, least: int) -> list[Act]:
    """Give the last acts of the lost in the mart's order, without what hardly anybody did."""
    found = rows(
        connection,
        "select event, users, share, lift from serving.marts.last_acts"
        f" where outcome = 'lost' and position = 1 and users >= {least}"
        f" order by rank limit {SHOWN}",
    )
    return [
        Act(
            event=rules.called("event", row["event"]),
            users=numbers.count(row["users"]),
            share=numbers.share(row["share"]),
            lift=_lift(row["lift"]),
        )
        for row in found
    ]


def _lift(lift: float | None) -> str:
    return f"×{lift:.2f}" if numbers.is_number(lift) else ""


def _troubles(connection: duckdb.DuckDBPyConnection, rules: Rules) -> list[Trouble]:
    """Give the last complaints and failures of the lost, failures first, the most told first."""
    found = rows(
        connection,
        "select kind, event, users, share, lift from serving.marts.last_acts"
        " where outcome = 'lost' and kind in ('complaint', 'failure')"
        f" order by kind desc, users desc, event limit {SHOWN}",
    )
    return [
        Trouble(
            kind=label(TROUBLES, row["kind"]),
            what=rules.called("event" if row["kind"] == "failure" else "complaint", row["event"]),
            users=numbers.count(row["users"]),
            share=numbers.share(row["share"]),
            lift=_lift(row["lift"]),
        )
        for row in found
    ]


def _stages(connection: duckdb.DuckDBPyConnection, rules: Rules) -> list[Bar]:
    """Count the users of each stage of today, in the order of the rules."""
    counted = {
        row["stage"]: row["users"]
        for row in rows(
            connection,
            "select stage, count(*) as users from serving.marts.user_stages group by stage",
        )
    }
    names = rules.names("lifecycle_stages", "stage")
    most, everybody = max(counted.values(), default=0), sum(counted.values())
    return [
        Bar(
            label(names, stage),
            f"{numbers.count(counted[stage])} ({numbers.share(counted[stage] / everybody)})",
            numbers.width(counted[stage], most),
        )
        for stage in dict.fromkeys([*names, *sorted(counted)])
        if stage in counted
    ]


def _flows(connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date) -> Flows | None:
    """Give the moves of the last week that is over; None before there is one."""
    found = rows(
        connection,
        "select * from serving.marts.stage_flows where week_start = (select max(week_start)"
        f" from serving.marts.stage_flows where week_start <= {sql(as_of_date - timedelta(6))})",
    )
    if not found:
        return None
    names = rules.names("lifecycle_stages", "stage") | NO_STAGE
    order = {stage: place for place, stage in enumerate(names)}
    moves = {(str(row["from_stage"]), str(row["to_stage"])): row["users"] for row in found}

    def sort(stages: set[str]) -> list[str]:
        return sorted(stages, key=lambda stage: (order.get(stage, len(order)), stage))

    ends = sort({end for _, end in moves})
    return Flows(
        first=found[0]["week_start"],
        last=found[0]["week_start"] + timedelta(6),
        names=[label(names, stage) for stage in ends],
        rows=[
            (
                label(names, start),
                [
                    (numbers.count(moves[start, end]) if (start, end) in moves else "",
                     start == end)
                    for end in ends
                ],
            )
            for start in sort({start for start, _ in moves})
        ],
    )  # fmt: skip
