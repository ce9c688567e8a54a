"""The build databases between runs -> as the last run left them, or set aside and built anew.

DuckDB verifies each block that it reads; a day reads few of them. So a run that ended well notes
the checksums of both files, and the next one compares; of a large file it reads a part instead,
each day another one. After a run that did not end well, everything is read.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from warehouse.serving.marts import open_file
from warehouse.settings import DUCKDB, ENGINES, Settings
from warehouse.sql import quoted
from warehouse.storage.files import remove_durably, sha256_of
from warehouse.storage.notes import read_note, write_note

NOTE = "databases.json"
APPLIED = "applied.json"
DAMAGED = ".damaged-"
# Above this, a run compares a file by its size only and reads this part of its tables: the cost of
# a day must not follow that of history.
COMPARED_BYTES = 64 << 20
TURNS = 30
IN_USE = "Could not set lock"


def vouch(settings: Settings) -> None:
    """Note the build databases as they are: call it when nothing writes to them any more."""
    write_note(settings.engine_dir / NOTE, {path.name: _mark(path) for path in _files(settings)})


def begin(settings: Settings, turn: date | None = None) -> str:
    """Set the build databases aside if they are damaged; call it before anything writes to them.

    Returns what was done, in a sentence; "" where nothing was wrong. What was noted of them ends
    here: until `vouch`, they are what a run has left half-way.
    """
    found = damage(settings, turn=turn)
    remove_durably(settings.engine_dir / NOTE)
    return set_aside(settings, found) if found else ""


def damage(settings: Settings, *, turn: date | None = None, deep: bool = False) -> str:
    """Say what is wrong with the build databases; "" if nothing is, or they are not there.

    Of a large file, the tables whose turn it is on a day are read; ``deep`` reads every row of all.
    """
    noted = read_note(settings.engine_dir / NOTE)
    for path in _files(settings):
        if isinstance(noted, dict) and noted.get(path.name) != _mark(path):
            return f"{path}: not as the last run left it"
        is_large = path.stat().st_size > COMPARED_BYTES
        part = None if deep or noted is None else turn.toordinal() % TURNS if turn else -1
        if (part is None or is_large) and (fault := _unreadable(settings, path, part)):
            return f"{path}: {fault}"
    gone = isinstance(noted, dict) and sorted(set(noted) - {path.name for path in _files(settings)})
    return f"{settings.engine_dir / gone[0]}: missing" if gone else ""


def set_aside(settings: Settings, why: str) -> str:
    """Move the build databases out of the way, in the place of those set aside before."""
    folder = settings.engine_dir
    former = sorted(folder.glob(f"*{DAMAGED}*"))
    number = 1 + max((int(path.name.rpartition("-")[2]) for path in former), default=0)
    for path in former:
        path.unlink()
    for path in _files(settings):
        for file in (path.with_name(f"{path.name}.wal"), path):
            if file.is_file():
                file.rename(file.with_name(f"{file.name}{DAMAGED}{number}"))
    return f"{why}; set aside as *{DAMAGED}{number}, and all tables built anew from the lake"


def loads_read(settings: Settings) -> set[date]:
    """Return the load days whose events the last build has opened."""
    if settings.engine != DUCKDB or not settings.build_db.is_file():
        return set()
    with open_file(settings, settings.build_db, read_only=True) as build:
        found = build.execute(
            "select load_date from intermediate.int_load_days"
            " where event_date in (select event_date from intermediate.int_touched_days)"
            " union select earlier_load_date from intermediate.int_repeated_hashes"
            " where earlier_load_date is not null"
        ).fetchall()
    return {day for (day,) in found}


def read_anew(settings: Settings, days: Collection[date]) -> list[str]:
    """Let the next build of every engine take these load days in as if they had just come.

    Their event days are built anew: what was read of them may have been damaged already. Returns
    what `begin` has done.
    """
    told = []
    for engine in ENGINES:
        other = replace(settings, engine=engine)
        if engine == DUCKDB and other.build_db.is_file():
            told.append(begin(other))
        if engine != DUCKDB:
            remove_durably(other.engine_dir / APPLIED)
        elif other.build_db.is_file():
            _forget_days(other, days)
    return [text for text in told if text]


def _forget_days(settings: Settings, days: Collection[date]) -> None:
    with open_file(settings, settings.build_db) as build:
        loads = "intermediate.int_load_days where list_contains($days, load_date)"
        for statement in (
            "update intermediate.applied_days set input_fingerprint = 'to be built'"
            f" where event_date in (select event_date from {loads})",
            f"delete from {loads}",
        ):
            try:
                build.execute(statement, {"days": sorted(days)})
            except duckdb.CatalogException:  # nothing was built
                return


def _files(settings: Settings) -> Iterator[Path]:
    paths = (settings.build_db, settings.serving_build_db)
    yield from (path for path in paths if path.is_file())


def _mark(path: Path) -> str:
    size = path.stat().st_size
    return sha256_of(path) if size <= COMPARED_BYTES else f"{size} bytes"


def _unreadable(settings: Settings, path: Path, part: int | None) -> str:
    """Read every row of every table, or of a part of them; return what DuckDB says if it cannot."""
    try:
        with open_file(settings, path, read_only=True) as opened:
            tables = opened.execute(
                "select schema_name, table_name from duckdb_tables()"
            ).fetchall()
            for number, (schema, table) in enumerate(sorted(tables)):
                if part is not None and number % TURNS != part:
                    continue
                name = f"{quoted(schema)}.{quoted(table)}"
                opened.execute(f"select bit_xor(hash(counted)) from {name} as counted").fetchall()
    except duckdb.Error as error:
        text = str(error).strip().partition("\n")[0]
        return "" if IN_USE in text else text
    return ""
