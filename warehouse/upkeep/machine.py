"""The machine under an installation -> findings: Python, packages, time zones, disk, links."""

import importlib.metadata
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from warehouse.errors import UserError
from warehouse.settings import Settings
from warehouse.storage.places import files_below
from warehouse.upkeep.finding import Finding

OLDEST_PYTHON = (3, 11)
PACKAGES = ("dagster", "dagster-dbt", "dbt-core", "dbt-duckdb", "duckdb", "great-expectations")
# A run writes the marts anew beside the old ones, and publishes a copy.
FREE_FOR_LAKE = 2
LEAST_FREE_BYTES = 1 << 30


def versions(_: Settings) -> Iterator[Finding]:
    """Compare Python and packages with what the project wants."""
    version = ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info >= OLDEST_PYTHON
    yield Finding("python", ok, version, "" if ok else "use Python 3.11 or newer")
    wanted = _pins()
    for name in PACKAGES:
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, False, "not installed", "make setup")
            continue
        ok, pin = _fits(found, wanted.get(name, ""))
        cure = "" if ok else f"pip install '{name}{pin}' (or make setup)"
        yield Finding(name, ok, f"{found}{f'  (wanted {pin})' if pin else ''}", cure)


def _pins() -> dict[str, str]:
    from packaging.requirements import Requirement

    try:
        lines = importlib.metadata.requires("userops") or []
    except importlib.metadata.PackageNotFoundError:
        return {}
    wanted = [Requirement(line) for line in lines]
    return {item.name: str(item.specifier) for item in wanted if item.marker is None}


def _fits(version: str, pin: str) -> tuple[bool, str]:
    from packaging.specifiers import SpecifierSet

    return SpecifierSet(pin).contains(version, prereleases=True), pin


def time_zones(settings: Settings) -> Iterator[Finding]:
    """Look whether the machine knows time zones."""
    ok = bool(available_timezones())
    cure = "install the tzdata package of the system, or `pip install tzdata`"
    yield Finding("time zones", ok, str(ZoneInfo(settings.timezone)), "" if ok else cure)


def disk(settings: Settings) -> Iterator[Finding]:
    """Compare the room there is with what a run needs."""
    nearest = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free = shutil.disk_usage(nearest).free
    lake = 0
    with suppress(UserError):  # the look at the stores tells it
        lake = sum(files_below(settings.lake_root).values())
    own = lake if isinstance(settings.lake_root, Path) else 0
    needed = max(FREE_FOR_LAKE * own, LEAST_FREE_BYTES)
    detail = f"{free / 1e9:,.1f} GB free, the lake has {lake / 1e9:,.2f} GB"
    cure = f"free {(needed - free) / 1e9:,.1f} GB, or move USEROPS_HOME to a larger disk"
    yield Finding("disk", free >= needed, detail, "" if free >= needed else cure)


def links(settings: Settings) -> Iterator[Finding]:
    """Look whether the home can hold symbolic links, by which versions are published."""
    nearest = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    if not os.access(nearest, os.W_OK):
        return
    with tempfile.TemporaryDirectory(prefix=".doctor-", dir=nearest) as scratch:
        try:
            (Path(scratch) / "link").symlink_to("target")
            yield Finding("links", True, "symbolic links work")
        except OSError as error:
            cure = "put USEROPS_HOME on a file system with symbolic links (not exFAT or SMB)"
            yield Finding("links", False, f"no symbolic links: {error.strerror}", cure)
