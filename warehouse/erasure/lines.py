"""People to forget -> landed files and loads of the lake without their lines."""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.erasure.people import People, lines_of
from warehouse.errors import UserError
from warehouse.judging.asides import TYPE
from warehouse.judging.files import landed_name
from warehouse.lake.layout import PARQUET, PATHS, Load, ledger_path, whole_ledger
from warehouse.lake.loads import put_load
from warehouse.landing.days import day_folder, landed_files, source_name
from warehouse.landing.edits import without_lines
from warehouse.settings import Settings
from warehouse.storage.files import scratch
from warehouse.storage.places import is_file, readable


def edit_landing(settings: Settings, load: Load, files: dict[str, set[int]]) -> dict[str, int]:
    """Take lines out of what landed on the day of a load; return how many, by file."""
    paths = {source_name(path): path for path in landed_files(settings, load.day, load.feed)}
    for name in dict.fromkeys(map(landed_name, files)):
        if name not in paths:
            raise UserError(
                f"{name} was taken away while its lines were looked for",
                where=str(day_folder(settings, load.day, load.feed)),
                cure="call `userops forget` again",
            )
        gone = {each: lines for each, lines in files.items() if landed_name(each) == name}
        without_lines(paths[name], gone, settings)
    return {name: len(lines) for name, lines in files.items()}


def lines_in(
    settings: Settings, people: People, loads: Iterable[Load]
) -> dict[Load, dict[str, set[int]]]:
    """Find their lines in loads, by file; loads without any are left out."""
    found = {load: lines_of(settings, people, load) for load in loads}
    return {load: files for load, files in found.items() if files}


def edit_load(
    settings: Settings, load: Load, files: dict[str, set[int]], waiting: Iterable[Load]
) -> Load:
    """Put a load without some lines beside it; its ledger keeps adding up."""
    ledger = whole_ledger(pq.ParquetFile(readable(ledger_path(settings, load))).read())
    rows = {row["source_file"]: row for row in ledger.to_pylist()}
    with scratch(settings.lake_root, load.day.isoformat()) as folder:
        for kind, name in (("rows", "parsed"), ("quarantine", "quarantined")):
            path = PATHS[kind](settings, load)
            if not is_file(path):
                continue
            table = pq.ParquetFile(readable(path)).read()
            columns = (table[each].to_pylist() for each in ("source_file", "source_line"))
            lines = list(zip(*columns, strict=True))
            stays = [line not in files.get(file, ()) for file, line in lines]
            gone = [line for line, stay in zip(lines, stays, strict=True) if not stay]
            for file, _ in gone if kind == "rows" else ():
                rows[file]["events"] -= 1
            # A line may have given several events; a no of a line set aside is counted with that.
            types = table["type"].to_pylist() if "type" in table.column_names else [""] * len(lines)
            noes = {line for line, kind_of in zip(lines, types, strict=True) if kind_of == TYPE}
            for file, _ in set(gone) - noes:
                rows[file][name] -= 1
                rows[file]["lines"] -= 1
            if kind == "rows" or any(stays):
                left = table.filter(pa.array(stays, pa.bool_()))
                pq.write_table(left, folder / f"{kind}.parquet", **PARQUET)
        told = pa.Table.from_pylist(list(rows.values()), ledger.schema)
        return put_load(settings, load.day, folder, told, waiting, load.feed)
