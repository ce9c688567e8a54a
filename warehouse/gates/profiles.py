"""Lake and marts -> small frames of measures: what the two guarded borders are judged by.

Measured in SQL, so that a check costs little at any size of data. Nothing here judges, and no
frame holds a contact detail.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import duckdb

from warehouse.feeds import EVENTS
from warehouse.gates.queries import query
from warehouse.lake.layout import (
    PATHS,
    QUARANTINE_SCHEMA,
    Load,
    loads_with,
    quarantine_path,
    read_days,
    rows_path,
    schema_of,
)
from warehouse.lake.loads import loaded, read_ledger
from warehouse.rules.effective import rule_in_effect, values_in_effect
from warehouse.serving.marts import engine_config, open_file, open_marts
from warehouse.serving.publish import current
from warehouse.settings import Settings
from warehouse.storage.places import let_read

if TYPE_CHECKING:
    import pandas as pd

USUAL_DAYS = 28


def raw_days(settings: Settings, days: Sequence[date], feed: str = EVENTS) -> "pd.DataFrame":
    """Measure load days of a feed, a row each, from their files and the ledger of the days before.

    A day that was never loaded has its row too, of zeros. Shares and ratios are null where there
    is nothing to divide by; ``usual_parsed`` is the median of up to 28 load days before, null
    below 7.
    """
    asked = sorted(set(days))
    with duckdb.connect(config=engine_config(settings)) as connection:
        let_read(connection, settings.lake_root)
        newest = loaded(settings, feed)
        _provide_days(connection, settings, asked, newest, feed)
        _provide_lines(connection, settings, [newest[day] for day in asked if day in newest], feed)
        connection.execute(f"create table days as {query('raw_days')}", {"usual_days": USUAL_DAYS})
        measured = query("raw_events") if feed == EVENTS else "from days"
        return connection.execute(f"{measured} order by load_date").df()


def marts_day(settings: Settings, as_of_date: date) -> "pd.DataFrame":
    """Measure the marts under construction, in one row, against each other and the last published.

    Gaps are absolute, money in the reporting currency; ``users_before`` is null before the first
    publication.
    """
    parameters = {
        "as_of_date": as_of_date,
        "first_scored_date": _first_scored_date(settings, as_of_date),
        "users_before": _published_users(settings),
        "tiers": values_in_effect(settings, "rfm_tiers.tier"),
        "kpis": values_in_effect(settings, "kpis.kpi"),
    }
    with open_file(settings, settings.serving_build_db, read_only=True) as connection:
        return connection.execute(query("marts_day"), parameters).df()


def recall_rows(settings: Settings, as_of_date: date) -> "pd.DataFrame":
    """Return the recall list of one day as it stands, which may be empty.

    What is known of consent and addresses is measured beside it, by the tables of the same build.
    """
    with open_marts(settings) as connection:
        return connection.execute(query("recall_rows"), {"as_of_date": as_of_date}).df()


def _provide_days(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    asked: list[date],
    newest: dict[date, Load],
    feed: str,
) -> None:
    """Make ``asked_days``, ``known_days`` and ``ledger``: the days to judge, and those before."""
    earlier = [day for day in newest if asked and day < asked[0]][-USUAL_DAYS:]
    between = [day for day in newest if asked and asked[0] <= day <= asked[-1]]
    loads = [newest.get(day) for day in asked]
    # Ingest sets lines of the future aside; a day more than it allows covers every time zone.
    slack = timedelta(days=2 + settings.max_future_days)
    connection.execute(
        "create table asked_days as select"
        " unnest(cast($days as date[])) as load_date,"
        " unnest(cast($ends as date[])) as last_possible_date,"
        " unnest(cast($rows as varchar[])) as rows_file,"
        " unnest(cast($quarantine as varchar[])) as quarantine_file",
        {
            "days": asked,
            "ends": [day + slack for day in asked],
            "rows": [load and str(rows_path(settings, load)) for load in loads],
            "quarantine": [load and str(quarantine_path(settings, load)) for load in loads],
        },
    )
    known = sorted({*earlier, *between, *asked})
    connection.execute(
        "create table known_days as select unnest(cast($days as date[])) as load_date",
        {"days": known},
    )
    connection.register("ledger", read_ledger(settings, known, feed))


def _provide_lines(
    connection: duckdb.DuckDBPyConnection, settings: Settings, loads: list[Load], feed: str
) -> None:
    """Make ``landed`` and ``quarantine`` of the files of the days, each row with its file."""
    for name, kind, schema in (
        ("landed", "rows", schema_of(feed)),
        ("quarantine", "quarantine", QUARANTINE_SCHEMA),
    ):
        path_of, there = PATHS[kind], loads_with(settings, kind, feed)
        files = [str(path_of(settings, load)) for load in loads if load in there]
        if files:
            found = connection.read_parquet(files, filename=True, hive_partitioning=False)
        else:
            found = connection.from_arrow(read_days([], schema)).project("*, '' as filename")
        found.create_view(name)


def _published_users(settings: Settings) -> int | None:
    """Count them by the manifest: a client that writes to the published file stops no run."""
    published = current(settings)
    return published.tables.get("dim_users") if published else None


def _first_scored_date(settings: Settings, as_of_date: date) -> date:
    """Return the first day whose orders give an RFM score."""
    rows = rule_in_effect(settings, "parameters").rows
    [window] = [row["value"] for row in rows if row["parameter"] == "rfm_window_days"]
    return as_of_date - timedelta(days=int(window) - 1) if window else date.min
