"""Our event log is Dagster's, kept in fewer breaths: the same events, read by Dagster itself."""

from pathlib import Path

import dagster as dg

from orchestration.environment import enter
from orchestration.event_log import EventLog
from warehouse.settings import Settings


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
