"""People to forget -> exported lists without their rows; what stays is as it was decided."""

import csv
from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.erasure.people import People
from warehouse.exports.folder import read_manifest, write_manifest
from warehouse.exports.recall import FILE_MODE, FOLDER_MODE
from warehouse.exports.safe_cells import safe_cell
from warehouse.settings import Settings
from warehouse.storage.files import replace_folder


def edit_exports(settings: Settings, people: People) -> dict[str, int]:
    """Take their rows out of every exported list; return how many, by file."""
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
