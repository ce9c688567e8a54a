"""No test is lost unnoticed: as many as are written down in `tests/counts.py`."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from orchestration.dbt_project import project_of
from tests.conftest import ROOT
from tests.counts import COLLECTED, DATA_TESTS, UNIT_TESTS
from warehouse.settings import Settings


def test_as_many_tests_are_collected_as_are_written_down(request: pytest.FixtureRequest) -> None:
    config = request.config
    chosen = config.option.keyword or config.option.markexpr or config.option.deselect
    if chosen or config.args != config.getini("testpaths"):
        pytest.skip("only the whole suite can be counted")
    folders = (item.path.relative_to(ROOT / "tests").parts[0] for item in request.session.items)

    assert dict(sorted(Counter(folders).items())) == COLLECTED


def test_dbt_knows_as_many_tests_as_are_written_down(tmp_path: Path) -> None:
    nodes = project_of(Settings(tmp_path)).nodes
    data_tests = [node for node in nodes["nodes"].values() if node["resource_type"] == "test"]

    assert len(data_tests) == DATA_TESTS
    assert len(nodes["unit_tests"]) == UNIT_TESTS


def test_every_unit_test_in_a_file_is_one_that_dbt_knows(tmp_path: Path) -> None:
    known = {test["name"] for test in project_of(Settings(tmp_path)).nodes["unit_tests"].values()}
    written = [
        test["name"]
        for path in (ROOT / "dbt_project" / "models").rglob("*.yml")
        for test in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader).get("unit_tests", ())
    ]

    assert sorted(written) == sorted(known)
