"""Exported lists -> without the people who may not be contacted any more, each named once.

The only way in which a list that was exported changes: rows leave its files, and ``withdrawn.csv``
beside them says whose; erased people stand in no file, it only counts them.
"""

import csv
import io
import shutil
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.exports.folder import damaged, write_manifest
from warehouse.exports.listed import broken, list_id, manifest_of
from warehouse.exports.safe_cells import safe_cell
from warehouse.exports.withdrawal import Place, erased_users, looked_at, to_withdraw
from warehouse.settings import Settings
from warehouse.storage.files import replace_folder

FOLDER_MODE = 0o700
FILE_MODE = 0o600
WITHDRAWN = "withdrawn.csv"
COLUMNS = ("list_id", "user_id", "channel", "reason", "withdrawn_on")
ERASED = "erased"


def withdraw(settings: Settings, as_of_date: date) -> list[Place]:
    """Take out who must come off the lists of the last days; returns the places they left."""
    places = to_withdraw(settings, as_of_date)
    folders = looked_at(settings, as_of_date)
    naming = [folder / name for folder in folders.values() for name in ("excluded.csv", WITHDRAWN)]
    erased = erased_users(settings, [path for path in naming if path.is_file()])
    for day, folder in folders.items():
        off = {(p.user_id, p.channel): p.reason for p in places if p.as_of_date == day}
        gone = {user for path, users in erased.items() if path.parent == folder for user in users}
        if off or gone:
            take_out(folder, day, off, gone=gone, on=as_of_date)
    return places


def taken_out(settings: Settings, as_of_date: date) -> int:
    """Count the places that were taken out of the lists of the last days."""
    manifests = map(manifest_of, looked_at(settings, as_of_date).values())
    return sum(each["files"].get(WITHDRAWN, {}).get("rows", 0) for each in manifests)


def take_out(
    folder: Path,
    as_of_date: date,
    off: Mapping[tuple[str, str], str],
    *,
    gone: Collection[str],
    on: date,
) -> dict[str, int]:
    """Remove rows from the files of a folder, whole or not at all; returns how many, by file.

    ``off`` are users and channels with the reason, ``gone`` ids that may stand in no file.
    """
    manifest = manifest_of(folder)
    for name, mark in manifest["files"].items():
        if fault := damaged(folder, name, mark):
            raise broken(fault)
    removed: dict[str, int] = {}
    replace_folder(
        folder,
        lambda new: removed.update(_copy(folder, new, manifest, as_of_date, off, set(gone), on)),
        mode=FOLDER_MODE,
    )
    return {name: count for name, count in removed.items() if count}


def rows_of(folder: Path, users: Collection[str]) -> int:
    """Count the rows of some users in the files of a folder; a damaged one is refused."""
    count = 0
    for name, mark in manifest_of(folder)["files"].items():
        if fault := damaged(folder, name, mark):
            raise broken(fault)
        count += len(_rows_of(folder / name, users))
    return count


def _copy(
    old: Path,
    new: Path,
    manifest: Mapping[str, Any],
    day: date,
    off: Mapping[tuple[str, str], str],
    gone: set[str],
    on: date,
) -> dict[str, int]:
    """Fill ``new`` with the files of ``old`` but for some rows; returns how many, by file."""
    rows: dict[str, int] = {}
    left: dict[tuple[str, str], str] = {}
    removed: dict[str, int] = {}
    for name, mark in manifest["files"].items():
        if name == WITHDRAWN:
            continue
        channel = name.rpartition(".")[0]
        out = gone | {user for user, of in off if of == channel}
        found = _without(old / name, new / name, out)
        removed[name], rows[name] = len(found), mark["rows"] - len(found)
        if name.endswith(".parquet"):
            left |= {(user, channel): off.get((user, channel), ERASED) for user in found}
    rows[WITHDRAWN], removed[WITHDRAWN] = _tell(old, new, day, left, gone, on)
    if not rows[WITHDRAWN]:
        (new / WITHDRAWN).unlink()
        del rows[WITHDRAWN]
    notes = {key: value for key, value in manifest.items() if key != "files"}
    notes["revision"] = notes.get("revision", 1) + 1
    exported = {name: mark for name, mark in manifest["files"].items() if name != WITHDRAWN}
    write_manifest(new, rows, exported=exported, **notes)
    return removed


def _tell(
    old: Path,
    new: Path,
    day: date,
    left: Mapping[tuple[str, str], str],
    gone: set[str],
    on: date,
) -> tuple[int, int]:
    """Write ``withdrawn.csv``: who left before and who leaves now, the erased without their ids."""
    cells = _cells_of(gone)
    before = _read_csv(old / WITHDRAWN)[1] if (old / WITHDRAWN).is_file() else []
    unnamed = sum(row[1] in cells for row in before)
    told = [[row[0], "" if row[1] in cells else row[1], *row[2:]] for row in before]
    now = sorted(
        (list_id(day, channel), "" if reason == ERASED or user in gone else user, channel, reason)
        for (user, channel), reason in left.items()
    )
    _create(new / WITHDRAWN)
    with (new / WITHDRAWN).open("w", encoding="utf-8-sig", newline="") as handle:
        csv.writer(handle).writerows([COLUMNS, *told, *([*map(safe_cell, row), on] for row in now)])
    return len(told) + len(now), unnamed


def _without(old: Path, new: Path, out: set[str]) -> list[str]:
    """Copy a file without the rows of some users; returns whose rows were left out."""
    _create(new)
    found = _rows_of(old, out)
    if not found:
        shutil.copyfile(old, new)
    elif old.suffix == ".parquet":
        table = pq.ParquetFile(old).read()
        stays = [user not in out for user in table["user_id"].to_pylist()]
        pq.write_table(table.filter(pa.array(stays, pa.bool_())), new, compression="zstd")
    else:
        header, rows = _read_csv(old)
        place, cells = header.index("user_id"), _cells_of(out)
        with new.open("w", encoding="utf-8-sig", newline="") as target:
            csv.writer(target).writerows([header, *(r for r in rows if r[place] not in cells)])
    return found


def _rows_of(path: Path, users: Collection[str]) -> list[str]:
    """Return the users of a file that are among these, one for each of their rows."""
    if not users or not path.is_file():
        return []
    if path.suffix == ".parquet":
        column = pq.ParquetFile(path).read(["user_id"])["user_id"]
        return [user for user in column.to_pylist() if user in users]
    header, rows = _read_csv(path)
    place, cells = header.index("user_id"), _cells_of(users)
    return [cells[row[place]] for row in rows if row[place] in cells]


def _cells_of(users: Iterable[str]) -> dict[str, str]:
    """Return the cells that may name these users: files of before had more apostrophes."""
    return {cell: user for user in users for cell in (safe_cell(user), f"'{user}")}


def _read_csv(path: Path) -> tuple[list[str], list[list[str]]]:
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    return header, rows


def _create(path: Path) -> None:
    # Before the first byte: contact details must not be readable for even a moment.
    path.touch(mode=FILE_MODE)
    path.chmod(FILE_MODE)
