"""Throw-away installations: the real pipeline on temporary folders, no mocks."""

import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import hypothesis
import pytest

from orchestration.dbt_project import Project, project_of
from orchestration.dbt_run import run_models
from orchestration.definitions import build_definitions
from orchestration.environment import enter
from orchestration.lineage import ancestors, remembered
from orchestration.partitions import DAYS, TO
from tests.chat import Chat
from tests.order import pytest_collection_modifyitems  # noqa: F401 - a hook of pytest
from tests.shared import begin, once, share_parsed
from tests.skips import pytest_sessionfinish  # noqa: F401 - a hook of pytest
from tests.standing import stand_as, standing
from warehouse.feeds import EVENTS, FEEDS
from warehouse.lake.admission import admit
from warehouse.lake.ingest import ingest_days
from warehouse.landing.days import landed_days
from warehouse.serving.contents import content_hashes
from warehouse.settings import Settings

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
SHARED = ROOT.parent / "shared"
LOCAL = (None, "", "localhost", "127.0.0.1", "::1")

warnings.filterwarnings("ignore", module="dagster")
# Seconds tell of the machine: beside other work an example takes ten times as long.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")


@dataclass(frozen=True)
class Installation:
    """An installation under test, spoken to the way an operator does."""

    settings: Settings

    def run(self, first: str, last: str = "") -> dg.ExecuteInProcessResult:
        """Run the daily job for a day or a range, through Dagster, with every check."""
        share_parsed(self.settings)
        definitions = build_definitions(settings=self.settings)
        last = last or first
        tags = {} if first == last else {DAYS: f"{first}{TO}{last}"}
        with _instance() as instance:
            return definitions.resolve_job_def("daily").execute_in_process(
                instance=instance, partition_key=last, tags=tags, raise_on_error=False
            )

    def build(
        self,
        *days: str,
        history_only: bool = False,
        tables: Collection[str] = (),
        ends: bool = True,
    ) -> None:
        """Load the days and build the models, without Dagster and checks: for many small runs.

        ``history_only``: leave out what is made anew each time, and kept by no later run;
        ``tables``: make these and what they are made from, the same ones in each run of an
        installation. Of neither ``ends`` False notes that it has ended well.
        """
        enter(self.settings)
        share_parsed(self.settings)
        wanted = [date.fromisoformat(day) for day in days] or landed_days(self.settings)
        ingest_days(self.settings, wanted)
        newest = max(admit(self.settings, wanted))
        for feed in FEEDS.keys() - {EVENTS}:
            landed = landed_days(self.settings, feed)
            if landed:
                ingest_days(self.settings, landed, feed)
                admit(self.settings, landed, feed)
        project = project_of(self.settings)
        project.engine.prepare(self.settings)
        is_first = not self.settings.build_db.exists()
        with standing(project, self.settings, is_part=bool(tables)) as stands:
            skipped = ("test", "seed") if stands or not is_first else ("test",)
            wanted_nodes = project.built(skipped) - (project.standing.keys() if stands else set())
            is_part = bool(tables) or (history_only and stands)
            chosen = ()
            if is_part:
                needed = needed_for(project, tables) if tables else remembered(project.nodes)
                chosen = (project.chosen(needed & wanted_nodes),)
            told = run_models(
                project, self.settings, newest, skipped=skipped, is_known=stands, selection=chosen
            )
            for _ in told:
                pass
            if is_part and ends:
                _note_days(self.settings, newest)

    def build_in_turn(self, *runs: Sequence[str]) -> None:
        """Load and build days, run after run; the tables are whole after the last."""
        for run in runs[:-1]:
            self.build(*run, history_only=True)
        self.build(*runs[-1])

    def begin_anew(self) -> None:
        """Forget all but what landed, the rules and the parsed project."""
        shutil.rmtree(self.settings.home / "lake", ignore_errors=True)
        for path in (self.settings.build_db, self.settings.serving_build_db):
            path.unlink(missing_ok=True)

    def copy(self, home: Path) -> "Installation":
        """Return the same in another home: a copy is cheaper than a run."""
        shutil.copytree(self.settings.home, home, symlinks=True)
        stand_as(self.settings.home, home)
        return Installation(replace(self.settings, home=home))

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


def needed_for(project: Project, tables: Collection[str]) -> set[str]:
    """Return the keys of these and of all they are made from."""
    keys = {f"model.userops.{table}" for table in tables}
    assert keys <= project.nodes["nodes"].keys()
    return keys.union(*(ancestors(project.nodes, key) for key in keys))


def _note_days(settings: Settings, as_of_date: date) -> None:
    """Note, as dbt does after a whole run, what the days were built from: the next keeps them."""
    with duckdb.connect(str(settings.build_db)) as build:
        build.execute(
            "create or replace table intermediate.applied_days as select event_date,"
            " input_fingerprint, $as_of::date as as_of_date from intermediate.int_day_inputs",
            {"as_of": as_of_date},
        )


@contextmanager
def _instance() -> Iterator[dg.DagsterInstance]:
    """Keep the history of runs as the product does: Dagster's own log is most of a small run."""
    logging.disable(logging.CRITICAL)
    try:
        with dg.DagsterInstance.get() as instance:
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


FIRST, LAST = "2026-03-01", "2026-03-04"


def land_golden(installation: Installation) -> None:
    """Let the hand-written days arrive."""
    shutil.copytree(GOLDEN / "landing", installation.settings.landing_root, dirs_exist_ok=True)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of what is made once for all processes of this session."""
    return begin(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def first_run(
    shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Installation, Sequence[dg.DagsterEvent]]:
    """Run the hand-written days once, through Dagster with every check; what it left and told."""

    def make(folder: Path) -> None:
        installation = Installation(Settings(folder / "home"))
        land_golden(installation)
        result = installation.run(FIRST, LAST)
        assert result.success
        (folder / "events.json").write_text(dg.serialize_value(result.all_events))

    folder = once(shared / "first_run", make)
    home = tmp_path_factory.mktemp("first_run") / "home"
    shutil.copytree(folder / "home", home, symlinks=True)
    told = dg.deserialize_value((folder / "events.json").read_text(), as_type=list)
    return Installation(Settings(home)), told


@pytest.fixture(scope="session")
def finished(first_run: tuple[Installation, Sequence[dg.DagsterEvent]]) -> Installation:
    """Return what that run left; whoever reads it shares it and leaves it as it is."""
    return first_run[0]


@pytest.fixture
def copied(finished: Installation, tmp_path: Path) -> Installation:
    """Return the same for one test alone, which may change it."""
    return finished.copy(tmp_path / "copied")


@pytest.fixture(scope="session")
def first_day(new_installation: NewInstallation) -> Installation:
    """Build the first of the hand-written days, once a process; whoever changes it copies it."""
    installation = new_installation()
    land_golden(installation)
    installation.build(FIRST)
    return installation


DEMO = ("demo", "--users", "60", "--days", "10", "--seed", "7")


def userops(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a process of its own, from an empty folder."""
    if arguments[0] == "run":
        share_parsed(Settings(home))
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *arguments],
        env={**os.environ, "USEROPS_HOME": str(home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def demo(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a demonstration, made by the command; whoever changes it copies it."""

    def make(home: Path) -> None:
        done = userops(home, *DEMO)
        assert done.returncode == 0, done.stderr
        assert "revision  1 (new)" in done.stdout
        assert "DEBUG" not in done.stderr

    made = once(shared / "demo", make)
    return shutil.copytree(made, tmp_path_factory.mktemp("demo") / "home", symlinks=True)


@pytest.fixture
def chat() -> Iterator[Chat]:
    """Serve a webhook for one test."""
    with Chat() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(autouse=True)
def _calls_nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test in which anything asks the network, also where the asker hides its failure."""
    asked: list[str] = []
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def watched_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in LOCAL:
            asked.append(str(address))
            raise OSError("the tests have no network")
        connect(self, address)

    def watched_resolve(host: Any, *arguments: Any, **options: Any) -> Any:
        if host not in LOCAL:
            asked.append(str(host))
            raise OSError("the tests have no network")
        return resolve(host, *arguments, **options)

    monkeypatch.setattr(socket.socket, "connect", watched_connect)
    monkeypatch.setattr(socket, "getaddrinfo", watched_resolve)
    yield
    assert not asked


@pytest.fixture(scope="session", autouse=True)
def _shares(shared: Path) -> None:
    """Let also those share who ask for no fixture."""


@pytest.fixture(scope="session", autouse=True)
def _no_own_environment() -> Iterator[None]:
    """Keep a developer's own settings out of the tests."""
    kept = {key: os.environ.pop(key) for key in list(os.environ) if key.startswith("USEROPS_")}
    yield
    os.environ.update(kept)
