"""Core thresholds, potential, feedback, layers -> who users are to us, as it slowly moves."""

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import (
    DEMOGRAPHICS,
    FEEDBACK,
    NO_CLASS,
    PHASES,
    VALUES,
    Label,
    days,
    label,
    many,
)
from warehouse.report.people import feedback_cells
from warehouse.report.query import Row, newest, rows, sql
from warehouse.report.rules import Rules

MONTHS_SHOWN = 6
LAYERS_SHOWN = 8
VALUES_SHOWN = 4


@dataclass(frozen=True)
class Threshold:
    """A set of thresholds: what it asks, whom it admits, and whether it is in force."""

    name: Label
    asks: Label
    is_in_force: bool
    users: str
    spend: str


@dataclass(frozen=True)
class Community:
    """Who is core and would be, what was heard, and where users lie on the axes of value."""

    thresholds: list[Threshold]
    judged_on: date | None
    potential: Label
    months: list[tuple[str, Label, list[str]]]
    layers: list[tuple[Label, Label, Label, str, str]]
    classes: list[Label]
    demographics: list[tuple[Label, Label, str, list[str]]]


def read_community(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date, currency: str
) -> Community | None:
    """Read it as of the day; None while nothing of it is known."""
    thresholds = rows(
        connection,
        f"from serving.marts.core_thresholds where {newest('core_thresholds', as_of_date)}"
        " order by is_in_force desc, users_admitted desc nulls last, threshold_set, phase",
    )
    classes, demographics = _demographics(connection, rules)
    found = Community(
        thresholds=[_threshold(row, rules, currency) for row in thresholds],
        judged_on=thresholds[0]["as_of_date"] if thresholds else None,
        potential=_potential(connection, rules, as_of_date),
        months=_months(connection, as_of_date),
        layers=_layers(connection, rules),
        classes=classes,
        demographics=demographics,
    )
    parts = (found.thresholds, found.potential.en, found.months, found.layers, demographics)
    return found if any(parts) else None


def _threshold(row: Row, rules: Rules, currency: str) -> Threshold:
    span = days(rules.parameter("core_days") or 0)
    asked = {
        "min_weekly_logins": ("logins a week {}", "每周登录 {} 次"),
        "min_session_minutes": ("minutes a session {}", "每次 {} 分钟"),
        "min_monthly_spend": (f"spent in {span.en} {{}}", f"{span.zh}消费 {{}}"),
        "min_contributions": (f"contributions in {span.en} {{}}", f"{span.zh}贡献 {{}} 次"),
    }
    told = [
        tuple(
            words.format(
                numbers.money(row[column], currency) if "spend" in column else f"{row[column]:g}"
            )
            for words in both
        )
        for column, both in asked.items()
        if row[column] is not None
    ]
    if row["phase"] != "*":
        phase = label(PHASES | rules.names("phases", "phase"), row["phase"])
        told.insert(0, (f"phase {phase.en}", f"阶段 {phase.zh or phase.en}"))
    return Threshold(
        name=label(rules.names("core_rules", "rule_set"), row["threshold_set"]),
        asks=Label(", ".join(en for en, _ in told), "、".join(zh for _, zh in told)),
        is_in_force=row["is_in_force"],
        users=numbers.count(row["users_admitted"]),
        spend=numbers.money(row["monthly_spend"], currency),
    )


def _potential(connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date) -> Label:
    """Say of how many users each dimension of potential is known."""
    found = rows(
        connection,
        "select count(potential_score) as users, count(interaction) as interaction,"
        " count(content) as content, count(influence) as influence"
        f" from serving.marts.potential_scores where as_of_date = {sql(as_of_date)}",
    )
    if not found or not found[0]["users"]:
        return Label("")
    names = rules.names("potential_weights", "dimension")
    parts = [(label(names, of), found[0][of]) for of in ("interaction", "content", "influence")]
    return Label(
        f"Potential is scored of {many(found[0]['users'], 'user')}; of them is known: "
        + ", ".join(f"{name.en.lower()} {users:,}" for name, users in parts)
        + ".",
        f"{found[0]['users']:,} 位用户有潜力评分，其中各维度有数据："
        + "、".join(f"{name.zh or name.en} {users:,}" for name, users in parts)
        + "。",
    )


def _months(
    connection: duckdb.DuckDBPyConnection, as_of_date: date
) -> list[tuple[str, Label, list[str]]]:
    """Give complaints and suggestions by month, the newest first: who is asked answers nobody."""
    found = rows(
        connection,
        "from serving.marts.feedback_monthly where kind <> 'feedback' and count is not null"
        f" and month in (select distinct month from serving.marts.feedback_monthly"
        f" where month <= {sql(as_of_date)} order by month desc limit {MONTHS_SHOWN})"
        " order by month desc, kind",
    )
    return [
        (
            f"{row['month']:%Y-%m}",
            label(FEEDBACK, row["kind"]),
            feedback_cells(row),
        )
        for row in found
    ]


def _layers(
    connection: duckdb.DuckDBPyConnection, rules: Rules
) -> list[tuple[Label, Label, Label, str, str]]:
    """Give the layers of value, need and behaviour that hold most users who have bought."""
    found = rows(
        connection,
        "select value, need, behaviour, count(*) as users, sum(count(*)) over () as buyers"
        " from serving.marts.user_layers where value <> 'none' group by value, need, behaviour"
        f" order by users desc, value, need, behaviour limit {LAYERS_SHOWN}",
    )
    tiers = rules.tiers()
    classes = rules.names("portrait_classes", "code") | NO_CLASS
    return [
        (
            label(tiers, row["value"]),
            label(classes, row["need"]),
            label(classes, row["behaviour"]),
            numbers.count(row["users"]),
            numbers.share(row["users"] / row["buyers"]),
        )
        for row in found
    ]


def _demographics(
    connection: duckdb.DuckDBPyConnection, rules: Rules
) -> tuple[list[Label], list[tuple[Label, Label, str, list[str]]]]:
    """Give the classes of behaviour of the largest values of each demographic that is told."""
    names = rules.names("portrait_classes", "code") | NO_CLASS
    found = rows(
        connection,
        "select *, sum(users) over (partition by demographic, demographic_value) as of_value"
        " from serving.marts.demographic_segments where demographic_value <> 'unknown'",
    )
    used = {row["behaviour_class"] for row in found}
    codes = [code for code in names if code in used]
    shares = {
        (row["demographic"], row["demographic_value"], row["behaviour_class"]): row["share"]
        for row in found
    }
    values = VALUES | {
        row["value"]: Label(row["name_en"] or row["value"], row["name_zh"] or "")
        for row in rules.tables["tags"]
        if row["value"] and row["tag"] in DEMOGRAPHICS
    }
    told = []
    for of, name in DEMOGRAPHICS.items():
        sized = {
            row["demographic_value"]: row["of_value"] for row in found if row["demographic"] == of
        }
        for value in sorted(sized, key=lambda value: (-sized[value], value))[:VALUES_SHOWN]:
            cells = [numbers.share(shares.get((of, value, code), 0), 0) for code in codes]
            told.append((name, label(values, value), numbers.count(sized[value]), cells))
    return [label(names, code) for code in codes], told
