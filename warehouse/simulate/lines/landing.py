"""Lines -> ``<feed>/dt=YYYY-MM-DD/<feed>-00.*``, complete where ``_SUCCESS`` lies by.

Every block appends to every day's file: gzip files may consist of members written one by one.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from isal import igzip

from warehouse.feeds import FEEDS
from warehouse.simulate.columns import Ints
from warehouse.simulate.window import DAY, Window

STEM = "events-00.ndjson"
COMPRESSED, PLAIN, PARTIAL = f"{STEM}.gz", STEM, f"{STEM}.part"
SUCCESS = "_SUCCESS"
Row = Mapping[str, str]
COMPRESSION_LEVEL = 1


def split_days(lines: pa.StringArray, received_at: Ints, window: Window) -> dict[int, bytes]:
    """Cut lines in order of arrival into the text of each day."""
    offsets, data = lines.buffers()[1:]
    begins = np.frombuffer(offsets, np.int32)
    cuts = begins[np.searchsorted(received_at, np.arange(window.days + 1) * DAY)]
    text = memoryview(data)
    return {day: bytes(text[cuts[day] : cuts[day + 1]]) for day in range(window.days)}


def compressed(text: bytes) -> bytes:
    """Write one gzip member: the same bytes for the same text, whenever it is written."""
    return igzip.compress(text, COMPRESSION_LEVEL, mtime=0)


class Landing:
    """The day folders of a landing root; readers see a day's file only when it is complete."""

    def __init__(self, root: Path, window: Window, *, compress: bool) -> None:
        self.folders = [root / "events" / f"dt={window.day(day)}" for day in range(window.days)]
        self.compress = compress

    def clear(self) -> None:
        """Make the folders, without what an earlier simulation wrote there."""
        for folder in self.folders:
            folder.mkdir(parents=True, exist_ok=True)
            for name in (SUCCESS, COMPRESSED, PLAIN):
                (folder / name).unlink(missing_ok=True)
            (folder / PARTIAL).write_bytes(b"")

    def append(self, texts: Mapping[int, bytes]) -> None:
        """Add a block's text to its days."""
        for day, text in texts.items():
            with (self.folders[day] / PARTIAL).open("ab") as file:
                file.write(text)

    def finish(self) -> int:
        """Give the files their names and say so; returns the bytes written."""
        size = 0
        for folder in self.folders:
            path = (folder / PARTIAL).rename(folder / (COMPRESSED if self.compress else PLAIN))
            size += path.stat().st_size
            (folder / SUCCESS).touch()
        return size


def write_feed(root: Path, feed: str, rows: Mapping[int, Sequence[Row]], window: Window) -> int:
    """Write the CSV of each day that has rows, in place of an earlier simulation's.

    Returns the bytes written.
    """
    size = 0
    columns = [column.name for column in FEEDS[feed].columns]
    for day in range(window.days):
        folder = root / feed / f"dt={window.day(day)}"
        path = folder / f"{feed}-00.csv"
        if day not in rows:
            if path.exists():
                path.unlink()
                (folder / SUCCESS).unlink(missing_ok=True)
                if not any(folder.iterdir()):
                    folder.rmdir()
            continue
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows[day])
        (folder / SUCCESS).touch()
        size += path.stat().st_size
    return size
