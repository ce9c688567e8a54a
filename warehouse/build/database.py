"""The build databases: who may write, and how they are opened."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb

from warehouse.errors import UserError
from warehouse.setting_faults import size_of
from warehouse.settings import Settings
from warehouse.sql import literal

# Readable by every DuckDB since 1.0: the marts file is copied for others to read.
SERVING_STORAGE = "v1.0.0"

# What the models may hold on any machine.
LEAST_MEGABYTES = 2_000

WAIT_SECONDS = 600.0
POLL_SECONDS = 0.5


@contextmanager
def run_lock(
    settings: Settings,
    holder: str,
    *,
    wait_seconds: float = WAIT_SECONDS,
    on_wait: Callable[[str], None] | None = None,
) -> Generator[None]:
    """Hold the right to write; the kernel gives it back however the process ends.

    Waits for another run up to `wait_seconds`; then raises UserError that says who holds it.
    """
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    path = settings.build_dir / "run.lock"
    with path.open("a+") as handle:
        _acquire(handle, path, wait_seconds, on_wait)
        handle.seek(0)
        handle.truncate()
        json.dump({"holder": holder, "process": os.getpid()}, handle)
        handle.flush()
        yield


def lock_holder(settings: Settings) -> str | None:
    """Say who is writing at this moment, or None."""
    path = settings.build_dir / "run.lock"
    if not path.exists():
        return None
    with path.open("r+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _describe(path)
    return None


def _acquire(
    handle: object,
    path: Path,
    wait_seconds: float,
    on_wait: Callable[[str], None] | None,
) -> None:
    deadline = time.monotonic() + wait_seconds
    told = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # ty: ignore[invalid-argument-type]
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise UserError(
                    f"another run is writing: {_describe(path)}",
                    where=str(path),
                    cure="wait for it to end, or stop that process",
                ) from None
        if on_wait and not told:
            on_wait(_describe(path))
            told = True
        time.sleep(POLL_SECONDS)


def _describe(path: Path) -> str:
    try:
        held = json.loads(path.read_text())
        return f"{held['holder']} (process {held['process']})"
    except (ValueError, KeyError):
        return "a run that is just starting"


def create_databases(settings: Settings) -> None:
    """Make the marts file in the storage version that others can read, if it is not there."""
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    if settings.serving_build_db.exists():
        return
    with duckdb.connect() as connection:
        connection.execute(
            f"attach {literal(settings.serving_build_db)} as serving"
            f" (storage_version '{SERVING_STORAGE}')"
        )


@cache
def default_memory_limit() -> str:
    """Return what the models may hold where nothing else is said, as a size.

    A tenth of the share of the machine, or container, that DuckDB would take, and 2 GB at least:
    what is more is sorted on disk (docs/scaling.md).
    """
    with duckdb.connect() as connection:
        [(own,)] = connection.execute("select current_setting('memory_limit')").fetchall()
    return f"{max(LEAST_MEGABYTES, size_of(own) // 10_000_000)}MB"
