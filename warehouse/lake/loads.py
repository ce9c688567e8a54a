"""Load days -> the content that counts: what was let in (the models read it), what came last."""

from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.feeds import EVENTS
from warehouse.lake.layout import (
    KINDS,
    LEDGER_SCHEMA,
    PATHS,
    Load,
    ledger_path,
    loads_path,
    loads_with,
    read_days,
    rows_path,
)
from warehouse.settings import Settings
from warehouse.storage.files import put_whole, remove_durably, remove_folder, sha256_of
from warehouse.storage.places import is_file, readable

# Part of a folder's name: 64 bits tell the contents of one day apart.
FINGERPRINT_DIGITS = 16


def admitted(settings: Settings, feed: str = EVENTS) -> dict[date, str]:
    """Return the admitted days and the fingerprint of what was let in of each."""
    path = loads_path(settings, feed)
    if not is_file(path):
        return {}
    table = pq.ParquetFile(readable(path)).read()
    return dict(
        zip(table["load_date"].to_pylist(), table["load_fingerprint"].to_pylist(), strict=True)
    )


def rows_let_in(settings: Settings, listed: Sequence[Load], feed: str) -> list[int]:
    """Return how many rows each of these loads has: by the list, else by the file itself."""
    known: dict[tuple[date, str], int] = {}
    path = loads_path(settings, feed)
    if is_file(path) and "rows" in (table := pq.ParquetFile(readable(path)).read()).column_names:
        known = {
            (row["load_date"], row["load_fingerprint"]): row["rows"] for row in table.to_pylist()
        }
    return [
        known.get((load.day, load.fingerprint)) or _rows(readable(rows_path(settings, load)))
        for load in listed
    ]


def loaded(settings: Settings, feed: str = EVENTS) -> dict[date, Load]:
    """Return what came last of each day: what waits to be let in, else what was let in."""
    listed = admitted(settings, feed)
    newest: dict[date, Load] = {}
    for load in sorted(loads_with(settings, "ledger", feed)):
        if load.day not in newest or listed.get(load.day) != load.fingerprint:
            newest[load.day] = load
    return newest


def waiting(settings: Settings, feed: str) -> set[date]:
    """Return the days of which what came last has not been let in."""
    listed = admitted(settings, feed)
    newest = loaded(settings, feed)
    return {day for day, load in newest.items() if listed.get(day) != load.fingerprint}


def read_ledger(
    settings: Settings, days: Sequence[date] | None = None, feed: str = EVENTS
) -> pa.Table:
    """Return one row per file of the given days (default: all loaded), with ``load_date``."""
    newest = loaded(settings, feed)
    wanted = sorted(newest.keys() if days is None else newest.keys() & set(days))
    return read_days([(day, ledger_path(settings, newest[day])) for day in wanted], LEDGER_SCHEMA)


def put_load(
    settings: Settings, day: date, folder: Path, waiting: Iterable[Load], feed: str = EVENTS
) -> Load:
    """Put a folder's ``rows``, ``quarantine`` (if any) and ``ledger`` into the lake, as one load.

    What waited to be let in goes before the ledger comes: killed anywhere, the next ingest sees
    either of them or none, and reads the day again. A name that a power cut took is missed then
    too, until `admit` writes its list durably.
    """
    files = {kind: folder / f"{kind}.parquet" for kind in KINDS}
    files = {kind: file for kind, file in files.items() if file.exists()}
    load = Load(day, _fingerprint(files.values()), feed)
    for kind in files.keys() - {"ledger"}:
        put_whole(files[kind], PATHS[kind](settings, load))
    for former in set(waiting) - {load}:
        remove_load(settings, former)
    put_whole(files["ledger"], ledger_path(settings, load))
    return load


def remove_load(settings: Settings, load: Load) -> None:
    """Remove a load, its ledger first: what is left of it counts as absent."""
    remove_durably(ledger_path(settings, load))
    for path_of in PATHS.values():
        remove_folder(path_of(settings, load).parent)


def _rows(source: Any) -> int:
    return pq.ParquetFile(source).metadata.num_rows


def _fingerprint(files: Iterable[Path]) -> str:
    digests = "".join(map(sha256_of, files))
    return sha256(digests.encode()).hexdigest()[:FINGERPRINT_DIGITS]
