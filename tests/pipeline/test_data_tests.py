"""Data tests as one query of their model: they find and stop what `dbt build` by hand does."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration import dbt_project
from orchestration.dbt_invocation import Outcome, build_arguments, stream
from orchestration.dbt_project import Project, dbt_arguments, project_of
from orchestration.definitions import build_definitions
from orchestration.engines import Spark
from orchestration.environment import enter
from tests.conftest import FIRST, Installation, NewInstallation, land_golden
from tests.counts import DATA_TESTS

SPOILED = "marts/lifecycle/lifecycle_periods.sql"
# Twice the rows: a generic test fails, and a singular one that is made a warning.
TWICE = "\nunion all\nselect * from final\n"


@pytest.fixture(scope="module")
def project_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the project and make one table of it wrong."""
    copy = tmp_path_factory.mktemp("spoiled") / "dbt_project"
    shutil.copytree(dbt_project.SHIPPED, copy, ignore=shutil.ignore_patterns("target", "logs"))
    with (copy / "models" / SPOILED).open("a", encoding="utf-8") as model:
        model.write(TWICE)
    flows = copy / "tests" / "assert_lifecycle_flows_add_up.sql"
    flows.write_text("{{ config(severity='warn') }}\n" + flows.read_text())
    return copy


@pytest.fixture(scope="module")
def first(
    project_copy: Path, new_installation: NewInstallation
) -> tuple[Installation, dg.ExecuteInProcessResult]:
    """Run the first day with it, once."""
    installation = new_installation()
    land_golden(installation)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt_project, "SHIPPED", project_copy)
        return installation, installation.run(FIRST)


@pytest.fixture
def spoiled(
    first: tuple[Installation, dg.ExecuteInProcessResult],
    project_copy: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Installation:
    """Return what that run left, for others to go on with the same project."""
    monkeypatch.setattr(dbt_project, "SHIPPED", project_copy)
    return first[0]


def test_a_bad_table_fails_the_same_tests_as_by_hand_and_stops_the_same_models(
    first: tuple[Installation, dg.ExecuteInProcessResult], spoiled: Installation
) -> None:
    result = first[1]
    assert not result.success
    checks = {item.check_name: item for item in result.get_asset_check_evaluations()}
    ours = {
        name: ("pass" if item.passed else item.severity.value)
        for name, item in checks.items()
        if not name.startswith("gx_")
    }
    keys = [event.asset_key for event in result.get_asset_materialization_events()]
    built = {key.path[-1] for key in keys if key.path[0] != "raw"}

    by_hand = _build_by_hand(spoiled, project_of(spoiled.settings))

    severity = {"fail": "ERROR", "warn": "WARN", "pass": "pass"}
    tests = {
        name: severity[status]
        for (kind, name), status in by_hand.items()
        if kind == "test" and status in severity
    }
    models = {
        name
        for (kind, name), status in by_hand.items()
        if kind in ("model", "seed") and status == "success"
    }
    assert ours == tests
    assert {"ERROR", "WARN", "pass"} == set(ours.values())
    assert models == built
    assert "lifecycle_periods" in models
    # Nothing notes these days as built: the next run finds them again.
    with duckdb.connect(str(spoiled.settings.build_db), read_only=True) as build:
        noted = "select distinct input_fingerprint, as_of_date from intermediate.applied_days"
        assert build.execute(noted).fetchall() == [("being built", None)]
    found = checks["unique_rows_lifecycle_periods_basis__period__period_start"]
    assert found.metadata["dagster_dbt/failed_row_count"].value


def test_a_failed_test_is_named_with_its_rows(spoiled: Installation) -> None:
    enter(spoiled.settings)
    project = project_of(spoiled.settings)
    arguments = build_arguments(project, spoiled.settings, date.fromisoformat(FIRST))
    outcome = Outcome()

    events = list(stream(project, arguments, outcome))

    assert not outcome.success
    [line] = outcome.failures
    assert line.startswith("unique_rows_lifecycle_periods")
    assert "configured to fail if != 0" in line
    names = [event["data"]["node_info"]["node_name"] for event in events]
    assert names.index("lifecycle_periods") < names.index(line.split(":")[0])


def test_only_tests_that_no_model_completes_are_nodes(finished: Installation) -> None:
    project = project_of(finished.settings)
    carried = project.data_tests(seeds=False)
    names = {test["name"] for tests in carried.values() for test in tests}

    # These judge rules alone.
    tests = {project.nodes["nodes"][key]["name"] for key in project.built(["model", "seed"])}
    assert tests - names == {
        "assert_arms_leave_no_gap_and_no_overlap", "assert_every_rfm_cell_has_one_segment",
    }  # fmt: skip
    both = "assert_money_adds_up"
    [model] = [key for key, tests in carried.items() if both in {t["name"] for t in tests}]
    assert model in ("model.userops.fct_orders", "model.userops.fct_user_days")
    # Spark's own materializations ask nobody: there dbt's test nodes do it.
    assert replace(project, engine=Spark()).data_tests(seeds=True) == {}


def test_every_data_test_says_what_it_asks_for(finished: Installation) -> None:
    nodes = project_of(finished.settings).nodes["nodes"].values()
    tests = [node for node in nodes if node["resource_type"] == "test"]
    assets = build_definitions(settings=finished.settings).assets or ()
    defined = [each for each in assets if isinstance(each, dg.AssetsDefinition)]
    told = {spec.name: spec.description for each in defined for spec in each.check_specs}

    assert len(tests) == DATA_TESTS
    for test in tests:
        said = told[test["name"]] or ""
        assert len(said) > 15, test["name"]
        assert said.endswith((".", "`")), said


def _build_by_hand(installation: Installation, project: Project) -> dict[tuple[str, str], Any]:
    """Return how each node of a plain `dbt build` ended."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    day = date.fromisoformat(FIRST)
    given = build_arguments(project, installation.settings, day, skipped=("test",))
    variables = json.loads(given[given.index("--vars") + 1])
    del variables["data_tests"], variables["columns_are_known"]
    flags = [*dbt_arguments(project, installation.settings), "--no-write-json"]
    exclude = ("--exclude-resource-types", "unit_test")
    try:
        outcome = dbtRunner(project.manifest).invoke(
            ["build", *flags, "--vars", json.dumps(variables), *exclude]
        )
    finally:
        DuckDBConnectionManager.close_all_connections()
    results: Any = outcome.result
    return {(item.node.resource_type, item.node.name): item.status for item in results.results}
