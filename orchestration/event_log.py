"""Dagster's own event log in SQLite, with one engine a file instead of a new one for each event.

A new engine compiles every statement again: most of what storing a run's thousand events costs.
The seam (`_connect`) is pinned by tests/pure/test_event_log.py.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

BUSY_SECONDS = 10.0
# A run writes to two files: its own, and the index of all.
KEPT_ENGINES = 8


class EventLog(SqliteEventLogStorage):
    """The history that `userops dev` shows; a power cut may take its last moments, no more."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._engine = lru_cache(KEPT_ENGINES)(self._open)
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Mapping[str, Any]) -> "EventLog":
        """Make the log that dagster.yaml asks for; the inherited one names its own class."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Generator[Connection]:
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def _open(self, shard: str) -> Engine:
        engine = create_engine(
            self.conn_string_for_shard(shard),
            poolclass=NullPool,
            connect_args={"timeout": BUSY_SECONDS},
        )
        # With write-ahead logging nothing is torn; only the last commits wait for the disk.
        event.listen(engine, "connect", lambda raw, _: raw.execute("pragma synchronous = normal"))
        self._initdb(engine)
        return engine
