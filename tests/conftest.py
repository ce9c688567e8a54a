"""Throw-away installations: the real pipeline on temporary folders, no mocks."""

import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration.definitions import build_definitions
from orchestration.dbt_project import project_of
from orchestration.dbt_run import Outcome, build_arguments, stream
from orchestration.environment import enter
from warehouse.admission import admit
from warehouse.database import create_databases
from warehouse.ingest import ingest_days
from warehouse.landing import landed_days
from warehouse.serving.contents import content_hashes
from warehouse.settings import Settings

GOLDEN = Path(__file__).parent / "golden"
SHARED = Path(__file__).parents[2] / "shared"

warnings.filterwarnings("ignore", module="dagster")


@dataclass(frozen=True)
class Installation:
    """An installation under test, spoken to the way an operator does."""

    settings: Settings

    def run(self, first: str, last: str = "") -> dg.ExecuteInProcessResult:
        """Run the daily job for a day or a range, through Dagster, with every check."""
        definitions = build_definitions(settings=self.settings)
        tags = {
            "dagster/asset_partition_range_start": first,
            "dagster/asset_partition_range_end": last or first,
        }
        with _instance(self.settings.home / "dagster-test") as instance:
            return definitions.resolve_job_def("daily").execute_in_process(
                instance=instance, tags=tags, raise_on_error=False
            )

    def build(self, *days: str) -> None:
        """Load the days and build the models, without Dagster and checks: for many small runs."""
        enter(self.settings)
        create_databases(self.settings)
        wanted = [date.fromisoformat(day) for day in days] or landed_days(self.settings)
        ingest_days(self.settings, wanted)
        newest = max(admit(self.settings, wanted))
        project = project_of(self.settings)
        is_first = not self.settings.build_db.exists()
        skipped = ("test",) if is_first else ("test", "seed")
        arguments = build_arguments(project, self.settings, newest, skipped=skipped)
        outcome = Outcome()
        for _ in stream(project, arguments, outcome):
            pass
        assert outcome.success, outcome.message()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the marts under construction."""
        with duckdb.connect(str(self.settings.serving_build_db), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def hashes(self) -> dict[str, str]:
        """Return the content hash of every mart."""
        with duckdb.connect(str(self.settings.serving_build_db), read_only=True) as connection:
            return content_hashes(connection)

    def steps(self, result: dg.ExecuteInProcessResult) -> set[str]:
        """Return the steps of a run that started."""
        return {event.step_key for event in result.all_events if event.is_step_start}


@contextmanager
def _instance(home: Path) -> Iterator[dg.DagsterInstance]:
    home.mkdir(parents=True, exist_ok=True)
    logging.disable(logging.CRITICAL)
    try:
        with dg.DagsterInstance.local_temp(
            str(home), overrides={"telemetry": {"enabled": False}}
        ) as instance:
            yield instance
    finally:
        logging.disable(logging.NOTSET)


NewInstallation = Callable[..., Installation]


@pytest.fixture(scope="session")
def new_installation(tmp_path_factory: pytest.TempPathFactory) -> NewInstallation:
    """Make empty installations; keyword arguments are settings."""

    def make(**values: Any) -> Installation:
        home = tmp_path_factory.mktemp("home")
        return Installation(Settings(**({"home": home} | values)))

    return make


@pytest.fixture(scope="session", autouse=True)
def _no_own_environment() -> Iterator[None]:
    """Keep a developer's own settings out of the tests."""
    kept = {key: os.environ.pop(key) for key in list(os.environ) if key.startswith("USEROPS_")}
    yield
    os.environ.update(kept)
