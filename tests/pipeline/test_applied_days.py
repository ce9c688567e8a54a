"""The note of what the tables were built from: only a whole run that ended well may write it."""

import re
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration import dbt_project
from orchestration.dbt_invocation import Outcome, build_arguments, stream
from orchestration.dbt_project import Project, project_of
from orchestration.environment import enter
from tests.conftest import FIRST, LAST, Installation, NewInstallation, land_golden
from warehouse.lake.admission import admit
from warehouse.lake.ingest import ingest_days
from warehouse.settings import Settings

DAYS = ("2026-03-02", "2026-03-03", LAST)


def noted(settings: Settings) -> list[tuple[date, date]]:
    with duckdb.connect(str(settings.build_db), read_only=True) as build:
        return build.execute(
            "select event_date, as_of_date from intermediate.applied_days"
            " where as_of_date is not null order by all"
        ).fetchall()


def touched(settings: Settings) -> int:
    with duckdb.connect(str(settings.build_db), read_only=True) as build:
        [(count,)] = build.execute("select count(*) from intermediate.int_touched_days").fetchall()
    return count


def build(settings: Settings, project: Project, *more: str) -> Outcome:
    arguments = build_arguments(project, settings, date.fromisoformat(LAST), skipped=("seed",))
    outcome = Outcome()
    for _ in stream(project, [*arguments, *more], outcome):
        pass
    return outcome


@pytest.fixture
def started(first_day: Installation, tmp_path: Path) -> Installation:
    """Go on from the first day, and let in the others."""
    installation = first_day.copy(tmp_path / "home")
    enter(installation.settings)
    days = [date.fromisoformat(day) for day in DAYS]
    ingest_days(installation.settings, days)
    admit(installation.settings, days)
    return installation


@pytest.fixture
def with_a_failing_test(
    started: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Project:
    """Parse the same project with one data test more, that fails."""
    folder = tmp_path / "dbt_project"
    ignored = shutil.ignore_patterns("target", "logs")
    shutil.copytree(dbt_project.SHIPPED, folder, ignore=ignored)
    (folder / "tests" / "assert_nobody.sql").write_text("select * from {{ ref('dim_users') }}\n")
    with monkeypatch.context() as shipped:
        shipped.setattr(dbt_project, "SHIPPED", folder)
        return project_of(started.settings)


def test_days_are_noted_by_a_whole_run_and_by_nothing_less(
    started: Installation, with_a_failing_test: Project
) -> None:
    settings = started.settings
    project = project_of(settings)
    first = noted(settings)
    assert {as_of for _, as_of in first} == {date(2026, 3, 1)}

    assert build(settings, project, "--exclude", "tier_migration").success
    assert noted(settings) == first
    assert not build(settings, with_a_failing_test).success
    assert noted(settings) == first
    waiting = touched(settings)

    assert build(settings, project).success
    # What the runs before had touched was found again: nothing had said that it was done.
    assert touched(settings) == waiting > 0
    assert {as_of for _, as_of in noted(settings)} == {date(2026, 3, 4)}
    assert build(settings, project).success
    assert touched(settings) == 0


def test_what_no_day_changes_stands_and_the_run_is_whole_without_it(started: Installation) -> None:
    settings = started.settings
    project = project_of(settings)
    standing = set(project.standing.values())
    assert {"int_event_roles", "int_kpi_values"} <= standing
    # A view has the clock from the database, a table has it in its text.
    assert {"stg_events", "int_churn_signals"} <= standing
    assert not {"int_user_totals", "fct_orders"} & standing
    # Publishing waits for every mart of a run, also where it is made of rules alone.
    assert not {key.path[-1] for key in project.outgoing} & standing
    # By the macros of the clock alone, or a view would keep the day it was made on.
    models = (n for n in project.nodes["nodes"].values() if n["resource_type"] == "model")
    own_clocks = re.compile(r"var\(.(as_of_date|utc_offsets)")
    assert not [node["name"] for node in models if own_clocks.search(node["raw_code"])]
    arguments = build_arguments(
        project, settings, date.fromisoformat(LAST), skipped=("seed",), is_known=True
    )
    outcome = Outcome()
    built = {
        event["data"]["node_info"]["node_name"] for event in stream(project, arguments, outcome)
    }

    assert outcome.success, outcome.message()
    assert "int_user_totals" in built
    assert not built & standing
    assert len(noted(settings)) == 4
    after_a_day = started.hashes()
    assert build(settings, project, "--full-refresh").success
    assert started.hashes() == after_a_day


def test_a_changed_project_leaves_nothing_standing(started: Installation) -> None:
    project = project_of(started.settings)
    arguments = build_arguments(
        project, started.settings, date.fromisoformat(LAST), skipped=("seed",)
    )
    assert "--exclude" not in arguments


def test_a_day_that_is_read_otherwise_is_built_again(
    first_day: Installation, new_installation: NewInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = "select order_id, amount from marts.fct_orders order by all"
    installation = new_installation()
    land_golden(installation)
    with monkeypatch.context() as before:
        before.setattr("warehouse.judging.orders.AMOUNT_FIELDS", ("total",))
        before.setattr("warehouse.lake.ingest.PARSER_VERSION", "before")
        installation.build(FIRST)
        read_before = installation.rows(orders)

    installation.build(FIRST)

    assert installation.rows(orders) == first_day.rows(orders) != read_before
