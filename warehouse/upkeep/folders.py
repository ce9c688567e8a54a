"""Folders and stores of an installation -> findings: may they be used, by whom, what was left."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from warehouse.build.database import lock_holder
from warehouse.errors import UserError
from warehouse.exports.withdrawn import FILE_MODE, FOLDER_MODE
from warehouse.feeds import FEEDS
from warehouse.landing.days import unread, where_files_of
from warehouse.settings import Settings
from warehouse.storage.files import COMPARED, REPLACED, TEMPORARY, remove_durably, write_atomically
from warehouse.storage.places import Place, entries, opened
from warehouse.upkeep.finding import Finding

PROBE = ".userops-doctor"
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def home(settings: Settings) -> Iterator[Finding]:
    """Look whether the folders on disk are ours to use."""
    for name, path in (("home", settings.home), ("landing", settings.landing_root)):
        if not isinstance(path, Path):
            continue
        nearest = next(parent for parent in (path, *path.parents) if parent.exists())
        needed = os.W_OK if name == "home" else os.R_OK
        ok = nearest.is_dir() and os.access(nearest, needed | os.X_OK)
        state = "" if path.exists() else "  (will be made)" if name == "home" else "  (empty)"
        cure = "" if ok else f"make it yours: sudo chown -R $USER {nearest}"
        yield Finding(name, ok, f"{path}{state}", cure)


def feeds(settings: Settings) -> Iterator[Finding]:
    """Find what landed where no run reads it: a suppression list there keeps nobody off a list."""
    for feed in FEEDS:
        for path in unread(settings, feed):
            yield Finding("feeds", False, f"{path}: no run reads it", where_files_of(feed))


def stores(settings: Settings) -> Iterator[Finding]:
    """Look whether stores answer and allow what a run needs; what is written is removed again."""
    for name, root in (("landing", settings.landing_root), ("lake", settings.lake_root)):
        if isinstance(root, Path):
            continue
        try:
            able = "listed" if any(entries(root)) else "empty"
            if name == "lake":
                _try_writing(root / PROBE)
                able += ", can be written and read"
        except UserError as error:
            yield Finding(name, False, f"{error.what} ({error.where})", error.cure)
        else:
            yield Finding(name, True, f"{root}  ({able})")


def _try_writing(probe: Place) -> None:
    write_atomically(probe, lambda path: path.touch())
    with opened(probe) as file:
        file.read()
    remove_durably(probe)


def contacts(settings: Settings) -> Iterator[Finding]:
    """Contact details lie in the recall lists; nobody else on the machine may read them."""
    folder = settings.exports_dir / "recall"
    if not folder.is_dir():
        return
    # The manifest holds counts and checksums only, and its folder is closed.
    loose = [
        path
        for path in (folder, *folder.glob("as_of=*"), *folder.glob("as_of=*/*"))
        if path.stat().st_mode & OTHERS and (path.is_dir() or path.suffix != ".json")
    ]
    for path in loose:
        mode = FOLDER_MODE if path.is_dir() else FILE_MODE
        detail = f"{path} has mode {stat.S_IMODE(path.stat().st_mode):04o}: others can read it"
        yield Finding("contacts", False, detail, f"chmod {mode:04o} {path}")
    if not loose:
        yield Finding("contacts", True, "recall lists are readable by their owner only")


def leftovers(settings: Settings) -> Iterator[Finding]:
    """Find what killed runs left; the next run of the same thing cleans it, so it is no alarm."""
    if lock_holder(settings):
        return
    marks = (f".*{TEMPORARY}", f".*{REPLACED}", f"{COMPARED}*")
    roots = [settings.serving_dir, settings.exports_dir]
    if isinstance(settings.lake_root, Path):  # an object is whole or absent
        roots.insert(0, settings.lake_root)
    found = [path for root in roots for mark in marks for path in root.rglob(mark)]
    if not found:
        yield Finding("leftovers", True, "none")
    for path in found:
        cure = f"`userops run` for that day cleans it, or: rm -r {path}"
        yield Finding("leftovers", False, f"{path}: left by a run that was killed", cure)
