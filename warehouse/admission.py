"""Lake days that passed the border checks -> ``lake/admitted`` and its list: what dbt reads.

A day is admitted by giving its events a second name (a hard link, no second copy of the bytes).
What is loaded anew replaces the first name only, so the models keep reading what was let in.
"""

import hashlib
import os
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.files import write_atomically
from warehouse.lake import admitted_path, events_path, ledger_path
from warehouse.settings import Settings

SCHEMA = pa.schema(
    [
        pa.field("load_date", pa.date32(), nullable=False),
        pa.field("load_fingerprint", pa.string(), nullable=False),
    ]
)

# Part of a folder's name: 64 bits tell the contents of one day apart.
FINGERPRINT_DIGITS = 16


def loads_path(settings: Settings) -> Path:
    """Return the list of admitted load days."""
    return settings.lake_root / "loads.parquet"


def admitted(settings: Settings) -> dict[date, str]:
    """Return the admitted days and the fingerprint of what each held when it was admitted."""
    path = loads_path(settings)
    if not path.is_file():
        return {}
    table = pq.ParquetFile(path).read()
    return dict(
        zip(table["load_date"].to_pylist(), table["load_fingerprint"].to_pylist(), strict=True)
    )


def admit(settings: Settings, days: Sequence[date]) -> dict[date, str]:
    """Let these loaded days in; days admitted before stay. Returns all admitted days.

    A day whose gate stayed shut is not listed, so no later run can read it by accident; a day
    loaded again keeps its old fingerprint, and its old rows in the marts, until it is let in anew.
    """
    before = admitted(settings)
    loaded = [day for day in days if ledger_path(settings, day).is_file()]
    after = before | {day: _fingerprint(settings, day) for day in loaded}
    for day in loaded:
        _link(events_path(settings, day), admitted_path(settings, day, after[day]))
    if after != before or not loads_path(settings).is_file():
        ordered = sorted(after)
        table = pa.table(
            {"load_date": ordered, "load_fingerprint": [after[day] for day in ordered]},
            schema=SCHEMA,
        )
        write_atomically(loads_path(settings), lambda path: pq.write_table(table, path))
    for day in loaded:
        _remove_others(admitted_path(settings, day, after[day]))
    return after


def _link(events: Path, admitted: Path) -> None:
    if not admitted.is_file():
        write_atomically(admitted, lambda path: _same_bytes(events, path))


def _same_bytes(source: Path, target: Path) -> None:
    target.unlink()
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


def _remove_others(admitted: Path) -> None:
    """Remove what the day held before: the list no longer names it."""
    for folder in admitted.parent.parent.iterdir():
        if folder != admitted.parent:
            shutil.rmtree(folder)


def _fingerprint(settings: Settings, day: date) -> str:
    digest = hashlib.sha256()
    for path in (events_path(settings, day), ledger_path(settings, day)):
        with path.open("rb") as handle:
            while chunk := handle.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()[:FINGERPRINT_DIGITS]
