"""Objects in a store -> listed, read, written, removed: each whole or not at all, faults told.

The `UPath` of an object is used as a name only. Its own questions (`exists`, `is_file`) answer no
when the store does not answer, and a lake that seems empty would be written over.
"""

import errno
import io
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.errors import UserError

if TYPE_CHECKING:
    from upath import UPath

# A file system for one connection: what it has listed stays true while a run has the turn to write.
OWN_LISTINGS = {"skip_instance_cache": True}
READ_AHEAD_BYTES = 8 << 20
AT_ONCE = 64


class FileChanged(Exception):  # noqa: N818 - the day is read again
    """A file is not what it was when its checksum was taken."""


class ObjectReader(io.RawIOBase):
    """Reads an object as it was when it was opened; raises FileChanged once it was replaced."""

    _file: Any = None

    def __init__(self, place: "UPath") -> None:
        self._place = place
        with reaching(place):
            self._file = place.fs.open(place.path, "rb", block_size=READ_AHEAD_BYTES)
        if self._file.details["type"] == "directory":
            raise IsADirectoryError(errno.EISDIR, "a folder, not a file", str(place))
        self.size: int = self._file.size
        self.version = version_of(self._file.details)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that any part can be read."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place; nothing is read."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place that is read next."""
        return self._file.tell()

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer; a bad connection never looks like a bad file."""
        try:
            with reaching(self._place):
                content = self._file.read(len(buffer))
        except FileNotFoundError as error:
            raise FileChanged(str(self._place)) from error
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        """Give back what was read ahead."""
        if self._file is not None:
            self._file.close()
        super().close()


@contextmanager
def reaching(place: "UPath") -> Generator[None]:
    """Turn what a store refuses into a UserError, or FileChanged; an absent object stays so."""
    try:
        yield
    except FileNotFoundError as error:
        if not place.fs.exists(bucket_of(place)):
            raise UserError(
                f"there is no bucket {bucket_of(place)!r}, or it is not yours to see",
                where=str(place),
                cure="correct the name in userops.toml, or create the bucket",
            ) from error
        raise
    except PermissionError as error:
        raise UserError(
            f"the store refuses access: {error}",
            where=str(place),
            cure="check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE), and that"
            " they may list, get, put and delete there",
        ) from error
    except _failures() as error:
        if isinstance(error, OSError) and error.errno == errno.EBUSY:
            raise FileChanged(str(place)) from error
        raise UserError(
            f"the store does not answer as it should: {error}",
            where=str(place),
            cure="check AWS_ENDPOINT_URL_S3, the credentials of the AWS environment and the"
            " network, then run again",
        ) from error


def _failures() -> tuple[type[Exception], ...]:
    from botocore.exceptions import BotoCoreError

    return OSError, BotoCoreError


def bucket_of(place: "UPath") -> str:
    """Return the name of the bucket."""
    return place.path.partition("/")[0]


def children(folder: "UPath") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield names directly below a folder with what the store says of them; one listing."""
    start = f"{_path(folder)}/"
    try:
        with reaching(folder):
            listed = folder.fs.ls(_path(folder), detail=True)
    except FileNotFoundError:
        return
    # An object and a folder may have the same name: the object is what can be read.
    found = {
        info["name"].removeprefix(start): info
        for info in sorted(listed, key=lambda info: info["type"] != "directory")
        if info["name"].startswith(start)
    }
    # Some tools write an empty object for the folder itself.
    yield from ((name, info) for name, info in found.items() if name)


def objects_below(folder: "UPath") -> dict[str, int]:
    """Return every object below a folder with its size: one listing for a thousand of them."""
    start = f"{_path(folder)}/"
    with reaching(folder):
        found = folder.fs.find(_path(folder), detail=True)
    return {name.removeprefix(start): info["size"] for name, info in found.items()}


def is_object(place: "UPath") -> bool:
    """Tell whether there is such an object; a store that does not answer is an error."""
    try:
        with reaching(place):
            return place.fs.info(place.path)["type"] == "file"
    except FileNotFoundError:
        return False


def contents(places: Sequence["UPath"]) -> Iterator[bytes]:
    """Yield whole objects in order, fetched side by side."""
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        with reaching(some[0]):
            found = some[0].fs.cat_ranges([place.path for place in some], None, None)
            for content in found:
                if isinstance(content, Exception):
                    raise content
        yield from found


def upload(file: Path, place: "UPath") -> None:
    """Write an object: readers see the old one until the new one is whole."""
    with reaching(place):
        place.fs.put_file(str(file), place.path)


def copy(source: "UPath", target: "UPath") -> None:
    """Copy an object within its store; the bytes do not pass through this machine."""
    with reaching(target):
        source.fs.cp_file(source.path, target.path)


def delete_below(folder: "UPath") -> None:
    """Remove every object below a folder; there may be none."""
    with suppress(FileNotFoundError), reaching(folder):
        folder.fs.rm(_path(folder), recursive=True)


def delete(place: "UPath") -> None:
    """Remove an object; one that is not there is no mistake."""
    with reaching(place):
        place.fs.rm_file(place.path)


def snapshot(folder: "UPath") -> Any:
    """Return a file system for DuckDB that lists a folder once and never asks again."""
    import fsspec

    system = fsspec.filesystem(folder.protocol, **OWN_LISTINGS)
    with reaching(folder):
        system.find(_path(folder))
    return system


def _path(folder: "UPath") -> str:
    return folder.path.rstrip("/")  # a bucket by itself has one


def changed_at(info: dict[str, Any]) -> float:
    """Return when an object was written, in epoch seconds."""
    written = info.get("LastModified")
    return written.timestamp() if isinstance(written, datetime) else 0.0


def version_of(info: dict[str, Any]) -> str:
    """Return a text that differs when the content does."""
    return f"{info.get('ETag', '')} {changed_at(info)}"
