"""A warehouse of plausible marts, made once, and a copy of it for each test that asks."""

import shutil
from pathlib import Path

import pytest

from tests.plausible_marts import create, make_settings
from warehouse.settings import Settings


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return create(make_settings(tmp_path_factory.mktemp("built")))


@pytest.fixture
def settings(built: Settings, tmp_path: Path) -> Settings:
    """Copy the warehouse: making it anew costs more than the page."""
    shutil.copytree(built.home, tmp_path, dirs_exist_ok=True)
    return make_settings(tmp_path)
