"""Files of the lake -> which are not as they were written; what landing still holds is mended."""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.build.checked import read_anew
from warehouse.errors import UserError
from warehouse.feeds import EVENTS
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import (
    KINDS,
    PATHS,
    Load,
    ledger_path,
    loads_path,
    loads_with,
    record_path,
    rows_path,
    sizes_of,
)
from warehouse.lake.loads import (
    CHECKSUMS,
    admitted,
    list_fault,
    loaded,
    newest_of,
    read_list,
    remove_load,
    write_list,
)
from warehouse.lake.upgrade import former_fingerprint, upgrade
from warehouse.landing.days import is_landed
from warehouse.settings import Settings
from warehouse.storage.files import sha256_of_stream
from warehouse.storage.places import Place, content_of, is_file, opened, readable

# A run verifies this part of the loads that it need not read, each day another one.
TURNS = 30
# A lake on disk of no more than this is verified whole by every run: some hundredths of a second.
SMALL_BYTES = 48 << 20


class Damage(NamedTuple):
    """A load of which a file is not as it was written, and what is wrong with which."""

    load: Load
    what: str


def mend(
    settings: Settings, feed: str, days: Collection[date] | None, *, turn: date | None = None
) -> list[str]:
    """Read again from landing what is damaged of the lake; return what was mended, in sentences.

    Looked at are the list of loads and every ledger, all files of the loads of ``days`` (None: of
    every day), and of those whose turn it is on the day ``turn``. A load that comes out otherwise
    than it was let in waits until its day passes the border checks again (see `displaced`).
    Raises UserError that names the days which landing no longer holds.
    """
    if feed == EVENTS:
        upgrade(settings)
    told = _mend_list(settings, feed)
    found = list(damages(settings, feed, days, turn=turn))
    lost = [each for each in found if not _read_again(settings, each.load, days or ())]
    mended = [each for each in found if each not in lost]
    told += [f"{each.what}; {each.load.day} was read again from landing" for each in mended]
    if mended and feed == EVENTS:
        told += read_anew(settings, {each.load.day for each in mended})
    if lost:
        names = ", ".join(sorted({str(each.load.day) for each in lost}))
        folder = f"{settings.landing_root}/{feed}/dt=YYYY-MM-DD"
        raise UserError(
            f"the lake is damaged, and landing no longer holds what was loaded of {names}",
            where="; ".join(each.what for each in lost),
            cure=f"put the files of these days back into {folder} (or restore the lake's from a"
            " backup), then run again; what is published stays as it is until then",
        )
    return told


def damages(
    settings: Settings, feed: str, days: Collection[date] | None, *, turn: date | None = None
) -> Iterator[Damage]:
    """Yield the loads that count and are damaged; see `mend` for what is looked at."""
    listed = admitted(settings, feed)
    there = {kind: sizes_of(settings, kind, feed) for kind in ("rows", "ledger")}
    newest = newest_of(listed, there["ledger"]).values()
    loads = sorted({Load(*item, feed) for item in listed.items()} | {*newest})
    place = turn.toordinal() % TURNS if turn else None
    is_all = days is None or (turn is not None and _is_small(settings, there["rows"]))
    chosen = {
        load
        for number, load in enumerate(loads)
        if is_all or load.day in (days or ()) or number % TURNS == place
    }
    for load in loads:
        missing = [kind for kind in there if load not in there[kind]]
        if missing:
            what = f"{PATHS[missing[0]](settings, load)}: missing"
        else:
            what = fault_of(settings, load, is_whole=load in chosen)
        if what:
            yield Damage(load, what)


def fault_of(settings: Settings, load: Load, *, is_whole: bool = True) -> str:
    """Say which file of a load is not as it was written; "" if none. Else only its ledger's."""
    if not is_whole and not isinstance(settings.lake_root, Path):
        return ""  # a store verifies what it keeps, and each look costs a request
    path = ledger_path(settings, load)
    content = content_of(path) or b""
    if not sha256(content).hexdigest().startswith(load.fingerprint):
        return _fault_of_former(settings, load, content, is_whole=is_whole)
    checksums = json.loads(_metadata(content)[CHECKSUMS]) if is_whole else {}
    for kind, checksum in checksums.items():
        path = PATHS[kind](settings, load)
        if _sha256(path) != checksum:
            return f"{path}: {'not as it was written' if is_file(path) else 'missing'}"
    return ""


def displaced(settings: Settings, feed: str) -> set[date]:
    """Return the days let in of which another load has taken the place of a damaged one.

    All days, where the list itself was lost: nobody knows which of them had been let in.
    """
    listed, newest = read_list(settings, feed), loaded(settings, feed)
    if listed is None:
        return set(newest) if settings.build_db.is_file() else set()
    there = loads_with(settings, "ledger", feed)
    gone = {day for day, each in listed.items() if Load(day, each.fingerprint, feed) not in there}
    return gone & newest.keys()


def is_small(settings: Settings, feed: str = EVENTS) -> bool:
    """Tell whether a run verifies all loads of a feed."""
    return _is_small(settings, sizes_of(settings, "rows", feed))


def _is_small(settings: Settings, rows: Mapping[Load, int]) -> bool:
    return isinstance(settings.lake_root, Path) and sum(rows.values()) <= SMALL_BYTES


def _fault_of_former(settings: Settings, load: Load, ledger: bytes, *, is_whole: bool) -> str:
    """Look at a load whose name is not the checksum of its ledger: formerly, names were others."""
    fault = f"{ledger_path(settings, load)}: not as it was written"
    try:
        if CHECKSUMS in _metadata(ledger):
            return fault
    except (OSError, pa.ArrowException, ValueError):
        return fault
    if not is_whole:
        return ""
    digests = [_sha256(PATHS[kind](settings, load)) for kind in KINDS]
    name = sha256("".join(digest for digest in digests if digest).encode()).hexdigest()
    formerly = former_fingerprint(rows_path(settings, load), ledger_path(settings, load))
    if load.fingerprint in (name[: len(load.fingerprint)], formerly):
        return ""
    return f"{rows_path(settings, load)}: it, its quarantine or its ledger is not as it was written"


def _mend_list(settings: Settings, feed: str) -> list[str]:
    fault = list_fault(settings, feed)
    if not fault:
        return []
    is_former = content_of(record_path(settings, feed)) is None and is_file(
        loads_path(settings, feed)
    )
    if read_list(settings, feed) is not None:
        write_list(settings, admitted(settings, feed), feed)
        return [] if is_former else [f"{fault}; it was written anew"]
    return [f"{fault}; the days of the lake are judged and let in anew"]


def _read_again(settings: Settings, load: Load, own: Collection[date]) -> bool:
    """Load a day anew from landing, in the place of a damaged load; tell whether that was there.

    Other days than a run's own have to give no less than was let in of them.
    """
    if not is_landed(settings, load.day, load.feed):
        return False
    listed = (read_list(settings, load.feed) or {}).get(load.day)
    ingest_days(settings, [load.day], load.feed, force=True, processes=1)
    new = loaded(settings, load.feed).get(load.day)
    if new is None or new == load:
        return new == load
    rows = pq.read_metadata(readable(rows_path(settings, new))).num_rows
    was_let_in = listed is not None and listed.fingerprint == load.fingerprint
    is_less = was_let_in and load.day not in own and rows < listed.rows
    remove_load(settings, new if is_less else load)
    return not is_less


def _metadata(ledger: bytes) -> dict[bytes, bytes]:
    return pq.ParquetFile(pa.BufferReader(ledger)).schema_arrow.metadata or {}


def _sha256(path: Place) -> str:
    try:
        with opened(path) as file:
            return sha256_of_stream(file)
    except OSError:
        return ""
