"""``lake/<name>/as_of=D/part.parquet``: what a run hands to the models outside the build file.

A part holds one day, is written whole, and may be read by any engine as one table of all days.
"""

from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.lake.layout import PARQUET, put_empty
from warehouse.settings import Settings
from warehouse.storage.files import remove_folder, write_atomically
from warehouse.storage.places import Place, files_below, is_file, readable

FOLDER = "as_of="
PART = "part.parquet"
# The part of no day, from which engines take the columns before there is any other.
NO_DAY = date(1970, 1, 1)


@dataclass(frozen=True)
class Parts:
    """A table of the lake that is written by the day."""

    name: str
    schema: pa.Schema

    def path(self, settings: Settings, day: date) -> Place:
        """Return the file of a day."""
        return self._root(settings) / f"{FOLDER}{day}" / PART

    def put(self, settings: Settings, day: date, table: pa.Table) -> None:
        """Write a day, whole."""
        write_atomically(
            self.path(settings, day), lambda path: pq.write_table(table, path, **PARQUET)
        )

    def put_empty(self, settings: Settings) -> None:
        """Let models read the table before any day is written, with the columns of today."""
        put_empty(self.path(settings, NO_DAY), self.schema)

    def read(self, settings: Settings, day: date) -> pa.Table:
        """Read a day; no rows where there is none."""
        path = self.path(settings, day)
        return pq.ParquetFile(readable(path)).read() if is_file(path) else self.schema.empty_table()

    def days(self, settings: Settings) -> set[date]:
        """Return the days that are written."""
        names = (name.split("/") for name in files_below(self._root(settings)))
        days = {date.fromisoformat(at[0].removeprefix(FOLDER)) for at in names if at[1:] == [PART]}
        return days - {NO_DAY}

    def remove(self, settings: Settings, day: date) -> None:
        """Remove a day."""
        remove_folder(self._root(settings) / f"{FOLDER}{day}")

    def _root(self, settings: Settings) -> Place:
        return settings.lake_root / self.name
