"""``health_scorecard`` and ``alerts`` -> how the product is, and what somebody has to act on."""

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import KPI_DIMENSIONS, Label, label
from warehouse.report.places import Places, place_of, read_places
from warehouse.report.query import Row, rows, sql
from warehouse.report.rules import Rules
from warehouse.report.weeks import WEEK

# How loud a line of the queue is, by the classes of the churn warnings.
LEVELS = {"critical": 3, "high": 2}
SEVERITIES = {
    "critical": Label("critical", "紧急"),
    "high": Label("high", "高"),
    "medium": Label("medium", "中"),
    "low": Label("low", "低"),
}


@dataclass(frozen=True)
class Metric:
    """A metric of the scorecard; ``moved`` is what it did to the total since the week before."""

    name: Label
    value: str
    score: str
    moved: str
    tone: str


@dataclass(frozen=True)
class Health:
    """The total, its change, how much of it is known, and metrics: what pulled down comes first."""

    total: str
    moved: str
    coverage: str
    metrics: list[Metric]
    unknown: list[Label]


@dataclass(frozen=True)
class Alert:
    """An open alert, with its numbers and what to do."""

    level: int
    severity: Label
    name: Label
    place: Label
    evidence: Label
    opened_on: date
    playbook: Label
    acknowledged: str


@dataclass(frozen=True)
class Queue:
    """Open alerts, the most urgent first; those closed in a week; rules not judged, and why."""

    alerts: list[Alert]
    closed: list[Label]
    unknown: list[tuple[Label, Label]]


def read_health(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date, currency: str
) -> Health | None:
    """Read the scorecard of the day beside that of the week before; None where there is none."""
    found = _scores(connection, as_of_date)
    before = _scores(connection, as_of_date - WEEK)
    if "total" not in found:
        return None
    total = found.pop("total")
    names = rules.names("kpis", "kpi")
    metrics, unknown = [], []
    kpis = {row["metric"]: row["kpi"] for row in rules.tables["health_metrics"]}
    units = _units(rules)
    moves = {
        name: (row["contribution"] or 0) - (before.get(name, {}).get("contribution") or 0)
        for name, row in found.items()
    }
    is_moved = numbers.is_number(before.get("total", {}).get("score"))
    for name, row in sorted(found.items(), key=lambda item: (moves[item[0]], item[0])):
        kpi = kpis.get(name, name)
        if row["score"] is None:
            unknown.append(label(names, kpi))
            continue
        metrics.append(
            Metric(
                name=label(names, kpi),
                value=numbers.amount(row["value"], units.get(kpi, "number"), currency),
                score=f"{row['score']:.0f}",
                moved=_points(moves[name]) if is_moved else numbers.MISSING,
                tone=_tone(moves[name]) if is_moved else "flat",
            )
        )
    score, score_before = total["score"], before.get("total", {}).get("score")
    return Health(
        total=f"{score:.0f}" if numbers.is_number(score) else numbers.MISSING,
        moved=_points(score - score_before) if is_moved and numbers.is_number(score) else "",
        coverage=numbers.share(total["coverage"], 0),
        metrics=metrics,
        unknown=unknown,
    )


def _units(rules: Rules) -> dict[str, str]:
    return {row["kpi"]: str(row["unit"]) for row in rules.tables["kpis"]}


def _scores(connection: duckdb.DuckDBPyConnection, day: date) -> dict[str, Row]:
    found = rows(
        connection,
        f"select * from serving.marts.health_scorecard where as_of_date = {sql(day)}",
    )
    return {row["metric"]: row for row in found}


def _points(change: float) -> str:
    sign = "+" if round(change, 1) > 0 else "−" if round(change, 1) < 0 else "±"
    return f"{sign}{abs(change):.1f}"


def _tone(change: float) -> str:
    return "flat" if round(change, 1) == 0 else "good" if change > 0 else "bad"


def read_queue(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date, currency: str
) -> Queue:
    """Read open alerts, and the names of the rules that cannot be judged today."""
    units, places = _units(rules), read_places(connection, rules)
    names = rules.names("kpis", "kpi")
    found = rows(
        connection,
        "select * from serving.marts.alerts where status = 'open'"
        " order by priority, opened_on desc, alert, dimension_value",
    )
    closed = rows(
        connection,
        f"select * from serving.marts.alerts where closed_on > {sql(as_of_date - WEEK)}"
        " order by priority, alert, dimension_value",
    )
    return Queue(
        alerts=[_alert(row, label(names, row["kpi"]), units, places, currency) for row in found],
        closed=[_named(row) for row in closed],
        unknown=[(_named(row), _why_not(row)) for row in _unjudged(connection, as_of_date)],
    )


def read_week_of_alerts(
    connection: duckdb.DuckDBPyConnection, rules: Rules, monday: date, currency: str
) -> Queue:
    """Read the alerts that opened in a week, whatever came of them, and those that closed in it."""
    units, places = _units(rules), read_places(connection, rules)
    names = rules.names("kpis", "kpi")
    opened, closed = (
        rows(
            connection,
            f"select * from serving.marts.alerts where {column} >= {sql(monday)}"
            f" and {column} < {sql(monday + WEEK)} order by priority, alert, dimension_value",
        )
        for column in ("opened_on", "closed_on")
    )
    return Queue(
        alerts=[_alert(row, label(names, row["kpi"]), units, places, currency) for row in opened],
        closed=[_named(row) for row in closed],
        unknown=[],
    )


def _alert(row: Row, kpi: Label, units: dict[str, str], places: Places, currency: str) -> Alert:
    unit = units.get(row["kpi"], "number")
    seen, other = (numbers.amount(row[c], unit, currency) for c in ("value", "compared_with"))
    acknowledged = ""
    if row["acknowledged_on"]:
        acknowledged = f"{row['acknowledged_on']}: {row['acknowledged_note'] or ''}".rstrip(": ")
    return Alert(
        level=LEVELS.get(row["severity"], 1),
        severity=label(SEVERITIES, row["severity"]),
        name=_named(row),
        place=_place(row, places),
        evidence=Label(
            f"{kpi.en} {seen} on {row['last_seen_on']}, compared with {other}",
            f"{row['last_seen_on']} {kpi.zh or kpi.en} {seen}，对比 {other}",
        ),
        opened_on=row["opened_on"],
        playbook=Label(row["playbook"] or "", row["playbook_zh"] or ""),
        acknowledged=acknowledged,
    )


def _place(row: Row, places: Places) -> Label:
    if row["dimension"] == "all":
        return Label("")
    of = label(KPI_DIMENSIONS, row["dimension"])
    place = place_of(places, row["dimension"], row["dimension_value"])
    return Label(f"{of.en}: {place.en}", f"{of.zh or of.en}：{place.zh or place.en}")


def _named(row: Row) -> Label:
    return Label(row["name_en"] or row["alert"], row["name_zh"] or "")


def _why_not(row: Row) -> Label:
    if row["is_unknown"]:
        return Label("its KPI has no value today", "指标今日无值")
    return Label("no benchmark has been given", "未提供行业均值")


def _unjudged(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> list[Row]:
    """Find rules whose KPI has no value today, or which ask for a benchmark nobody gave."""
    return rows(
        connection,
        "select rules.*, kpis.value is null as is_unknown from build.rules.alert_rules as rules"
        " left join serving.marts.kpi_daily as kpis on rules.kpi = kpis.kpi"
        f" and kpis.dimension = 'all' and kpis.as_of_date = {sql(as_of_date)}"
        " left join build.rules.benchmarks as benchmarks on rules.kpi = benchmarks.kpi"
        " where kpis.value is null"
        " or (rules.test like '%benchmark' and benchmarks.kpi is null) order by rules.alert",
    )
