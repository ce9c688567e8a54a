"""Marts -> the last complete week beside the one before: what moved, where, and who acts."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from warehouse.report import numbers
from warehouse.report.charts import flow_chart
from warehouse.report.claims import read_claims
from warehouse.report.community import read_community
from warehouse.report.economics import read_economics
from warehouse.report.flows import read_flows
from warehouse.report.health import read_health, read_week_of_alerts
from warehouse.report.kpis import HEADLINES, tone_of
from warehouse.report.labels import KPI_DIMENSIONS, Label, label
from warehouse.report.places import place_of, read_places
from warehouse.report.programme import read_programme
from warehouse.report.query import Row, rows, sql
from warehouse.report.rules import Rules
from warehouse.report.tiers import read_tier_moves
from warehouse.report.weeks import DAY, WEEK, values_of
from warehouse.report.why import read_why

# KPIs whose values of a dimension add up to the whole: what each did to it can be told.
ADD_UP = ("new_users", "dau", "orders", "net_revenue")
MOVES_SHOWN = 10
KPIS_SHOWN = 16
COHORTS_SHOWN = 8
SMALL = 10


@dataclass(frozen=True)
class WeekKpi:
    """A KPI of the week beside the week before; ``tone`` is good, bad or flat."""

    name: Label
    value: str
    before: str
    change: str
    tone: str
    arrow: str


@dataclass(frozen=True)
class Move:
    """What one value of a dimension did to a KPI; ``share`` is of the KPI's week before."""

    kpi: Label
    place: Label
    dimension: Label
    value: str
    before: str
    share: str
    tone: str


@dataclass(frozen=True)
class CohortMove:
    """How many of a weekly cohort were active in the week, beside all cohorts at that age."""

    start: date
    size: str
    age: int
    rate: str
    usual: str
    change: str
    tone: str


def read_week(
    connection: duckdb.DuckDBPyConnection,
    rules: Rules,
    monday: date,
    as_of_date: date,
    currency: str,
) -> dict[str, Any]:
    """Read what the edition of a week tells; what moves slowly is as it stands on the day."""
    sunday = monday + 6 * DAY
    return {
        "monday": monday,
        "sunday": sunday,
        "currency": currency,
        "shown": KPIS_SHOWN,
        "kpis": read_week_kpis(connection, rules, monday, currency),
        "moves": read_moves(connection, rules, monday, currency),
        "why": read_why(connection, rules, monday),
        "health": read_health(connection, rules, sunday, currency),
        "alerts": read_week_of_alerts(connection, rules, monday, currency),
        "tier_moves": read_tier_moves(connection, rules, sunday),
        "flow": flow_chart(read_flows(connection, "week", monday)),
        "cohorts": read_cohort_moves(connection, monday),
        "economics": read_economics(connection, rules, as_of_date, currency),
        "community": read_community(connection, rules, as_of_date, currency),
        "programme": read_programme(connection, rules, as_of_date, currency),
        "claims": read_claims(connection, rules, currency),
    }


def read_week_kpis(
    connection: duckdb.DuckDBPyConnection, rules: Rules, monday: date, currency: str
) -> list[WeekKpi]:
    """Read each KPI of the week, the headlines first."""
    now = values_of(connection, rules, monday, "dimension = 'all'")
    before = values_of(connection, rules, monday - WEEK, "dimension = 'all'")
    catalogue = {row["kpi"]: row for row in rules.tables["kpis"]}
    names = rules.names("kpis", "kpi")
    told = []
    for kpi in dict.fromkeys([*HEADLINES, *catalogue]):
        entry, key = catalogue.get(kpi), (kpi, "all", "all")
        if entry is None or now.get(key) is None:
            continue
        unit = str(entry["unit"])
        change = numbers.change(now[key], before.get(key), unit)
        words = numbers.signed(change, unit) if change is not None else ""
        told.append(
            WeekKpi(
                name=label(names, kpi),
                value=_amount(now[key], unit, currency),
                before=_amount(before.get(key), unit, currency),
                change=words,
                tone=tone_of(words, str(entry.get("direction") or "")),
                arrow={"+": "▲", "−": "▼"}.get(words[:1], ""),
            )
        )
    return told


def read_moves(
    connection: duckdb.DuckDBPyConnection, rules: Rules, monday: date, currency: str
) -> list[Move]:
    """Find the values of dimensions that moved their KPI most, by what it was the week before."""
    kpis = ", ".join(f"'{kpi}'" for kpi in ADD_UP)
    now, before = (
        values_of(connection, rules, start, f"kpi in ({kpis})") for start in (monday, monday - WEEK)
    )
    places = read_places(connection, rules)
    entries = {row["kpi"]: row for row in rules.tables["kpis"]}
    names = rules.names("kpis", "kpi")
    found = []
    for kpi, dimension, value in now.keys() | before.keys():
        whole, entry = before.get((kpi, "all", "all")), entries.get(kpi)
        # In a week with a day that never landed nobody can say what moved.
        is_known = now.get((kpi, "all", "all")) is not None
        if dimension == "all" or not whole or not is_known or entry is None:
            continue
        # A channel that was not there the week before brought nothing then.
        was, came = (each.get((kpi, dimension, value)) or 0.0 for each in (before, now))
        share = (came - was) / whole
        words, unit = numbers.signed(share, "number"), str(entry["unit"])
        move = Move(
            kpi=label(names, kpi),
            place=place_of(places, dimension, value),
            dimension=label(KPI_DIMENSIONS, dimension),
            value=_amount(came, unit, currency),
            before=_amount(was, unit, currency),
            share=words,
            tone=tone_of(words, str(entry.get("direction") or "")),
        )
        if move.tone != "flat":
            found.append((-abs(share), kpi, dimension, value, move))
    return [move for *_, move in sorted(found, key=lambda each: each[:-1])[:MOVES_SHOWN]]


def _amount(value: float | None, unit: str, currency: str) -> str:
    """Write a mean as its KPI, but a small one of whole things with its fraction."""
    is_small = unit == "count" and value is not None and abs(value) < SMALL
    return numbers.amount(value, "number" if is_small else unit, currency)


def read_cohort_moves(connection: duckdb.DuckDBPyConnection, monday: date) -> list[CohortMove]:
    """Read who of the newest weekly cohorts was active in the week, beside all at that age."""
    which = (
        "{0}.kind = 'n_period' and {0}.clock = 'calendar' and {0}.cohort_by = 'activity'"
        " and {0}.period = 'week' and {0}.dimension = 'all'"
    )
    found = rows(
        connection,
        "select cells.cohort_start, cells.cohort_size, cells.period_number, cells.users,"
        " curves.retention_rate as usual from serving.marts.cohort_retention as cells"
        " left join serving.marts.retention_curves as curves on"
        f" cells.period_number = curves.period_number and {which.format('curves')}"
        f" where {which.format('cells')} and cells.period_number > 0 and cells.is_mature"
        f" and cells.cohort_start + 7 * cast(cells.period_number as integer) = {sql(monday)}"
        f" order by cells.cohort_start desc limit {COHORTS_SHOWN}",
    )
    return [_cohort(row) for row in found if row["cohort_size"]]


def _cohort(row: Row) -> CohortMove:
    rate = row["users"] / row["cohort_size"]
    change = numbers.change(rate, row["usual"], "share")
    words = numbers.signed(change, "share") if change is not None else numbers.MISSING
    return CohortMove(
        start=row["cohort_start"],
        size=numbers.count(row["cohort_size"]),
        age=row["period_number"],
        rate=numbers.share(rate),
        usual=numbers.share(row["usual"]),
        change=words,
        tone=tone_of(words, "up"),
    )
