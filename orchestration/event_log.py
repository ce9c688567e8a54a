"""Dagster's own event log in SQLite, on one kept connection a file instead of a new one each event.

Dagster opens each file anew for each event, and on closing it SQLite folds its log into the file
and waits for the disk: a tenth of a small run's work, half of its time. No setting changes that
(`DAGSTER_EVENT_BATCH_SIZE` reaches only storages that store batches; this one stores one by one).
Overridden are the three methods by which every reader and writer of Dagster reaches the files; that
they are is pinned by tests/pure/test_event_log.py.
"""

import threading
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    SqlEventLogStorageTable,
)
from sqlalchemy import Connection, Engine, and_, create_engine, event, not_
from sqlalchemy.pool import StaticPool

BUSY_SECONDS = 10.0
INDEX = "index"
# Beside the index of all runs: a run writes to its own file.
KEPT_RUNS = 2


class EventLog(SqliteEventLogStorage):
    """The history that `userops dev` shows; a power cut may take its last moments, no more."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._turn = threading.Lock()
        self._files: dict[str, Engine] = {}
        self._is_there = cache(super().has_table)
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Mapping[str, Any]) -> "EventLog":
        """Make the log that dagster.yaml asks for; the inherited one names its own class."""
        return cls(inst_data=inst_data, **config_value)

    def run_connection(self, run_id: str | None = None) -> AbstractContextManager[Connection]:
        """Begin a transaction in the file of a run."""
        return self._transaction(run_id or "")

    def index_connection(self) -> AbstractContextManager[Connection]:
        """Begin a transaction in the file that knows all runs."""
        return self._transaction(INDEX)

    def has_table(self, table_name: str) -> bool:
        """Tell whether the index has a table; asked for each event, and it keeps what it has."""
        return self._is_there(table_name)

    def dispose(self) -> None:
        """Close the files."""
        with self._turn:
            while self._files:
                self._files.popitem()[1].dispose()
        super().dispose()

    def delete_events(self, run_id: str) -> None:
        """Delete what happened in a run, also from the log SQLite keeps beside an open file."""
        super().delete_events(run_id)
        with self._turn:
            if run_id in self._files:
                self._files.pop(run_id).dispose()

    def forget_run(self, run_id: str, *, days_too: bool = False) -> None:
        """Remove what happened in a run and the file of it, but which days it brought in.

        From those the catalogue reads which partitions are there; ``days_too`` removes them too.
        """
        events, checks = SqlEventLogStorageTable, AssetCheckExecutionsTable
        gone = events.c.run_id == run_id
        if not days_too:
            made = events.c.dagster_event_type == dg.DagsterEventType.ASSET_MATERIALIZATION.value
            gone = and_(gone, not_(and_(made, events.c.partition.is_not(None))))
        with self.index_connection() as index:
            index.execute(checks.delete().where(checks.c.run_id == run_id))
            index.execute(events.delete().where(gone))
        with self._turn:
            if run_id in self._files:
                self._files.pop(run_id).dispose()
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.path_for_shard(run_id)}{ending}").unlink(missing_ok=True)

    @contextmanager
    def _transaction(self, file: str) -> Generator[Connection]:
        with self._turn:
            if file not in self._files:
                self._make_room()
                self._files[file] = self._open(file)
            with self._files[file].begin() as connection:
                yield connection

    def _make_room(self) -> None:
        runs = [file for file in self._files if file != INDEX]
        for oldest in runs[: len(runs) - KEPT_RUNS + 1]:
            self._files.pop(oldest).dispose()

    def _open(self, file: str) -> Engine:
        if not Path(self.path_for_shard(file)).exists():
            with super().run_connection(file):
                pass  # Dagster makes the tables, and for that reads all its migrations
        engine = create_engine(
            self.conn_string_for_shard(file),
            poolclass=StaticPool,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        # With write-ahead logging nothing is torn; only the last commits wait for the disk.
        event.listen(engine, "connect", lambda raw, _: raw.execute("pragma synchronous = normal"))
        return engine
