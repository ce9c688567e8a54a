"""A lake of the former layout -> the present one: no line is read again, nothing is lost.

Formerly a day's three files lay in its folder, replaced in place, and what was let in had a second
name under ``admitted``. Each file gets its present name before it loses the former one, so that a
kill at any moment leaves a lake that the next call completes.
"""

import hashlib
from datetime import date

from warehouse.feeds import EVENTS
from warehouse.lake.layout import (
    KINDS,
    PARTITION,
    PATHS,
    Load,
    ledger_path,
    name_of,
    rows_path,
)
from warehouse.lake.loads import admitted
from warehouse.settings import Settings
from warehouse.storage.files import copy_whole, remove_durably, remove_folder
from warehouse.storage.places import Place, files_below, is_file, opened

FORMER = "admitted"


def upgrade(settings: Settings) -> None:
    """Give the files of a former lake their present names; does nothing where there are none."""
    former = settings.lake_root / FORMER
    held = files_below(former)
    for day, mark in admitted(settings).items() if held else ():
        name = f"{PARTITION}{day}/load_fingerprint={mark}/events.parquet"
        if name in held:
            load = Load(day, mark)
            copy_whole(former / name, rows_path(settings, load))
            ledger = settings.lake_root / "ledger" / f"{PARTITION}{day}" / "ledger.parquet"
            if is_file(ledger):
                copy_whole(ledger, ledger_path(settings, load))
    for name in files_below(settings.lake_root / "ledger"):
        folder, *rest = name.split("/")
        if rest == ["ledger.parquet"]:
            _move(settings, date.fromisoformat(folder.removeprefix(PARTITION)))
    if held:
        remove_folder(former)


def _move(settings: Settings, day: date) -> None:
    """Move a day, its former ledger last: while that is there, the day is not done."""
    folder = f"{PARTITION}{day}"
    names = {kind: name_of(EVENTS, kind) for kind in KINDS}
    root = settings.lake_root
    old = {kind: root / name / folder / f"{name}.parquet" for kind, name in names.items()}
    if all(map(is_file, old.values())):
        load = Load(day, former_fingerprint(old["rows"], old["ledger"]))
        for kind in KINDS:
            copy_whole(old[kind], PATHS[kind](settings, load))
    for kind in KINDS:
        remove_durably(old[kind])


def former_fingerprint(*files: Place) -> str:
    """Return the fingerprint that the day has in the list, if it was let in as it lies."""
    digest = hashlib.sha256()
    for file in files:
        with opened(file) as handle:
            while chunk := handle.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()[:16]
