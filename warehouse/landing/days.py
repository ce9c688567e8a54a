"""Landing, on disk or in a store -> its days and files: lists names, opens what it may, no link."""

import difflib
import os
import stat
from datetime import date
from pathlib import Path
from typing import BinaryIO, cast

from warehouse.feeds import EVENTS, FEEDS
from warehouse.settings import Settings
from warehouse.storage.objects import FileChanged, ObjectReader
from warehouse.storage.places import Entry, Place, entries

DAY_PREFIX = "dt="
READY_MARK = "_SUCCESS"
# Names that uploading tools give to files they are still writing.
UNFINISHED = (".part", ".tmp")
# How alike the name of a folder beside the feeds' must be to be taken for a slip of the pen.
ALIKE = 0.85


def day_folder(settings: Settings, day: date, feed: str = EVENTS) -> Place:
    """Return the folder in which the files of a load day arrive."""
    return settings.landing_root / feed / f"{DAY_PREFIX}{day.isoformat()}"


def landed_days(settings: Settings, feed: str = EVENTS) -> list[date]:
    """Return the days that have a landing folder, oldest first; see `unread` for other names."""
    found = entries(settings.landing_root / feed)
    days = (_day_of(entry.path.name) for entry in found if entry.is_folder)
    return sorted(day for day in days if day)


def is_landed(settings: Settings, day: date, feed: str = EVENTS) -> bool:
    """Tell whether a day has a folder; in a store a folder is there while anything is in it."""
    folder = day_folder(settings, day, feed)
    return folder.is_dir() if isinstance(folder, Path) else any(entries(folder))


def landed_entries(settings: Settings, day: date, feed: str = EVENTS) -> list[Entry]:
    """Return what landed on a day, by name, without hidden, marker and unfinished names.

    What is not a regular file (a link, a pipe, a device, a folder) is listed too: ingest refuses
    it by a row in the ledger, so that nothing that arrived goes unmentioned.
    """
    folder = day_folder(settings, day, feed)
    if isinstance(folder, Path) and folder.is_symlink():
        return []
    found = (entry for entry in entries(folder) if is_data(entry.path.name))
    return sorted(found, key=lambda entry: entry.path.name)


def landed_files(settings: Settings, day: date, feed: str = EVENTS) -> list[Place]:
    """Return the paths of what landed on a day, by name."""
    return [entry.path for entry in landed_entries(settings, day, feed)]


def unread(settings: Settings, feed: str) -> list[Place]:
    """Name what lies where the files of a feed are looked for and no run reads: it is in no table.

    That is all in its folder but days, and a folder or file beside it under nearly its name; beside
    the events also each other folder of days.
    """
    inside = (entry for entry in entries(settings.landing_root / feed) if not _is_day(entry))
    beside = (entry for entry in entries(settings.landing_root) if _is_meant(entry, feed))
    return sorted(each.path for each in (*inside, *beside) if is_data(each.path.name))


def where_files_of(feed: str) -> str:
    """Say where the files of a feed belong, and how others are left alone."""
    return f"move its files to {feed}/dt=YYYY-MM-DD, the day they arrived, or call it _something"


def is_ready(settings: Settings, day: date, now: float, feed: str = EVENTS) -> bool:
    """Tell whether a day's files have all arrived: marked so, or quiet for long enough.

    ``now`` is in epoch seconds. A folder without files is never ready by being quiet.
    """
    found = list(entries(day_folder(settings, day, feed)))
    if any(entry.path.name == READY_MARK for entry in found):
        return True
    # A file still being uploaded under a temporary name is not quiet either.
    times = [entry.changed_at for entry in found if not entry.path.name.startswith("_")]
    return bool(times) and max(times) < now - settings.quiet_minutes * 60


def source_name(path: Place) -> str:
    """Return a file's name for lineage: its path below the landing root, printable, with ``/``."""
    relative = "/".join((path.parent.parent.name, path.parent.name, path.name))
    if relative.isprintable():
        return relative
    return (
        relative.encode("utf-8", "surrogateescape")
        .decode("latin-1")
        .encode("unicode_escape")
        .decode("ascii")
    )


def refusal(path: Place) -> str:
    """Say why something in landing must not be read, or return an empty text.

    A store has neither links nor devices; that a name is a folder shows when it is opened.
    """
    try:
        kind = path.lstat().st_mode if isinstance(path, Path) else stat.S_IFREG
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if not path.name.isprintable():
        return "the file name has a line break or a control character"
    if stat.S_ISLNK(kind):
        return "a symbolic link is never followed"
    if stat.S_ISDIR(kind):
        return "a folder, not a file"
    if not stat.S_ISREG(kind):
        return "a pipe, socket or device, not a file"
    return ""


def open_landed(path: Place) -> BinaryIO:
    """Open a landed file for reading; raises OSError for anything but a regular file.

    The checks hold for what was opened, not for what stood there a moment before. An object that
    is taken away or replaced meanwhile raises FileChanged.
    """
    if not isinstance(path, Path):
        try:
            return cast("BinaryIO", ObjectReader(path))
        except FileNotFoundError as error:
            raise FileChanged(str(path)) from error
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file", str(path))
    return os.fdopen(descriptor, "rb", buffering=0)


def state_of(file: BinaryIO) -> tuple[int, str]:
    """Return the size and the version of an opened file."""
    if isinstance(file, ObjectReader):
        return file.size, file.version
    found = os.fstat(file.fileno())
    return found.st_size, str(found.st_mtime_ns)


def is_data(name: str) -> bool:
    """Tell a file that is read from one that is left alone by its name."""
    return not name.startswith((".", "_")) and not name.lower().endswith(UNFINISHED)


def _is_day(entry: Entry) -> bool:
    return entry.is_folder and _day_of(entry.path.name) is not None


def _is_meant(entry: Entry, feed: str) -> bool:
    """Tell whether something below the landing root, which is no feed's folder, is this feed's."""
    name = entry.path.name
    if name in FEEDS:
        return False
    word = name.partition(".")[0].casefold()
    if near := difflib.get_close_matches(word, FEEDS, n=1, cutoff=ALIKE):
        return near == [feed]
    return feed == EVENTS and entry.is_folder and any(map(_is_day, entries(entry.path)))


def _day_of(name: str) -> date | None:
    try:
        return (
            date.fromisoformat(name.removeprefix(DAY_PREFIX))
            if name.startswith(DAY_PREFIX) and len(name) == len(DAY_PREFIX) + 10
            else None
        )
    except ValueError:
        return None
