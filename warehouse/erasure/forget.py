"""Users -> gone from every place that holds lines or rows of theirs: safe to repeat after a crash.

This first version removes landed lines, lake rows, lines set aside, exported rows, the build
databases (built anew without them) and older published versions. It does not yet keep an erased
user out when a source sends them again: salted hashes are kept, `returned` finds them, and they are
forgotten again. Other people's lines that mention a forgotten id in their properties stay.
"""

import csv
import json
import shutil
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import starmap
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.erasure.people import (
    PRIVATE,
    People,
    lines_of,
    mentioned_in,
    people_of,
    remember,
)
from warehouse.errors import UserError
from warehouse.exports.folder import read_manifest, write_manifest
from warehouse.exports.recall import FILE_MODE, FOLDER_MODE
from warehouse.exports.safe_cells import safe_cell
from warehouse.lake.admission import admit, point_to
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import PARQUET, PATHS, Load, ledger_path
from warehouse.lake.loads import admitted, loaded, put_load, read_ledger
from warehouse.landing.days import day_folder, is_landed, landed_days, landed_files, source_name
from warehouse.landing.edits import without_lines
from warehouse.serving import versions
from warehouse.settings import DUCKDB, ENGINES, Settings
from warehouse.storage.files import replace_folder, scratch, write_atomically
from warehouse.storage.places import is_file, readable

PENDING = "forget.json"


@dataclass(frozen=True)
class Erasure:
    """What was removed, by place.

    ``admitted_days`` held more of theirs than what came last: a delivery waits to be let in, or an
    erasure was killed.
    ``unread`` are landed files nobody could look into; ``mentions`` counts lines of others that
    name a forgotten id in what they say, as an inviter, and stay.
    """

    people: People
    days: tuple[date, ...]
    landed_lines: dict[str, int] = field(default_factory=dict)
    lake_lines: int = 0
    admitted_days: int = 0
    exported_rows: dict[str, int] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    mentions: int = 0

    @property
    def found_anything(self) -> bool:
        """Tell whether any trace was there."""
        return bool(self.lake_lines or self.admitted_days or self.exported_rows)


def erase(
    settings: Settings,
    user_ids: Collection[str],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Erasure:
    """Remove these users from landing, lake, exports and build; call it with the turn to write.

    What readers see changes with the next run; then call `finish`. The ids are written
    down (readable by the owner only) until `finish`, so that a killed erasure can be repeated.
    """
    ingest_days(settings, landed_days(settings), progress=progress)
    people = _joined(people_of(settings, user_ids), _pending(settings))
    _write_private(settings.build_dir / PENDING, people)
    remember(settings, people)
    newest, listed = loaded(settings), admitted(settings)
    found = _lines_in(settings, people, newest.values())
    landed: dict[str, int] = {}
    for load, files in found.items():
        if is_landed(settings, load.day):
            landed |= _edit_landing(settings, load.day, files)
        else:
            waiting = () if listed.get(load.day) == load.fingerprint else (load,)
            _edit_load(settings, load, files, waiting)
    days = [load.day for load in found]
    ingest_days(settings, days)
    # Less of a day that was let in needs no new judgement; a gate on volume must not stop erasure.
    admit(settings, [day for day in days if day in listed])
    # A delivery may wait beside what was let in, or an erasure was killed here.
    let_in = starmap(Load, admitted(settings).items())
    held = _lines_in(settings, people, let_in)
    edited = {load.day: _edit_load(settings, load, files, ()) for load, files in held.items()}
    point_to(settings, {day: load.fingerprint for day, load in edited.items()})
    exported = _edit_exports(settings, people)
    _drop_builds(settings)
    ledger = read_ledger(settings).to_pylist()
    return Erasure(
        people=people,
        days=tuple(sorted(days)),
        landed_lines=landed,
        lake_lines=sum(len(lines) for files in found.values() for lines in files.values()),
        admitted_days=len(held),
        exported_rows=exported,
        mentions=mentioned_in(settings, people),
        unread=tuple(row["source_file"] for row in ledger if row["outcome"] == "rejected"),
    )


def finish(settings: Settings) -> int:
    """Remove all published versions but the newest, and the note of what was under way."""
    serving = settings.serving_dir
    with versions.exclusive(serving):
        old = len(versions.revisions_on_disk(serving)) - 1
        versions.keep_latest(serving, 1)
    (settings.build_dir / PENDING).unlink(missing_ok=True)
    return max(old, 0)


def _drop_builds(settings: Settings) -> None:
    """Remove the tables of every engine: the next run makes them anew."""
    for engine in ENGINES:
        other = replace(settings, engine=engine)
        for path in (other.build_db, other.serving_build_db):
            for file in (path, path.with_name(f"{path.name}.wal")):
                file.unlink(missing_ok=True)
        if engine != DUCKDB:
            shutil.rmtree(other.engine_dir, ignore_errors=True)


def _joined(people: People, pending: People) -> People:
    return People(people.known | pending.known, people.anonymous | pending.anonymous)


def _pending(settings: Settings) -> People:
    path = settings.build_dir / PENDING
    if not path.is_file():
        return People(frozenset(), frozenset())
    found = json.loads(path.read_text(encoding="utf-8"))
    return People(frozenset(found["known"]), frozenset(found["anonymous"]))


def _write_private(path: Path, people: People) -> None:
    text = json.dumps({"known": sorted(people.known), "anonymous": sorted(people.anonymous)})

    def write(target: Path) -> None:
        target.write_text(text, encoding="utf-8")

    write_atomically(path, write, mode=PRIVATE)


def _edit_landing(settings: Settings, day: date, files: dict[str, set[int]]) -> dict[str, int]:
    paths = {source_name(path): path for path in landed_files(settings, day)}
    for name, lines in files.items():
        if name not in paths:
            raise UserError(
                f"{name} was taken away while its lines were looked for",
                where=str(day_folder(settings, day)),
                cure="call `userops forget` again",
            )
        without_lines(paths[name], lines, settings)
    return {name: len(lines) for name, lines in files.items()}


def _lines_in(
    settings: Settings, people: People, loads: Iterable[Load]
) -> dict[Load, dict[str, set[int]]]:
    found = {load: lines_of(settings, people, load) for load in loads}
    return {load: files for load, files in found.items() if files}


def _edit_load(
    settings: Settings, load: Load, files: dict[str, set[int]], waiting: Iterable[Load]
) -> Load:
    """Put a load without some lines beside it; its ledger keeps adding up."""
    ledger = pq.ParquetFile(readable(ledger_path(settings, load))).read()
    rows = {row["source_file"]: row for row in ledger.to_pylist()}
    with scratch(settings.lake_root, load.day.isoformat()) as folder:
        for kind, name in (("events", "parsed"), ("quarantine", "quarantined")):
            path = PATHS[kind](settings, load)
            if not is_file(path):
                continue
            table = pq.ParquetFile(readable(path)).read()
            lines = zip(
                table["source_file"].to_pylist(), table["source_line"].to_pylist(), strict=True
            )
            stays = [line not in files.get(file, ()) for file, line in lines]
            for file, stay in zip(table["source_file"].to_pylist(), stays, strict=True):
                rows[file][name] -= not stay
                rows[file]["lines"] -= not stay
            if kind == "events" or any(stays):
                left = table.filter(pa.array(stays, pa.bool_()))
                pq.write_table(left, folder / f"{kind}.parquet", **PARQUET)
        told = pa.Table.from_pylist(list(rows.values()), ledger.schema)
        pq.write_table(told, folder / "ledger.parquet", **PARQUET)
        return put_load(settings, load.day, folder, waiting)


def _edit_exports(settings: Settings, people: People) -> dict[str, int]:
    """Take rows out of exported lists; what stays in them is as it was decided."""
    removed: dict[str, int] = {}
    ids = people.known | people.anonymous
    for folder in sorted((settings.exports_dir / "recall").glob("as_of=*")):
        manifest = read_manifest(folder) or {"files": {}}
        found = {name: _rows_of(folder / name, ids) for name in manifest["files"]}
        if not any(found.values()):
            continue
        replace_folder(folder, lambda new, old=folder: _without(old, new, ids), mode=FOLDER_MODE)
        removed |= {f"{folder.name}/{name}": count for name, count in found.items() if count}
    return removed


def _rows_of(path: Path, ids: Collection[str]) -> int:
    if path.suffix == ".parquet":
        column = pq.read_table(path, columns=["user_id"], partitioning=None)["user_id"]
        return sum(text in ids for text in column.to_pylist())
    cells = {safe_cell(text) for text in ids}
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return sum(row["user_id"] in cells for row in csv.DictReader(handle))


def _without(old: Path, new: Path, ids: Collection[str]) -> None:
    manifest = read_manifest(old) or {"files": {}}
    rows: dict[str, int] = {}
    for name in manifest["files"]:
        (new / name).touch(mode=FILE_MODE)
        copy = _parquet_without if name.endswith(".parquet") else _csv_without
        rows[name] = copy(old / name, new / name, ids)
    notes = {key: value for key, value in manifest.items() if key != "files"}
    write_manifest(new, rows, **notes)


def _parquet_without(old: Path, new: Path, ids: Collection[str]) -> int:
    table = pq.read_table(old, partitioning=None)
    stays = pa.array([text not in ids for text in table["user_id"].to_pylist()], pa.bool_())
    kept = table.filter(stays)
    pq.write_table(kept, new, compression="zstd")
    return len(kept)


def _csv_without(old: Path, new: Path, ids: Collection[str]) -> int:
    cells = {safe_cell(text) for text in ids}
    with old.open(encoding="utf-8-sig", newline="") as source:
        header, *rows = list(csv.reader(source))
    place = header.index("user_id")
    kept = [row for row in rows if row[place] not in cells]
    with new.open("w", encoding="utf-8-sig", newline="") as target:
        csv.writer(target).writerows([header, *kept])
    return len(kept)
