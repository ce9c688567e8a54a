"""The unit tests of the models: all of them, in one dbt, on the smallest build there is."""

import json
from datetime import date
from pathlib import Path

import pytest

from orchestration.dbt_project import dbt_arguments, project_of
from warehouse.simulate.run import simulate

DAYS = ("2026-01-01", "2026-01-02", "2026-01-03")
AT_LEAST = 129


@pytest.fixture(scope="module")
def results(new_installation) -> dict[str, str]:
    """Return what each unit test said; dbt reads the types of their inputs from a real build."""
    installation = new_installation()
    settings = installation.settings
    simulate(Path(settings.landing_root), users=20, days=len(DAYS), seed=1)
    installation.build(*DAYS)
    return _run_unit_tests(settings)


def test_every_unit_test_of_the_models_passes(results: dict[str, str]) -> None:
    assert {name: said for name, said in results.items() if said != "pass"} == {}


def test_no_unit_test_is_silently_left_out(results: dict[str, str]) -> None:
    assert len(results) >= AT_LEAST


def _run_unit_tests(settings) -> dict[str, str]:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    project = project_of(settings)
    variables = {
        "as_of_date": date.fromisoformat(DAYS[-1]).isoformat(),
        "timezone": settings.timezone,
        "currency": settings.currency,
        "lake": str(settings.lake_root),
    }
    arguments = ["test", "--select", "test_type:unit", "--vars", json.dumps(variables)]
    try:
        outcome = dbtRunner(manifest=project.manifest).invoke(
            [*arguments, *dbt_arguments(project, settings)]
        )
    finally:
        DuckDBConnectionManager.close_all_connections()
    assert outcome.result is not None, outcome.exception
    return {
        item.node.name: item.status if item.status == "pass" else str(item.message)
        for item in outcome.result.results
        if item.node.resource_type == "unit_test"
    }
