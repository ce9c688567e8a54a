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
from functools import cache, lru_cache
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

BUSY_SECONDS = 10.0
INDEX = "index"
# A run writes to two files: its own, and the index of all.
KEPT_FILES = 8


class EventLog(SqliteEventLogStorage):
    """The history that `userops dev` shows; a power cut may take its last moments, no more."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._turn = threading.Lock()
        self._file = lru_cache(KEPT_FILES)(self._open)
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
        self._file.cache_clear()
        super().dispose()

    @contextmanager
    def _transaction(self, file: str) -> Generator[Connection]:
        with self._turn, self._file(file).begin() as connection:
            yield connection

    def _open(self, file: str) -> Engine:
        with super().run_connection(file):
            pass  # Dagster makes the tables of a new file
        engine = create_engine(
            self.conn_string_for_shard(file),
            poolclass=StaticPool,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        # With write-ahead logging nothing is torn; only the last commits wait for the disk.
        event.listen(engine, "connect", lambda raw, _: raw.execute("pragma synchronous = normal"))
        return engine
