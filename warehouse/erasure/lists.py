"""People to forget -> exported lists without their rows; what stays is as it was decided."""

from datetime import date

from warehouse.erasure.people import People
from warehouse.exports.listed import bring_in_line, export_folders
from warehouse.exports.withdrawn import rows_of, take_out
from warehouse.lake.loads import admitted
from warehouse.settings import Settings


def edit_exports(settings: Settings, people: People) -> dict[str, int]:
    """Take their rows out of every exported list, however old; return how many, by file.

    ``withdrawn.csv`` counts their places and does not name them; the lake is brought in line.
    """
    removed: dict[str, int] = {}
    ids = people.known | people.anonymous
    newest = max(admitted(settings), default=date.min)
    for day, folder in export_folders(settings).items():
        if rows_of(folder, ids):
            out = take_out(folder, day, {}, gone=ids, on=max(newest, day))
            removed |= {f"{folder.name}/{name}": count for name, count in out.items()}
    bring_in_line(settings)
    return removed
