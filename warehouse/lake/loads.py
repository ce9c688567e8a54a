"""Load days -> the content that counts: what was let in (the models read it), what came last."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.feeds import EVENTS
from warehouse.lake.layout import (
    LEDGER_SCHEMA,
    LOADS_SCHEMA,
    PARQUET,
    PATHS,
    Load,
    ledger_path,
    loads_path,
    loads_with,
    read_days,
    record_path,
    rows_path,
)
from warehouse.settings import Settings
from warehouse.storage.files import (
    put_whole,
    remove_durably,
    remove_folder,
    sha256_of,
    write_bytes_atomically,
)
from warehouse.storage.notes import read_note, write_note
from warehouse.storage.places import content_of, readable

# Part of a folder's name: 64 bits tell the contents of one day apart.
FINGERPRINT_DIGITS = 16
# In the metadata of a ledger: the SHA-256 of each other file of its load, as a JSON object by kind.
CHECKSUMS = b"userops.checksums"


class LetIn(NamedTuple):
    """What was let in of a day: the name of its load, and how many rows that has (0: not told)."""

    fingerprint: str
    rows: int


def admitted(settings: Settings, feed: str = EVENTS) -> dict[date, str]:
    """Return the admitted days and the fingerprint of what was let in of each."""
    listed = read_list(settings, feed) or {}
    return {day: each.fingerprint for day, each in listed.items()}


def read_list(settings: Settings, feed: str = EVENTS) -> dict[date, LetIn] | None:
    """Return what was let in: by the record, else by the list as it lies; None, by neither."""
    if note := read_note(record_path(settings, feed)):
        return {date.fromisoformat(day): LetIn(*each) for day, *each in note["loads"]}
    content = content_of(loads_path(settings, feed))
    try:
        rows = pq.read_table(pa.BufferReader(content or b"")).to_pylist()
        # A list of before rows were counted has none.
        return {
            row["load_date"]: LetIn(row["load_fingerprint"], row.get("rows", 0)) for row in rows
        }
    except (OSError, pa.ArrowException, KeyError, ValueError):
        return None


def write_list(settings: Settings, listed: Mapping[date, str], feed: str = EVENTS) -> None:
    """Say which loads are let in: in the record first, then in the list that engines read."""
    before = (read_list(settings, feed) or {}).items()
    known = {(day, each.fingerprint): each.rows for day, each in before}
    loads = [
        LetIn(name, known.get((day, name)) or _rows(settings, Load(day, name, feed)))
        for day, name in sorted(listed.items())
    ]
    columns = {
        "load_date": sorted(listed),
        "load_fingerprint": [each.fingerprint for each in loads],
        "rows": [each.rows for each in loads],
    }
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns, schema=LOADS_SCHEMA), sink)
    content = sink.getvalue().to_pybytes()
    days = [[str(day), *each] for day, each in zip(sorted(listed), loads, strict=True)]
    note = {"parquet": sha256(content).hexdigest(), "loads": days}
    write_note(record_path(settings, feed), note)
    write_bytes_atomically(loads_path(settings, feed), content)


def list_fault(settings: Settings, feed: str = EVENTS) -> str:
    """Say what is wrong with the list or its record; "" where both are as they were written."""
    path, record = loads_path(settings, feed), record_path(settings, feed)
    content, note = content_of(path), read_note(record)
    if note is None:
        if content_of(record) is not None:
            return f"{record}: not as it was written"
        return "" if content is None else f"{record}: missing"
    if content is None:
        return f"{path}: missing"
    same = sha256(content).hexdigest() == note["parquet"]
    return "" if same else f"{path}: not as it was written"


def loaded(settings: Settings, feed: str = EVENTS) -> dict[date, Load]:
    """Return what came last of each day: what waits to be let in, else what was let in."""
    return newest_of(admitted(settings, feed), loads_with(settings, "ledger", feed))


def newest_of(listed: Mapping[date, str], ledgers: Iterable[Load]) -> dict[date, Load]:
    """Return the same, of these loads with a ledger."""
    newest: dict[date, Load] = {}
    for load in sorted(ledgers):
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
    settings: Settings,
    day: date,
    folder: Path,
    ledger: pa.Table,
    waiting: Iterable[Load],
    feed: str = EVENTS,
) -> Load:
    """Put a folder's ``rows`` and ``quarantine`` (if any) into the lake with their ledger.

    The ledger holds their checksums, and its own checksum is the name of the load: so every file
    can be told from a damaged one, and the same content has the same name.

    What waited to be let in goes before the ledger comes: killed anywhere, the next ingest sees
    either of them or none, and reads the day again. A name that a power cut took is missed then
    too, until `admit` writes its list durably.
    """
    files = {kind: folder / f"{kind}.parquet" for kind in ("rows", "quarantine")}
    files = {kind: file for kind, file in files.items() if file.exists()}
    checksums = json.dumps({kind: sha256_of(file) for kind, file in files.items()})
    told = ledger.replace_schema_metadata(
        {**(ledger.schema.metadata or {}), CHECKSUMS: checksums.encode()}
    )
    files["ledger"] = folder / "ledger.parquet"
    pq.write_table(told, files["ledger"], use_dictionary=False, **PARQUET)
    load = Load(day, sha256_of(files["ledger"])[:FINGERPRINT_DIGITS], feed)
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


def _rows(settings: Settings, load: Load) -> int:
    return pq.ParquetFile(readable(rows_path(settings, load))).metadata.num_rows
