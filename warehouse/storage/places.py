"""A folder, on disk or in a store -> the same few verbs: list, ask, read. `files` writes."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from string import ascii_letters, digits
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeAlias, Union, cast
from urllib.parse import unquote

from warehouse.storage import objects

if TYPE_CHECKING:
    import duckdb
    from upath import UPath

Place: TypeAlias = Union[Path, "UPath"]
LOCAL_URL = "file://"
# What a URL may begin with, and the package that then has to be there.
PACKAGES = {"s3": "s3fs"}
BUCKET_LETTERS = frozenset(f"{ascii_letters}{digits}.-_")


class Entry(NamedTuple):
    """What lies directly in a folder; ``version`` differs when the content does."""

    path: Place
    size: int
    changed_at: float
    version: str
    is_folder: bool


@cache
def place_of(text: str) -> Place:
    """Return the place that a setting names: a folder, or a URL of a store."""
    if text.startswith(LOCAL_URL):
        return Path(unquote(text.removeprefix(LOCAL_URL)))
    if "://" not in text:
        return Path(text)
    from upath import UPath

    # What the store says now, not what it said when it was last asked.
    return UPath(text.rstrip("/"), use_listings_cache=False)


def fault_in(text: str) -> tuple[str, str] | None:
    """Say what is wrong with the place that a setting names, and the cure; None if nothing is."""
    scheme, is_url, rest = text.partition("://")
    if not is_url:
        return None
    if scheme == "file":
        cure = "write file:///folder, or the folder alone"
        return None if rest.startswith("/") else (f"{text!r} names no folder of this machine", cure)
    if scheme not in PACKAGES:
        return f"unknown kind of store {scheme!r}", "give a folder, or s3://bucket/folder"
    bucket = rest.partition("/")[0]
    if not bucket or not BUCKET_LETTERS.issuperset(bucket):
        # The name is not repeated: whoever writes keys into a URL must not find them in a log.
        return "the URL has no bucket, or more than its name", "write s3://bucket/folder"
    if find_spec(PACKAGES[scheme]) is None:
        return f"{scheme}:// needs the package {PACKAGES[scheme]}", "pip install 'userops[s3]'"
    return None


def entries(folder: Place) -> Iterator[Entry]:
    """Yield what lies directly in a folder, in any order; an absent folder is an empty one."""
    if not isinstance(folder, Path):
        for name, info in objects.children(folder):
            moment, version = objects.changed_at(info), objects.version_of(info)
            is_folder = info["type"] == "directory"
            yield Entry(folder / name, info["size"], moment, version, is_folder)
        return
    if not folder.is_dir():
        return
    with os.scandir(folder) as found:
        for item in found:
            with suppress(FileNotFoundError):  # taken away meanwhile
                state = item.stat(follow_symlinks=False)
                is_folder = stat.S_ISDIR(state.st_mode)
                version = str(state.st_mtime_ns)
                yield Entry(folder / item.name, state.st_size, state.st_mtime, version, is_folder)


def files_below(folder: Place) -> dict[str, int]:
    """Return the names of all files below a folder, relative to it, with their sizes."""
    if not isinstance(folder, Path):
        return objects.objects_below(folder)
    return dict(_below(str(folder), "")) if folder.is_dir() else {}


def _below(folder: str, prefix: str) -> Iterator[tuple[str, int]]:
    with os.scandir(folder) as found:
        for item in found:
            if item.is_dir(follow_symlinks=False):
                yield from _below(item.path, f"{prefix}{item.name}/")
            elif item.is_file():
                yield prefix + item.name, item.stat().st_size


def is_file(place: Place) -> bool:
    """Tell whether there is such a file; a store that does not answer raises UserError."""
    return place.is_file() if isinstance(place, Path) else objects.is_object(place)


def opened(place: Place) -> BinaryIO:
    """Open a file of ours for reading its bytes."""
    reader = place.open("rb") if isinstance(place, Path) else objects.ObjectReader(place)
    return cast("BinaryIO", reader)


def content_of(place: Place) -> bytes | None:
    """Return all bytes of a file of ours; None where there is none, or the disk gives none back."""
    try:
        with opened(place) as file:
            return file.read()
    except OSError:
        return None


def readable(place: Place) -> Any:
    """Return what pyarrow reads a file from, whole or in parts."""
    return place if isinstance(place, Path) else objects.ObjectReader(place)


def all_readable(places: Sequence[Place]) -> Iterator[Any]:
    """Yield what pyarrow reads small files from: a store gives many of them at once."""
    remote = [place for place in places if not isinstance(place, Path)]
    if not remote:
        yield from places
        return
    import pyarrow as pa

    yield from map(pa.BufferReader, objects.contents(remote))


def file_systems(folder: Place) -> list[dict[str, Any]]:
    """Return what dbt-duckdb has to register to read a folder: nothing for one on disk."""
    if isinstance(folder, Path):
        return []
    return [{"fs": folder.protocol, **objects.OWN_LISTINGS}]


def let_read(connection: "duckdb.DuckDBPyConnection", folder: Place) -> None:
    """Let DuckDB read a folder as it is now, by its path."""
    if not isinstance(folder, Path):
        connection.register_filesystem(objects.snapshot(folder))
