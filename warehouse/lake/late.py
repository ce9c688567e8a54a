"""Landing and ledger -> files that arrived, or changed, after their day was loaded.

Told apart by name and size, so that looking opens no file; a run compares contents.
"""

from dataclasses import dataclass
from datetime import date

from warehouse.feeds import EVENTS, FEEDS
from warehouse.lake.loads import read_ledger
from warehouse.landing.days import landed_days, landed_entries, source_name
from warehouse.settings import Settings


@dataclass(frozen=True)
class Late:
    """A landed file that the lake does not have as it now is."""

    day: date
    file: str
    is_known: bool


def late_files(settings: Settings) -> list[Late]:
    """Return what arrived for load days that the lake has already, oldest day first."""
    found = [late for feed in FEEDS for late in _late_of(settings, feed)]
    return sorted(found, key=lambda late: (late.day, late.file))


def not_loaded(settings: Settings) -> set[date]:
    """Return the days of which anything that landed is not in the lake, late or all of it."""
    days = {late.day for late in late_files(settings)}
    for feed in FEEDS:
        known = set(read_ledger(settings, feed=feed)["load_date"].to_pylist())
        landed = (day for day in landed_days(settings, feed) if day not in known)
        days.update(day for day in landed if feed == EVENTS or landed_entries(settings, day, feed))
    return days


def _late_of(settings: Settings, feed: str) -> list[Late]:
    known: dict[date, dict[str, int | None]] = {}
    for row in read_ledger(settings, feed=feed).to_pylist():
        # What could not be opened has no size to compare.
        size = row["bytes"] if row["file_sha256"] else None
        known.setdefault(row["load_date"], {})[row["source_file"]] = size
    return [
        Late(day, name, name in files)
        for day in landed_days(settings, feed)
        if (files := known.get(day)) is not None
        for entry in landed_entries(settings, day, feed)
        if (name := source_name(entry.path)) not in files or files[name] not in (None, entry.size)
    ]
