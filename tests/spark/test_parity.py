"""DuckDB and Spark give the same rows: a history and three more days, through a real cluster."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.conftest import Installation, NewInstallation
from tests.spark.cluster import HOST, Cluster, running_cluster
from tests.spark.parity import Comparison, compare
from warehouse.publish import current
from warehouse.simulate.run import FIRST_DAY, simulate

USERS = int(os.environ.get("SPARK_TEST_USERS", "60"))
HISTORY_DAYS = int(os.environ.get("SPARK_TEST_DAYS", "9"))
DAYS_MORE = 3


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(scope="session")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made-up days, with late lines, lines that arrive twice, and bad ones."""
    folder = tmp_path_factory.mktemp("landing")
    report = simulate(folder, users=USERS, days=HISTORY_DAYS + DAYS_MORE, seed=7)
    assert report.late
    assert report.duplicates
    return folder


def test_every_table_is_the_same_after_a_history_and_after_each_of_three_more_days(
    cluster: Cluster,
    landing: Path,
    new_installation: NewInstallation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SPARK_THRIFT_HOST", HOST)
    monkeypatch.setenv("SPARK_THRIFT_PORT", str(cluster.thrift_port))
    monkeypatch.setenv("SPARK_SHUFFLE_PARTITIONS", "1")
    small = new_installation(landing=str(landing))
    large = new_installation(
        landing=str(landing), engine="thrift", spark_warehouse=str(cluster.warehouse)
    )
    newest = FIRST_DAY + timedelta(days=HISTORY_DAYS - 1)
    for first, last in [(FIRST_DAY, newest), *((d, d) for d in _days_after(newest))]:
        _run_both(small, large, first, last)
        _tell(first, last, compared := compare(small.settings, large.settings))
        assert not [table for table in compared if not table.is_equal]
        assert _published(large) == _published(small)


def _days_after(newest: date) -> list[date]:
    return [newest + timedelta(days=number) for number in range(1, DAYS_MORE + 1)]


def _run_both(small: Installation, large: Installation, first: date, last: date) -> None:
    for installation in (small, large):
        started = time.monotonic()
        assert installation.run(first.isoformat(), last.isoformat()).success
        engine = installation.settings.engine
        print(f"{engine}: {first} to {last} in {time.monotonic() - started:.0f} s")  # noqa: T201


def _tell(first: date, last: date, compared: list[Comparison]) -> None:
    rows = sum(table.rows for table in compared)
    print(f"{first} to {last}: {len(compared)} tables, {rows:,} rows compared")  # noqa: T201
    for table in compared:
        mark = (
            ""
            if table.is_equal
            else f"  only DuckDB {table.only_first}, only Spark {table.only_second}"
        )
        print(f"  {table.table:<45}{table.rows:>9,}{mark}")  # noqa: T201


def _published(installation: Installation) -> dict[str, int]:
    published = current(replace(installation.settings))
    assert published
    return published.tables
