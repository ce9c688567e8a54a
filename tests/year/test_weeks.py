"""A year as one range and as weekly catch-ups: every published table row by row the same."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import pytest

from tests.conftest import Installation, NewInstallation
from tests.recompute import landings, voices
from tests.recompute.shop_rules import write_rules
from warehouse.simulate.run import FIRST_DAY, simulate

USERS = int(os.environ.get("YEAR_TEST_USERS", "40"))
DAYS = int(os.environ.get("YEAR_TEST_DAYS", "364"))
SEED = int(os.environ.get("YEAR_TEST_SEED", "11"))
# The last of the year go by day, as most installations live.
SINGLE_DAYS = 4
QUARTER = 91
# Of few people too something is fitted and ranked.
OWN_TERMS = [("clv_min_buyers", "200", "8"), ("rfm_min_buyers", "200", "12")]
# What runs said once: a record of them, not of what happened.
RECORDS = {"kpi_restatements"}


@dataclass(frozen=True)
class Year:
    """The same year twice: loaded at once, and whenever a week was over."""

    whole: Installation
    weekly: Installation


@pytest.fixture(scope="module")
def year(new_installation: NewInstallation) -> Year:
    whole, weekly = new_installation(), new_installation()
    days = [FIRST_DAY + timedelta(days=number) for number in range(DAYS)]
    simulate(whole.settings.home / "landing", users=USERS, days=DAYS, seed=SEED)
    land_feeds(whole, days)
    for installation in (whole, weekly):
        write_rules(installation.settings.home, OWN_TERMS)
    build("the year", whole, days)
    for some in catch_ups(days):
        arrive(whole, weekly, some)
        build(f"{some[0]} to {some[-1]}", weekly, some)
    return Year(whole, weekly)


def land_feeds(installation: Installation, days: list[date]) -> None:
    """Let spend be told late, twice and otherwise, and let there be more incidents."""
    users = [f"u{number:07}" for number in range(1, USERS + 1)]
    # Late by a quarter at most: what is told of January in December has all KPIs made anew.
    for first in range(0, len(days), QUARTER):
        landings.spend(installation.settings.home, SEED + first, days[first : first + QUARTER])
    told = voices.incidents(SEED, users, days)
    landings.land_incidents(installation.settings.home, told)


def arrive(source: Installation, target: Installation, days: list[date]) -> None:
    """Let the days of each feed arrive, and nothing of what is still to come."""
    for feed in source.settings.home.joinpath("landing").iterdir():
        for day in days:
            folder = feed / f"dt={day}"
            if folder.is_dir():
                place = target.settings.home / "landing" / feed.name / folder.name
                shutil.copytree(folder, place)


def catch_ups(days: list[date]) -> Iterator[list[date]]:
    """Give the weeks of a year, the first of them shorter as years begin; then single days."""
    week: list[date] = []
    for day in days[:-SINGLE_DAYS]:
        week.append(day)
        if day.weekday() == 6:
            yield week
            week = []
    yield from ([week] if week else [])
    yield from ([day] for day in days[-SINGLE_DAYS:])


def build(name: str, installation: Installation, days: list[date]) -> None:
    started = time.monotonic()
    installation.build(*map(str, days))
    sys.stderr.write(f"{name}: {time.monotonic() - started:.0f} s\n")


def test_a_year_in_weeks_makes_the_tables_of_the_year_at_once(year: Year) -> None:
    with duckdb.connect() as connection:
        for name, installation in (("whole", year.whole), ("weekly", year.weekly)):
            path = installation.settings.serving_build_db
            connection.execute(f"attach '{path}' as {name} (read_only)")
        whole, weekly = (tables(connection, name) for name in ("whole", "weekly"))
        assert whole == weekly
        found = {table: apart(connection, table) for table in sorted(whole - RECORDS)}

    assert {table: rows for table, rows in found.items() if any(rows)} == {}


def tables(connection: duckdb.DuckDBPyConnection, database: str) -> set[str]:
    query = "select table_name from duckdb_tables() where database_name = ? and schema_name = ?"
    return {name for (name,) in connection.execute(query, [database, "marts"]).fetchall()}


def apart(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int]:
    """Count the rows that only one of both has."""
    one, other = (f'select * from {name}.marts."{table}"' for name in ("whole", "weekly"))
    return (_rows(connection, one, other), _rows(connection, other, one))


def _rows(connection: duckdb.DuckDBPyConnection, some: str, others: str) -> int:
    query = f"select count(*) from ({some} except all {others})"
    return int(connection.execute(query).fetchall()[0][0])
