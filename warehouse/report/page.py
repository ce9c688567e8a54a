"""Marts -> HTML pages of a day and a week: no script, nothing fetched, the same each time."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from warehouse.report.behaviour import read_behaviour
from warehouse.report.changes import read_changes
from warehouse.report.charts import activity_chart, flow_chart
from warehouse.report.churn import read_warnings
from warehouse.report.cohorts import read_heat_maps
from warehouse.report.contents import DAY, SECTIONS, WEEK, contents
from warehouse.report.exceptions import read_exceptions
from warehouse.report.flows import read_longest_flows
from warehouse.report.funnels import read_funnels
from warehouse.report.growth import read_growth
from warehouse.report.health import read_health, read_queue
from warehouse.report.incentives import read_incentives
from warehouse.report.incidents import read_incidents
from warehouse.report.kpis import SPARK_DAYS, read_kpis
from warehouse.report.labels import PERIODS, label, many
from warehouse.report.people import read_people
from warehouse.report.places import read_places
from warehouse.report.portrait import read_portrait
from warehouse.report.quality import QualityRow, read_loading, read_restated, sort_checks
from warehouse.report.recall import read_lists
from warehouse.report.rules import Rules, read_rules
from warehouse.report.segments import read_tiles, scored_orders
from warehouse.report.tiers import read_tier_moves
from warehouse.report.value import read_value
from warehouse.report.weekly import read_week
from warehouse.report.weeks import last_week
from warehouse.serving.marts import open_marts
from warehouse.settings import Settings
from warehouse.storage.files import write_text_atomically

__all__ = ["QualityRow", "build_report"]

HERE = Path(__file__).parent
WEEKDAYS_ZH = "一二三四五六日"


def build_report(
    settings: Settings, *, as_of_date: date, quality: Sequence[QualityRow] = ()
) -> Path:
    """Write the day's page, and that of the last complete week; give the path of the day's.

    No user is named in them. A mart that is missing or empty leaves its section saying so.
    """
    folder = settings.exports_dir / "report"
    with open_marts(settings) as connection:
        rules = read_rules(connection)
        content = _read(connection, rules, as_of_date, settings)
        monday = last_week(connection, as_of_date)
        if monday:
            week = read_week(connection, rules, monday, as_of_date, settings.currency)
            week |= {"day": as_of_date, "contents": contents(WEEK, week)}
            html = _render("weekly.html", week)
            write_text_atomically(folder / f"week={monday}" / "index.html", html)
    content |= {
        "week": monday,
        "contents": contents(DAY, content),
        "checks": sort_checks(quality),
        "day": as_of_date,
        "weekday_zh": _weekday(as_of_date),
    }
    page = folder / f"as_of={as_of_date.isoformat()}" / "index.html"
    write_text_atomically(page, _render("daily.html", content))
    return page


def _read(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date, settings: Settings
) -> dict[str, Any]:
    currency = settings.currency
    kpis = read_kpis(connection, rules, as_of_date, currency)
    flow = read_longest_flows(connection, as_of_date)
    return {
        "currency": currency,
        "kpis": kpis,
        "spark_days": SPARK_DAYS,
        "health": read_health(connection, rules, as_of_date, currency),
        "queue": read_queue(connection, rules, as_of_date, currency),
        "incidents": read_incidents(connection, rules, as_of_date, currency, settings.timezone),
        "activity": activity_chart(kpis.series, kpis.names),
        "flow": flow_chart(flow),
        "flow_period": label(PERIODS, flow[0]["period"] if flow else ""),
        "growth": read_growth(connection, rules, as_of_date, currency),
        "heat_maps": read_heat_maps(connection, read_places(connection, rules)),
        "tiles": read_tiles(connection, rules, as_of_date, currency),
        "scored_orders": scored_orders(rules),
        "tier_moves": read_tier_moves(connection, rules, as_of_date),
        "value": read_value(connection, rules, as_of_date, currency),
        "funnels": read_funnels(connection, rules, as_of_date),
        "portrait": read_portrait(connection, rules),
        "behaviour": read_behaviour(connection, rules, as_of_date),
        "people": read_people(connection, rules, as_of_date, currency),
        "incentives": read_incentives(connection, rules, as_of_date, currency),
        "changes": read_changes(connection, rules, as_of_date),
        "warnings": read_warnings(connection, rules, as_of_date),
        "lists": read_lists(connection, rules, as_of_date, currency),
        "loading": read_loading(connection, as_of_date),
        "restated": read_restated(connection, as_of_date),
        "exceptions": read_exceptions(connection, "serving.marts"),
    }


def _render(template: str, content: dict[str, Any]) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    # Autoescape: names of segments, events and files come from outside.
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    style = Markup((HERE / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
    return environment.get_template(template).render(
        style=style, sections=SECTIONS, many=many, **content
    )


def _weekday(day: date) -> str:
    return WEEKDAYS_ZH[day.weekday()]
