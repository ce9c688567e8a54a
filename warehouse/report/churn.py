"""``churn_warnings`` -> users of each level, the signal that raises it, and what to do."""

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import Label, days, readable
from warehouse.report.query import Row, rows, sql
from warehouse.report.rules import Rules


@dataclass(frozen=True)
class Warning:  # noqa: A001 - what the business calls it
    """Users of one warning level and what the rules say to do.

    ``silence`` is what else they must be; empty where the rule asks for none.
    """

    level: int
    name: Label
    silence: Label
    users: str
    actions: list[str]


def read_warnings(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date
) -> list[Warning]:
    """Count the users of each warning level, the most serious first."""
    levels = {row["warning_level"]: row for row in rules.tables["warning_levels"]}
    found = rows(
        connection,
        "select warning_level, count(*) as users, min(action_1) as first, min(action_2) as second"
        f" from serving.marts.churn_warnings where as_of_date = {sql(as_of_date)}"
        " and warning_level > 0 group by warning_level order by warning_level desc",
    )
    return [
        Warning(
            level=row["warning_level"],
            name=_limit(row["warning_level"], levels.get(row["warning_level"])),
            silence=_silence(levels.get(row["warning_level"])),
            users=numbers.count(row["users"]),
            actions=[readable(row[action]) for action in ("first", "second") if row[action]],
        )
        for row in found
    ]


def _limit(level: int, rule: Row | None) -> Label:
    """Say what raises a level, with the limit in force: days of silence, or a fall of activity."""
    if rule is None:
        return Label(f"Level {level}", f"{level} 级")
    en = rule.get("name_en") or readable(rule["signal"])
    zh = rule.get("name_zh") or ""
    if rule["silent_days"] is not None:
        silence = days(rule["silent_days"])
        return Label(f"{en} for {silence.en}", f"{silence.zh}{zh}" if zh else "")
    fall = numbers.limit(rule["drop_share"])
    return Label(f"{en} by {fall} or more", f"{zh} {fall} 以上" if zh else "")


def _silence(rule: Row | None) -> Label:
    """Say for how long people of a level must have been neither active nor buying."""
    least = rule.get("min_silent_days") if rule else None
    if least is None:
        return Label("")
    quiet = days(least)
    return Label(f"and neither active nor buying for {quiet.en}", f"且 {quiet.zh}无活跃、无购买")
