"""What is written is its owner's alone, whatever the umask; what is published is open to read."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from orchestration.environment import enter
from orchestration.history import prune_history
from warehouse.settings import Settings
from warehouse.storage.files import let_others_read, write_text_atomically

OTHERS = stat.S_IRWXG | stat.S_IRWXO
NOT_OURS = ("landing", "serving")


def test_nothing_but_what_is_published_can_be_read_by_others(demo: Path) -> None:
    top = [path for path in demo.iterdir() if path.name not in NOT_OURS]
    assert {"build", "dagster", "exports", "lake"} <= {path.name for path in top}
    assert [path for path in top if path.stat().st_mode & OTHERS] == []
    for folder in ("build", "dagster", "exports"):
        loose = [
            path
            for path in (demo / folder).rglob("*")
            if not path.is_symlink() and path.stat().st_mode & OTHERS
        ]
        assert loose == []


def test_what_is_published_can_be_read_by_others(demo: Path) -> None:
    for path in (demo / "serving").rglob("*"):
        wanted = 0o555 if path.is_dir() else 0o444
        assert path.stat().st_mode & wanted == wanted, path


def test_an_open_umask_opens_nothing_and_a_closed_one_closes_nothing(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        enter(Settings(tmp_path / "home"))
        (tmp_path / "home" / "dagster" / "new").touch()
        write_text_atomically(tmp_path / "home" / "lake" / "note", "x")
        (tmp_path / "serving").mkdir()
        (tmp_path / "serving" / "a.parquet").touch()
        let_others_read(tmp_path / "serving")
    finally:
        os.umask(before)
    closed = [tmp_path / "home" / name for name in ("dagster", "build", "exports", "lake")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in closed} == {0o700}
    files = (tmp_path / "home" / "dagster" / "new", tmp_path / "home" / "lake" / "note")
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "serving" / "a.parquet").stat().st_mode) == 0o444


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["a", "b"]))
def by_day() -> None:
    pass


@dg.asset_check(asset=by_day)
def is_fine() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


def test_old_runs_leave_the_history_and_their_partitions_stay(tmp_path: Path) -> None:
    settings = Settings(tmp_path, keep_history_days=30)
    enter(settings)
    with dg.DagsterInstance.get() as instance:
        old, new = (
            dg.materialize([by_day, is_fine], instance=instance, partition_key=key).run_id
            for key in ("a", "b")
        )
        assert (settings.dagster_home / "storage" / old).is_dir()
        long_ago = datetime.now(UTC) - timedelta(days=31)
        assert prune_history(instance, settings) == 0
        with instance.run_storage.connect() as runs:  # ty: ignore[unresolved-attribute]
            from dagster._core.storage.runs.schema import RunsTable

            runs.execute(
                RunsTable.update()
                .where(RunsTable.c.run_id == old)
                .values(create_timestamp=long_ago.replace(tzinfo=None))
            )
        assert prune_history(instance, settings) == 1
        assert [run.run_id for run in instance.get_runs()] == [new]
        assert instance.get_materialized_partitions(by_day.key) == {"a", "b"}
        assert instance.get_records_for_run(new).records
    shards = settings.dagster_home / "history" / "runs"
    assert {path.stem for path in shards.glob("*.db")} == {"index", new}
    assert not (settings.dagster_home / "storage" / old).exists()
