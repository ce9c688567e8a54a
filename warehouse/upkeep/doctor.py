"""An installation -> what would stand in the way of a run, each with its cure; changes nothing."""

import importlib.metadata
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from warehouse.build.database import lock_holder
from warehouse.configuration import FILE_NAME, PREFIX
from warehouse.errors import UserError
from warehouse.exports.recall import FILE_MODE, FOLDER_MODE
from warehouse.settings import Settings
from warehouse.storage.files import REPLACED, TEMPORARY, remove_durably, write_atomically
from warehouse.storage.places import Place, entries, files_below, opened

OLDEST_PYTHON = (3, 11)
PACKAGES = ("dagster", "dagster-dbt", "dbt-core", "dbt-duckdb", "duckdb", "great-expectations")
# A run writes the marts anew beside the old ones, and publishes a copy.
FREE_FOR_LAKE = 2
LEAST_FREE_BYTES = 1 << 30
PROBE = ".userops-doctor"
OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Finding:
    """What one look found; a problem has a cure."""

    subject: str
    ok: bool
    detail: str
    cure: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; a look that fails is a finding, not the end of the others."""
    found: list[Finding] = []
    for subject, look in LOOKS.items():
        try:
            found.extend(look(settings))
        except (OSError, UserError) as error:
            found.append(Finding(subject, False, str(error), "mend what it names, then look again"))
    return found


def _settings(settings: Settings) -> Iterator[Finding]:
    here, there = Path.cwd() / FILE_NAME, settings.home / FILE_NAME
    file = next((path for path in (here, there) if path.is_file()), None)
    text = file.read_text(encoding="utf-8") if file else ""
    yield Finding("settings", True, f"file: {file or 'none, defaults hold'}")
    defaults = Settings(settings.home)
    for item in fields(Settings):
        value = getattr(settings, item.name)
        variable = f"{PREFIX}{item.name.upper()}"
        if os.environ.get(variable):
            origin = variable
        elif file and item.name in text:
            origin = str(file)
        elif value != getattr(defaults, item.name):
            origin = "given"
        else:
            origin = "default"
        shown = len(value) if item.name == "sources" else value
        if item.name in ("landing", "lake"):
            shown = getattr(settings, f"{item.name}_root")
        if item.name == "webhook_url" and value:
            shown = "(set)"  # such addresses hold secrets
        yield Finding("settings", True, f"{item.name} = {shown}  ({origin})")


def _versions(_: Settings) -> Iterator[Finding]:
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


def _time_zones(settings: Settings) -> Iterator[Finding]:
    ok = bool(available_timezones())
    cure = "install the tzdata package of the system, or `pip install tzdata`"
    yield Finding("time zones", ok, str(ZoneInfo(settings.timezone)), "" if ok else cure)


def _home(settings: Settings) -> Iterator[Finding]:
    for name, path in (("home", settings.home), ("landing", settings.landing_root)):
        if not isinstance(path, Path):
            continue
        nearest = next(parent for parent in (path, *path.parents) if parent.exists())
        needed = os.W_OK if name == "home" else os.R_OK
        ok = nearest.is_dir() and os.access(nearest, needed | os.X_OK)
        state = "" if path.exists() else "  (will be made)" if name == "home" else "  (empty)"
        cure = "" if ok else f"make it yours: sudo chown -R $USER {nearest}"
        yield Finding(name, ok, f"{path}{state}", cure)


def _stores(settings: Settings) -> Iterator[Finding]:
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


def _locks(settings: Settings) -> Iterator[Finding]:
    holder = lock_holder(settings)
    yield Finding("lock", True, f"held by {holder}" if holder else "free")


def _disk(settings: Settings) -> Iterator[Finding]:
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


def _links(settings: Settings) -> Iterator[Finding]:
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


def _rules(settings: Settings) -> Iterator[Finding]:
    from warehouse.rules.describe import describe_rules

    rules = describe_rules(settings)
    own = [rule.name for rule in rules if rule.is_own]
    faults = [fault for rule in rules for fault in rule.faults]
    yield Finding("rules", True, f"{len(rules)} rules, own: {', '.join(own) or 'none'}")
    for fault in faults:
        yield Finding("rules", False, f"{fault.what} ({fault.where})", fault.cure)


def _contacts(settings: Settings) -> Iterator[Finding]:
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


def _erased(settings: Settings) -> Iterator[Finding]:
    from warehouse.erasure.people import TOMBSTONES, returned

    if (settings.home / TOMBSTONES).is_file():
        count = len(returned(settings))
        cure = "userops forget --again, and stop the source that sends them"
        yield Finding("erased", not count, f"{count} erased ids have come back", cure)


def _leftovers(settings: Settings) -> Iterator[Finding]:
    """Find what killed runs left; the next run of the same thing cleans it, so it is no alarm."""
    if lock_holder(settings):
        return
    marks = (f".*{TEMPORARY}", f".*{REPLACED}", ".compare-*")
    roots = [settings.serving_dir, settings.exports_dir]
    if isinstance(settings.lake_root, Path):  # an object is whole or absent
        roots.insert(0, settings.lake_root)
    found = [path for root in roots for mark in marks for path in root.rglob(mark)]
    if not found:
        yield Finding("leftovers", True, "none")
    for path in found:
        cure = f"`userops run` for that day cleans it, or: rm -r {path}"
        yield Finding("leftovers", False, f"{path}: left by a run that was killed", cure)


def _published(settings: Settings) -> Iterator[Finding]:
    from warehouse.serving.publish import current, verify

    publication = current(settings)
    problems = verify(settings)
    if not problems:
        shown = f"revision {publication.revision}, intact" if publication else "nothing yet"
        yield Finding("published", True, shown)
    for problem in problems:
        yield Finding("published", False, problem, "`userops run` publishes it anew")


LOOKS: dict[str, Callable[[Settings], Iterator[Finding]]] = {
    "settings": _settings,
    "versions": _versions,
    "time zones": _time_zones,
    "home": _home,
    "stores": _stores,
    "lock": _locks,
    "disk": _disk,
    "links": _links,
    "rules": _rules,
    "contacts": _contacts,
    "erased": _erased,
    "leftovers": _leftovers,
    "published": _published,
}
