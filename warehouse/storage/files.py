"""Bytes -> disk or store: a file or folder appears whole under its name, or not at all."""

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from warehouse.storage import objects
from warehouse.storage.places import Place, is_file

# Both marks stand at a fixed place, so that the next write finds what a crash left behind.
TEMPORARY = ".tmp"
REPLACED = ".old"
SCRATCH = ".scratch-"
COMPARED = ".compare-"
HASH_BLOCK = 1 << 20
# What is written names people: it is its owner's alone, but what was published for readers.
# That is never changed: a client that asks to write is told so when it opens it.
OURS, OURS_FOLDER = 0o600, 0o700
READABLE, READABLE_FOLDER = 0o444, 0o755


def write_atomically(path: Place, write: Callable[[Path], None], *, mode: int = OURS) -> None:
    """Let ``write`` fill a temporary file beside ``path``, then rename it into place, durably.

    It is readable by its owner only, whatever the umask, unless ``mode`` says otherwise.
    One writer per path is assumed: the temporary name is fixed, which is how a leftover of a
    killed run is cleaned. An object is filled on this machine, then put; the store has no ``mode``.
    """
    if not isinstance(path, Path):
        with tempfile.TemporaryDirectory(prefix="userops-") as scratch:
            write(Path(scratch) / path.name)
            objects.upload(Path(scratch) / path.name, path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _beside(path, TEMPORARY)
    remove(temporary)
    try:
        # Created here, so that contact details are never readable by others, not even for a moment.
        # Whatever it is to be, we write it first.
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode | stat.S_IWUSR))
        write(temporary)
        temporary.chmod(mode)
        sync(temporary)
        temporary.replace(path)
    except BaseException:
        remove(temporary)
        raise
    sync(path.parent)


@contextmanager
def scratch(near: Place, name: str) -> Generator[Path]:
    """Lend an empty folder for files that `put_whole` will put below ``near``; it ends with it.

    On disk it lies there, so that a rename is enough; a store is filled from this machine.
    """
    if not isinstance(near, Path):
        with tempfile.TemporaryDirectory(prefix="userops-") as elsewhere:
            yield Path(elsewhere)
        return
    folder = near / f"{SCRATCH}{name}"
    remove(folder)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        remove(folder)


def remove_scratch(near: Place) -> None:
    """Remove what killed writers left below a folder."""
    if isinstance(near, Path):
        for folder in near.glob(f"{SCRATCH}*"):
            remove(folder)


def remove_leftovers(below: Path) -> None:
    """Remove what killed writers left unfinished in a folder and all folders below it.

    Call it while nothing is written there. A folder that a killed swap left aside is put back.
    """
    for folder in (below, *(path for path in below.rglob("*") if path.is_dir())):
        complete_swaps(folder)
    for mark in (f".*{TEMPORARY}", f".*{REPLACED}", f"{SCRATCH}*", f"{COMPARED}*"):
        for path in [*below.rglob(mark)]:
            remove(path)


def put_whole(file: Path, place: Place) -> None:
    """Give a finished file its place; readers see it whole or not at all.

    Its bytes survive a power cut; its name may be lost by one until something beside it is synced.
    """
    if not isinstance(place, Path):
        objects.upload(file, place)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    sync(file)
    file.replace(place)


def copy_whole(source: Place, target: Place) -> None:
    """Give a file that never changes a second name, unless it has it: a hard link, or a copy."""
    if is_file(target):
        return
    if isinstance(source, Path):
        write_atomically(target, lambda path: _link(source, path))
    elif not isinstance(target, Path):
        objects.copy(source, target)


def write_text_atomically(path: Place, text: str, *, mode: int = OURS) -> None:
    """Put a text, as UTF-8, in the place of a file, whole and durably."""
    write_bytes_atomically(path, text.encode("utf-8"), mode=mode)


def write_bytes_atomically(path: Place, content: bytes, *, mode: int = OURS) -> None:
    """Put bytes in the place of a file, whole and durably."""

    def write(target: Path) -> None:
        target.write_bytes(content)

    write_atomically(path, write, mode=mode)


def remove_folder(folder: Place) -> None:
    """Remove a folder and all below it."""
    if isinstance(folder, Path):
        remove(folder)
    else:
        objects.delete_below(folder)


def _link(source: Path, target: Path) -> None:
    target.unlink()
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


def remove_durably(path: Place) -> None:
    """Remove a file so that it stays away, also after a power cut; it may be gone already."""
    if not isinstance(path, Path):
        objects.delete(path)
    elif path.exists():
        path.unlink()
        sync(path.parent)


def replace_folder(path: Path, build: Callable[[Path], None], *, mode: int = OURS_FOLDER) -> None:
    """Let ``build`` fill a temporary folder beside ``path``, then put it in the place of ``path``.

    A reader sees the old folder, the new one, or for an instant none; never a mix. A kill between
    the two renames leaves the old folder aside, and the next call completes the swap.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary, replaced = _beside(path, TEMPORARY), _beside(path, REPLACED)
    if replaced.exists() and not path.exists():
        replaced.rename(path)
    remove(temporary)
    remove(replaced)
    try:
        temporary.mkdir(mode=mode)
        temporary.chmod(mode)
        build(temporary)
        sync_tree(temporary)
        if path.exists():
            path.rename(replaced)
        temporary.rename(path)
    except BaseException:
        remove(temporary)
        if replaced.exists() and not path.exists():
            replaced.rename(path)
        raise
    sync(path.parent)
    remove(replaced)


def let_others_read(*folders: Path) -> None:
    """Open folders, and all below each, to be read by everybody, whatever the umask."""
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            if not path.is_symlink():
                path.chmod(READABLE_FOLDER if path.is_dir() else READABLE)


def complete_swaps(near: Path) -> None:
    """Put back the folders that a kill between the two renames of `replace_folder` left aside."""
    for replaced in near.glob(f".*{REPLACED}"):
        path = near / replaced.name.removeprefix(".").removesuffix(REPLACED)
        if not path.exists():
            replaced.rename(path)
            sync(near)


def sync(path: Path) -> None:
    """Make a file's bytes, or a folder's names, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Sync every file and folder below ``folder``, and the folder itself."""
    for path in folder.rglob("*"):
        if not path.is_symlink():
            sync(path)
    sync(folder)


def sha256_of(path: Path) -> str:
    """Return the hex SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return sha256_of_stream(stream)


def sha256_of_stream(stream: BinaryIO) -> str:
    """Return the hex SHA-256 of what is left in an open file."""
    digest = hashlib.sha256()
    while block := stream.read(HASH_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _beside(path: Path, mark: str) -> Path:
    return path.with_name(f".{path.name}{mark}")


def remove(path: Path) -> None:
    """Remove a file, a link, or a folder with all in it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
