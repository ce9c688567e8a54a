"""Published versions -> the one readers see: manifests, links, retention.

``manifest.json`` is the commit mark: it names the current revision, and the other links follow it.
"""

import fcntl
import os
import re
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from warehouse.storage.files import READABLE_FOLDER, remove

DATABASE_LINK = "userops.duckdb"
MANIFEST_LINK = "manifest.json"
PARQUET = "parquet"
PARQUET_LINK = "current"
NAMES = (
    re.compile(r"userops-(\d{6,})\.duckdb"),
    re.compile(r"manifest-(\d{6,})\.json"),
    re.compile(r"(\d{6,})"),
)


def database_name(revision: int) -> str:
    """Name of a revision's database file."""
    return f"userops-{revision:06d}.duckdb"


def manifest_name(revision: int) -> str:
    """Name of a revision's manifest."""
    return f"manifest-{revision:06d}.json"


def parquet_name(revision: int) -> str:
    """Name of a revision's Parquet folder."""
    return f"{revision:06d}"


@contextmanager
def exclusive(serving: Path) -> Generator[None]:
    """Let one publisher at a time into the folder; the lock goes with the process."""
    # For BI tools, which may be somebody else on this machine: open to read, whatever the umask.
    for folder in (serving, serving / PARQUET):
        folder.mkdir(parents=True, exist_ok=True)
        if stat.S_IMODE(folder.stat().st_mode) != READABLE_FOLDER:
            folder.chmod(READABLE_FOLDER)
    handle = os.open(serving, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def point_links(serving: Path, revision: int) -> None:
    """Swing every link to the revision, the manifest first: a crash between is mended by this."""
    point(serving / MANIFEST_LINK, manifest_name(revision))
    point(serving / PARQUET / PARQUET_LINK, parquet_name(revision))
    point(serving / DATABASE_LINK, database_name(revision))


def stray_links(serving: Path, revision: int) -> list[str]:
    """Name the links that do not lead to the revision."""
    targets = {
        serving / MANIFEST_LINK: manifest_name(revision),
        serving / PARQUET / PARQUET_LINK: parquet_name(revision),
        serving / DATABASE_LINK: database_name(revision),
    }
    return [
        f"{link}: does not lead to {target}"
        for link, target in targets.items()
        if not link.is_symlink() or link.readlink() != Path(target)
    ]


def point(link: Path, target: str) -> None:
    """Make a link lead to the target in one rename; readers find the old or the new."""
    if link.is_symlink() and link.readlink() == Path(target):
        return
    temporary = link.with_name(f".{link.name}.new")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    if not link.is_symlink() and link.is_dir():
        remove(link)  # a home copied with its links followed has a folder here
    temporary.replace(link)
    fsync_folder(link.parent)


def fsync_folder(folder: Path) -> None:
    """Make renames in a folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def revisions_on_disk(serving: Path) -> dict[int, list[Path]]:
    """Find the files and folders of every revision, published or not."""
    found: dict[int, list[Path]] = {}
    for folder in (serving, serving / PARQUET):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            for pattern in NAMES:
                match = pattern.fullmatch(path.name)
                if match and not path.is_symlink():
                    found.setdefault(int(match[1]), []).append(path)
    return found


def newest_manifest(serving: Path) -> int:
    """Return the newest revision that has a manifest; 0 where there is none."""
    found = (NAMES[1].fullmatch(path.name) for path in serving.glob("manifest-*.json"))
    return max((int(match[1]) for match in found if match), default=0)


def discard_unpublished(serving: Path, current: int) -> None:
    """Remove what a killed publish left: temporary files, and revisions nobody was shown."""
    for folder in (serving, serving / PARQUET):
        for path in folder.glob(".*"):
            remove(path)
    for revision, paths in revisions_on_disk(serving).items():
        if revision > current:
            for path in paths:
                remove(path)


def remove_revision(serving: Path, revision: int) -> None:
    """Remove a revision; open readers keep what they opened."""
    for path in revisions_on_disk(serving).get(revision, ()):
        remove(path)


def keep_latest(serving: Path, keep: int) -> None:
    """Remove all but the newest versions; open readers keep what they opened."""
    for revision in sorted(found := revisions_on_disk(serving), reverse=True)[max(keep, 1) :]:
        for path in found[revision]:
            remove(path)
