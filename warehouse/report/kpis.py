"""``kpi_daily`` and the KPI catalogue -> headline cards, the full table, and series for charts."""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import STATUSES, Label, label
from warehouse.report.query import Row, rows, sql
from warehouse.report.rules import Rules
from warehouse.report.sparkline import sparkline

HISTORY_DAYS = 60
HEADLINES = (
    "dau", "new_users", "net_revenue", "orders", "d7_retention", "repurchase_rate",
    "stickiness", "churn_rate",
)  # fmt: skip
SPARK_DAYS = 28


@dataclass(frozen=True)
class Kpi:
    """One KPI of the day, ready to show. ``tone`` is good, bad or flat; never colour alone."""

    name: Label
    formula: str
    value: str
    change: str
    tone: str
    arrow: str
    week_before: str
    previous_day: str
    mean_28d: str
    target: str
    status: Label
    status_code: str
    spark: str


@dataclass(frozen=True)
class Kpis:
    """What the page shows of the KPIs; ``series`` is (day, value) by KPI."""

    names: dict[str, Label]
    headlines: list[Kpi]
    everything: list[Kpi]
    series: dict[str, list[tuple[date, float]]]


def read_kpis(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date, currency: str
) -> Kpis:
    """Read the day's KPIs over all users, in the order of the catalogue."""
    catalogue = {row["kpi"]: row for row in rules.tables["kpis"]}
    names = rules.names("kpis", "kpi")
    found = rows(
        connection,
        f"select * from serving.marts.kpi_daily where as_of_date = {sql(as_of_date)}"
        " and dimension = 'all' and dimension_value = 'all' order by kpi",
    )
    series = _series(connection, as_of_date)
    order = {kpi: place for place, kpi in enumerate([*HEADLINES, *catalogue])}
    found.sort(key=lambda row: (order.get(row["kpi"], len(order)), row["kpi"]))
    shown = {
        row["kpi"]: _kpi(
            row,
            label(names, row["kpi"]),
            catalogue.get(row["kpi"], {}),
            series.get(row["kpi"], []),
            currency,
        )
        for row in found
    }
    headlines = [shown[kpi] for kpi in HEADLINES if kpi in shown]
    return Kpis(names, headlines, list(shown.values()), series)


def _series(
    connection: duckdb.DuckDBPyConnection, as_of_date: date
) -> dict[str, list[tuple[date, float]]]:
    series: dict[str, list[tuple[date, float]]] = {}
    for row in rows(
        connection,
        "select kpi, as_of_date, value from serving.marts.kpi_daily"
        f" where as_of_date > {sql(as_of_date - timedelta(days=HISTORY_DAYS))}"
        f" and as_of_date <= {sql(as_of_date)}"
        " and dimension = 'all' and dimension_value = 'all' order by kpi, as_of_date",
    ):
        if numbers.is_number(row["value"]):
            series.setdefault(row["kpi"], []).append((row["as_of_date"], float(row["value"])))
    return series


def _kpi(
    row: Row,
    name: Label,
    entry: Row,
    series: list[tuple[date, float]],
    currency: str,
) -> Kpi:
    unit = str(entry.get("unit") or "number")
    change = numbers.change(row["value"], row.get("week_before"), unit)
    words = numbers.signed(change, unit) if change is not None else ""

    def shown(column: str) -> str:
        return numbers.amount(row.get(column), unit, currency)

    return Kpi(
        name=name,
        formula=str(entry.get("formula") or ""),
        value=shown("value"),
        change=words,
        tone=tone_of(words, str(entry.get("direction") or "")),
        arrow={"+": "▲", "−": "▼"}.get(words[:1], ""),
        week_before=shown("week_before"),
        previous_day=shown("previous_day"),
        mean_28d=shown("mean_28d"),
        target=shown("target"),
        status=label(STATUSES, row.get("status") or "unknown"),
        status_code=str(row.get("status") or "unknown"),
        spark=sparkline([value for _, value in series[-SPARK_DAYS:]]),
    )


def tone_of(words: str, direction: str) -> str:
    """Say whether a shown change is good news; a KPI without a direction has no good or bad."""
    wanted = {"u": "+", "h": "+", "d": "−", "l": "−"}.get(direction.strip().lower()[:1])
    if not wanted or words[:1] not in ("+", "−"):
        return "flat"
    return "good" if words.startswith(wanted) else "bad"
