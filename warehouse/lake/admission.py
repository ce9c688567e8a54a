"""Lake days that passed the border checks -> ``lake/admitted`` and its list: what dbt reads.

A day is admitted by giving its events a second name (a hard link, no second copy of the bytes).
What is loaded anew replaces the first name only, so the models keep reading what was let in.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.errors import UserError
from warehouse.lake.layout import (
    PARQUET,
    PARTITION,
    admitted_folder,
    admitted_path,
    events_path,
    ledger_path,
    load_days,
)
from warehouse.settings import Settings
from warehouse.storage.files import copy_whole, remove_folder, write_atomically
from warehouse.storage.places import Place, entries, is_file, opened, readable

SCHEMA = pa.schema(
    [
        pa.field("load_date", pa.date32(), nullable=False),
        pa.field("load_fingerprint", pa.string(), nullable=False),
    ]
)

# Part of a folder's name: 64 bits tell the contents of one day apart.
FINGERPRINT_DIGITS = 16


def loads_path(settings: Settings) -> Place:
    """Return the list of admitted load days."""
    return settings.lake_root / "loads.parquet"


def admitted(settings: Settings) -> dict[date, str]:
    """Return the admitted days and the fingerprint of what each held when it was admitted."""
    path = loads_path(settings)
    if not is_file(path):
        return {}
    table = pq.ParquetFile(readable(path)).read()
    return dict(
        zip(table["load_date"].to_pylist(), table["load_fingerprint"].to_pylist(), strict=True)
    )


def admit(settings: Settings, days: Sequence[date]) -> dict[date, str]:
    """Let these loaded days in; days admitted before stay. Returns all admitted days.

    A day whose gate stayed shut is not listed, so no later run can read it by accident; a day
    loaded again keeps its old fingerprint, and its old rows in the marts, until it is let in anew.
    Raises UserError where what was let in before is gone, and the lake no longer has it.
    """
    before = admitted(settings)
    known = set(load_days(settings))
    loaded = sorted(known.intersection(days) | _lost(settings, before, known, set(days)))
    after = before | {day: _fingerprint(settings, day) for day in loaded}
    for day in loaded:
        copy_whole(events_path(settings, day), admitted_path(settings, day, after[day]))
    if after != before or not is_file(loads_path(settings)):
        _write_list(settings, after)
    _remove_unlisted(settings, after, loaded)
    return after


def admitted_files(settings: Settings) -> dict[date, Place]:
    """Return the file of each admitted day as it was let in; a day whose file is gone has none."""
    paths = {day: admitted_path(settings, day, mark) for day, mark in admitted(settings).items()}
    return {day: path for day, path in paths.items() if is_file(path)}


def replace_admitted(settings: Settings, tables: Mapping[date, pa.Table]) -> None:
    """Put less in the place of what was let in of some days; nothing that is not listed stays."""
    listed = admitted(settings)
    for day, table in tables.items():
        listed[day] = _shortened(f"{listed[day]} {len(table)}".encode())
        path = admitted_path(settings, day, listed[day])
        write_atomically(path, lambda to, table=table: pq.write_table(table, to, **PARQUET))
    if tables:
        _write_list(settings, listed)
    _remove_unlisted(settings, listed, _held(settings))


def _write_list(settings: Settings, listed: Mapping[date, str]) -> None:
    days = sorted(listed)
    columns = {"load_date": days, "load_fingerprint": [listed[day] for day in days]}
    table = pa.table(columns, schema=SCHEMA)
    write_atomically(loads_path(settings), lambda path: pq.write_table(table, path))


def _lost(
    settings: Settings, listed: Mapping[date, str], known: set[date], asked: set[date]
) -> set[date]:
    """Return listed days without a folder, if the lake still has what was let in of them."""
    lost = listed.keys() - asked - _held(settings)
    for day in sorted(lost):
        if day not in known or not listed[day].startswith(_fingerprint(settings, day)):
            raise UserError(
                f"what was let in of {day} is gone, and the lake no longer has it",
                where=str(admitted_folder(settings)),
                cure=f"let the day in anew: userops run --date {day}",
            )
    return lost


def _remove_unlisted(settings: Settings, listed: Mapping[date, str], days: Iterable[date]) -> None:
    """Remove what these days held before, or were about to: the list does not name it."""
    for day in days:
        kept = admitted_path(settings, day, listed.get(day, "")).parent
        for entry in list(entries(kept.parent)):
            if entry.path.name != kept.name:
                remove_folder(entry.path)


def _held(settings: Settings) -> set[date]:
    """Return the days with a folder, listed or not."""
    names = (entry.path.name for entry in entries(admitted_folder(settings)))
    days = (name.removeprefix(PARTITION) for name in names if name.startswith(PARTITION))
    return {date.fromisoformat(day) for day in days}


def _fingerprint(settings: Settings, day: date) -> str:
    digest = hashlib.sha256()
    for path in (events_path(settings, day), ledger_path(settings, day)):
        with opened(path) as handle:
            while chunk := handle.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()[:FINGERPRINT_DIGITS]


def _shortened(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:FINGERPRINT_DIGITS]
