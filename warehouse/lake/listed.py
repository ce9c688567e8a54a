"""``lake/listed``: who was on an exported recall list, a part a day, for the models; no contact.

What is in a part is decided by the exports (``warehouse.exports.listed``).
"""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.lake.layout import PARQUET, put_empty
from warehouse.settings import Settings
from warehouse.storage.files import remove_folder, write_atomically
from warehouse.storage.places import Place, files_below

FOLDER = "as_of="
PART = "part.parquet"
SCHEMA = pa.schema(
    [
        pa.field("list_id", pa.string(), nullable=False),
        pa.field("as_of_date", pa.date32(), nullable=False),
        pa.field("user_id", pa.string(), nullable=False),
        pa.field("channel", pa.string(), nullable=False),
        pa.field("strategy", pa.string()),
        pa.field("arm", pa.string()),
    ]
)
# The list of nobody, from which engines take the columns before any export.
NO_DAY = date(1970, 1, 1)


def part_path(settings: Settings, day: date) -> Place:
    """Return the file of who was on the lists of a day."""
    return _root(settings) / f"{FOLDER}{day}" / PART


def manifest_copy(settings: Settings, day: date) -> Place:
    """Return the copy of the manifest that the part of a day was made from; no engine reads it."""
    return _root(settings) / f"{FOLDER}{day}" / "_manifest.json"


def put_part(settings: Settings, day: date, table: pa.Table) -> None:
    """Write who was on the lists of a day, whole."""
    part = part_path(settings, day)
    write_atomically(part, lambda path: pq.write_table(table, path, **PARQUET))


def put_empty_part(settings: Settings) -> None:
    """Let models read the lists where nothing was ever exported."""
    put_empty(part_path(settings, NO_DAY), SCHEMA)


def days_with_part(settings: Settings) -> set[date]:
    """Return the days that have a part."""
    names = (name.split("/") for name in files_below(_root(settings)))
    days = {date.fromisoformat(at[0].removeprefix(FOLDER)) for at in names if at[1:] == [PART]}
    return days - {NO_DAY}


def remove_part(settings: Settings, day: date) -> None:
    """Remove the part of a day."""
    remove_folder(_root(settings) / f"{FOLDER}{day}")


def _root(settings: Settings) -> Place:
    return settings.lake_root / "listed"
