"""DuckDB and Spark give the same rows: a history and three more days, through a real cluster."""

import gzip
import json
import os
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.conftest import Installation, NewInstallation
from tests.spark.cluster import HOST, Cluster, running_cluster
from tests.spark.parity import Comparison, compare
from warehouse.serving.publish import current
from warehouse.simulate.run import FIRST_DAY, simulate

USERS = int(os.environ.get("SPARK_TEST_USERS", "60"))
HISTORY_DAYS = int(os.environ.get("SPARK_TEST_DAYS", "9"))
DAYS_MORE = 3
THREADS = 8


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
    (_day_folder(folder, FIRST_DAY) / "merged.ndjson").write_text("\n".join(_merged_users()))
    return folder


def _merged_users() -> Iterator[str]:
    """Yield a chain of users who became one, two who became each other, and a visitor of theirs."""
    for number, (previous, user) in enumerate(
        [("m1", "m2"), ("m2", "m3"), ("m3", "m4"), ("c1", "c2"), ("c2", "c1"), ("c3", "c1")]
    ):
        at = f"{FIRST_DAY}T01:{number:02}:00Z"
        line = {"type": "alias", "messageId": f"alias-{number}", "timestamp": at}
        yield json.dumps(line | {"previousId": previous, "userId": user})
        seen = {"type": "page", "messageId": f"seen-{number}", "timestamp": at, "userId": previous}
        yield json.dumps(seen | {"anonymousId": f"visitor-{previous}"})


def _day_folder(landing: Path, day: date) -> Path:
    return landing / "events" / f"dt={day}"


def _deliver_again_with_less(landing: Path, day: date) -> None:
    for path in _day_folder(landing, day).glob("*.gz"):
        lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
        path.write_bytes(gzip.compress(b"".join(lines[::2])))


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
    # Asking a server takes a second a statement, most of it waiting: several wait at once.
    large = new_installation(
        landing=str(landing),
        engine="thrift",
        spark_warehouse=str(cluster.warehouse),
        threads=THREADS,
    )
    history = FIRST_DAY + timedelta(days=HISTORY_DAYS - 1)
    one, two, three = (history + timedelta(days=number) for number in range(1, DAYS_MORE + 1))
    _run_both(small, large, FIRST_DAY, history)
    _expect_the_same(small, large)
    for day in (one, two):
        for installation in (small, large):
            installation.build(day.isoformat())
        _expect_the_same(small, large)
    _deliver_again_with_less(landing, two)
    _run_both(small, large, two, three)
    _expect_the_same(small, large)


def _run_both(small: Installation, large: Installation, first: date, last: date) -> None:
    for installation in (small, large):
        started = time.monotonic()
        assert installation.run(first.isoformat(), last.isoformat()).success
        engine = installation.settings.engine
        print(f"{engine}: {first} to {last} in {time.monotonic() - started:.0f} s")  # noqa: T201
    assert _published(large) == _published(small)


def _expect_the_same(small: Installation, large: Installation) -> None:
    compared = compare(small.settings, large.settings)
    _tell(compared)
    assert not [table for table in compared if not table.is_equal]


def _tell(compared: list[Comparison]) -> None:
    rows = sum(table.rows for table in compared)
    print(f"{len(compared)} tables, {rows:,} rows compared")  # noqa: T201
    for table in compared:
        mark = (
            ""
            if table.is_equal
            else f"  only DuckDB {table.only_first}, only Spark {table.only_second}"
        )
        print(f"  {table.table:<45}{table.rows:>9,}{mark}")  # noqa: T201


def _published(installation: Installation) -> dict[str, int]:
    published = current(installation.settings)
    assert published
    return published.tables
