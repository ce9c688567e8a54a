"""DuckDB and Spark give the same rows, through a real cluster: little in CI, much by a command."""

import gzip
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Installation, NewInstallation
from tests.spark.cluster import HOST, Cluster, running_cluster
from tests.spark.parity import Comparison, compare
from warehouse.serving.publish import current
from warehouse.settings import Settings
from warehouse.simulate.run import FIRST_DAY, simulate

USERS = int(os.environ.get("SPARK_TEST_USERS", "60"))
HISTORY_DAYS = int(os.environ.get("SPARK_TEST_DAYS", "9"))
DAYS_MORE = 3
SMALL_USERS, SMALL_HISTORY_DAYS = 40, 3
QUIET = timedelta(days=60)
THREADS = 8


@dataclass(frozen=True)
class Pair:
    """Two installations over one landing folder: the first with DuckDB, the second with Spark."""

    landing: Path
    both: tuple[Installation, Installation]

    def run(self, first: date, last: date) -> None:
        """Run the daily job on both, and expect the same to be published."""
        for installation in self.both:
            started = time.monotonic()
            assert installation.run(first.isoformat(), last.isoformat()).success
            _say(f"{_engine(installation)}: {first} to {last}", started)
        published = [current(installation.settings) for installation in self.both]
        assert published[0]
        assert published[1]
        assert published[0].tables == published[1].tables

    def build(self, day: date) -> None:
        """Load one more day and build the models, without gates and exports."""
        for installation in self.both:
            started = time.monotonic()
            installation.build(day.isoformat())
            _say(f"{_engine(installation)}: {day}", started)

    def expect_the_same(self) -> None:
        compared = compare(*(installation.settings for installation in self.both))
        _tell(compared)
        assert not [table for table in compared if not table.is_equal]


NewPair = Callable[..., Pair]


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def new_pair(
    cluster: Cluster,
    new_installation: NewInstallation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> NewPair:
    """Make a pair, and made-up days for it: late lines, lines that arrive twice, bad ones."""
    monkeypatch.setenv("SPARK_THRIFT_HOST", HOST)
    monkeypatch.setenv("SPARK_THRIFT_PORT", str(cluster.thrift_port))
    monkeypatch.setenv("SPARK_SHUFFLE_PARTITIONS", "1")

    def make(users: int, days: int) -> Pair:
        report = simulate(tmp_path, users=users, days=days, seed=7)
        assert report.late
        assert report.duplicates
        (_day_folder(tmp_path, FIRST_DAY) / "merged.ndjson").write_text("\n".join(_merged_users()))
        (_day_folder(tmp_path, FIRST_DAY) / "quiet.ndjson").write_text("\n".join(_quiet_users()))
        small = new_installation(landing=str(tmp_path))
        # Asking a server takes a second a statement, most of it waiting: several wait at once.
        large = new_installation(
            landing=str(tmp_path),
            engine="thrift",
            spark_warehouse=str(cluster.warehouse),
            threads=THREADS,
        )
        return Pair(tmp_path, (small, large))

    return make


def test_every_table_is_the_same_after_a_history_and_a_day_with_late_lines(
    new_pair: NewPair,
) -> None:
    pair = new_pair(SMALL_USERS, SMALL_HISTORY_DAYS + 1)
    last = FIRST_DAY + timedelta(days=SMALL_HISTORY_DAYS)
    pair.run(FIRST_DAY, last - timedelta(days=1))
    pair.expect_the_same()
    assert all(_called_back(pair.both[0]).values())
    pair.build(last)
    pair.expect_the_same()
    assert _late_lines(pair.both[0].settings, last)
    # Who is on the list that the first run exported.
    assert pair.both[0].rows("from marts.recall_exclusions where exclusion_reason = 'cooling'")


@pytest.mark.large
def test_every_table_is_the_same_after_a_history_and_after_each_of_three_more_days(
    new_pair: NewPair,
) -> None:
    pair = new_pair(USERS, HISTORY_DAYS + DAYS_MORE)
    history = FIRST_DAY + timedelta(days=HISTORY_DAYS - 1)
    one, two, three = (history + timedelta(days=number) for number in range(1, DAYS_MORE + 1))
    pair.run(FIRST_DAY, history)
    pair.expect_the_same()
    for day in (one, two):
        pair.build(day)
        pair.expect_the_same()
    _deliver_again_with_less(pair.landing, two)
    pair.run(two, three)
    pair.expect_the_same()


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


def _quiet_users() -> Iterator[str]:
    """Yield people who came once, longer ago than a warning waits: with a yes, a no, or neither."""
    for number in range(10):
        who = {"userId": f"quiet{number}", "timestamp": f"{FIRST_DAY - QUIET}T01:{number:02}:00Z"}
        email = {"email": f"quiet{number}@example.org"}
        order = {"order_id": f"quiet-{number}", "revenue": 100 + number, "currency": "CNY"}
        told = [
            {"type": "identify", "traits": email},
            {"type": "track", "event": "Order Completed", "properties": order},
        ]
        if number:
            answer = {"channel": "email", "granted": number > 1}
            told.append({"type": "track", "event": "Consent Changed", "properties": answer})
        for line in told:
            name = line.get("event", "identify")
            yield json.dumps(who | line | {"messageId": f"quiet-{number}-{name}"})


def _called_back(installation: Installation) -> dict[str, int]:
    """Count the rows of what only quiet people are in."""
    tables = ("churn_warnings", "recall_candidates", "recall_list", "recall_exclusions")
    return {name: len(installation.rows(f"select user_id from marts.{name}")) for name in tables}


def _day_folder(landing: Path, day: date) -> Path:
    return landing / "events" / f"dt={day}"


def _deliver_again_with_less(landing: Path, day: date) -> None:
    for path in _day_folder(landing, day).glob("*.gz"):
        lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
        path.write_bytes(gzip.compress(b"".join(lines[::2])))


def _late_lines(settings: Settings, day: date) -> int:
    """Count the lines that a load brought of days before."""
    files = settings.home / f"lake/events/load_date={day}/*/*.parquet"
    query = f"select count(*) from '{files}' where occurred_at < date '{day}' - 1"
    return duckdb.execute(query).fetchall()[0][0]


def _engine(installation: Installation) -> str:
    return installation.settings.engine


def _say(what: str, started: float) -> None:
    print(f"{what} in {time.monotonic() - started:.0f} s")  # noqa: T201


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
