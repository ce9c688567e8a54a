"""The unit tests of the models: all of them, in one dbt, beside the tables of a real build."""

import json

import pytest

from orchestration.dbt_project import dbt_arguments, project_of
from tests.conftest import LAST, Installation
from tests.counts import UNIT_TESTS
from warehouse.settings import Settings


@pytest.fixture(scope="module")
def results(finished: Installation) -> dict[str, str]:
    """Return what each unit test said; dbt reads the types of their inputs from built tables."""
    return _run_unit_tests(finished.settings)


def test_every_unit_test_of_the_models_passes(results: dict[str, str]) -> None:
    assert {name: said for name, said in results.items() if said != "pass"} == {}


def test_no_unit_test_is_silently_left_out(results: dict[str, str]) -> None:
    assert len(results) == UNIT_TESTS


def _run_unit_tests(settings: Settings) -> dict[str, str]:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    project = project_of(settings)
    variables = {
        "as_of_date": LAST,
        "timezone": settings.timezone,
        "currency": settings.currency,
        "phone_country": settings.phone_country,
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
