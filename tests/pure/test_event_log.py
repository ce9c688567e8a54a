"""Our event log is Dagster's, kept in fewer breaths: the same events, read by Dagster itself."""

import sqlite3
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.environment import enter
from orchestration.event_log import EventLog
from warehouse.settings import Settings

# Dagster opens a new file five times to make its tables.
MADE_AND_KEPT = 6


@dg.asset
def something() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"rows": 3})


def test_a_run_is_in_the_history_that_dagster_reads(tmp_path: Path) -> None:
    enter(Settings(home=tmp_path))
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.event_log_storage, EventLog)
        result = dg.materialize([something], instance=instance)
        assert result.success
    with dg.DagsterInstance.get() as later:
        found = later.get_latest_materialization_event(something.key)
        assert found
        assert found.run_id == result.run_id
        kinds = {
            record.event_log_entry.dagster_event_type
            for record in later.get_records_for_run(result.run_id).records
        }
        assert dg.DagsterEventType.STEP_SUCCESS in kinds


def test_the_files_are_where_dagster_itself_would_put_them(tmp_path: Path) -> None:
    enter(Settings(home=tmp_path))
    with dg.DagsterInstance.get() as instance:
        run_id = dg.materialize([something], instance=instance).run_id
    assert (tmp_path / "dagster" / "history" / "runs" / f"{run_id}.db").is_file()
    assert (tmp_path / "dagster" / "history" / "runs" / "index.db").is_file()


def test_a_file_is_opened_once_however_many_events_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    connect = sqlite3.dbapi2.connect

    def counted(file: str, *arguments: Any, **options: Any) -> sqlite3.Connection:
        opened.append(Path(file).stem)
        return connect(file, *arguments, **options)

    enter(Settings(home=tmp_path))
    with dg.DagsterInstance.get() as instance:
        monkeypatch.setattr(sqlite3.dbapi2, "connect", counted)
        monkeypatch.setattr(sqlite3, "connect", counted)
        run_id = dg.materialize([something], instance=instance).run_id
        assert opened.count(run_id) <= MADE_AND_KEPT
        opened.clear()
        assert len(instance.all_logs(run_id)) > 5
        assert opened.count(run_id) == opened.count("index") == 0


def test_a_deleted_run_leaves_nothing_beside_its_file(tmp_path: Path) -> None:
    enter(Settings(home=tmp_path))
    with dg.DagsterInstance.get() as instance:
        run_id = dg.materialize([something], instance=instance).run_id
        instance.delete_run(run_id)
        history = tmp_path / "dagster" / "history" / "runs"
        assert [file.name for file in history.glob(f"{run_id}*")] == [f"{run_id}.db"]
