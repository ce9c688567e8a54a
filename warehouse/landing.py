"""Landing folder -> the days and files in it: lists names, opens nothing, follows no link."""

import os
import stat
from datetime import date
from pathlib import Path
from typing import BinaryIO

from warehouse.settings import Settings

FEED = "events"
DAY_PREFIX = "dt="
READY_MARK = "_SUCCESS"
# Names that uploading tools give to files they are still writing.
UNFINISHED = (".part", ".tmp")


def day_folder(settings: Settings, day: date) -> Path:
    """Return the folder in which the files of a load day arrive."""
    return settings.landing_root / FEED / f"{DAY_PREFIX}{day.isoformat()}"


def landed_days(settings: Settings) -> list[date]:
    """Return the days that have a landing folder, oldest first; other names are ignored."""
    root = settings.landing_root / FEED
    if not root.is_dir():
        return []
    with os.scandir(root) as entries:
        days = (_day_of(entry.name) for entry in entries if entry.is_dir(follow_symlinks=False))
        return sorted(day for day in days if day)


def landed_files(settings: Settings, day: date) -> list[Path]:
    """Return what landed on a day, by name, without hidden, marker and unfinished names.

    What is not a regular file (a link, a pipe, a device, a folder) is listed too: ingest refuses
    it by a row in the ledger, so that nothing that arrived goes unmentioned.
    """
    folder = day_folder(settings, day)
    if not folder.is_dir() or folder.is_symlink():
        return []
    names = sorted(entry.name for entry in os.scandir(folder))
    return [folder / name for name in names if _is_data(name)]


def is_ready(settings: Settings, day: date, now: float) -> bool:
    """Tell whether a day's files have all arrived: marked so, or quiet for long enough.

    ``now`` is in epoch seconds. A folder without files is never ready by being quiet.
    """
    folder = day_folder(settings, day)
    if (folder / READY_MARK).exists():
        return True
    if not folder.is_dir():
        return False
    # A file still being uploaded under a temporary name is not quiet either.
    with os.scandir(folder) as entries:
        found = [entry for entry in entries if not entry.name.startswith("_")]
        times = [entry.stat(follow_symlinks=False).st_mtime for entry in found]
    return bool(times) and max(times) < now - settings.quiet_minutes * 60


def source_name(settings: Settings, path: Path) -> str:
    """Return a file's name for lineage: its path below the landing root, printable, with ``/``."""
    relative = path.relative_to(settings.landing_root).as_posix()
    if relative.isprintable():
        return relative
    return (
        relative.encode("utf-8", "surrogateescape")
        .decode("latin-1")
        .encode("unicode_escape")
        .decode("ascii")
    )


def refusal(path: Path) -> str:
    """Say why something in landing must not be read, or return an empty text."""
    try:
        kind = path.lstat().st_mode
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


def open_landed(path: Path) -> BinaryIO:
    """Open a landed file for reading; raises OSError for anything but a regular file.

    The checks hold for what was opened, not for what stood there a moment before.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file", str(path))
    return os.fdopen(descriptor, "rb", buffering=0)


def _is_data(name: str) -> bool:
    return not name.startswith((".", "_")) and not name.lower().endswith(UNFINISHED)


def _day_of(name: str) -> date | None:
    try:
        return (
            date.fromisoformat(name.removeprefix(DAY_PREFIX))
            if name.startswith(DAY_PREFIX) and len(name) == len(DAY_PREFIX) + 10
            else None
        )
    except ValueError:
        return None
