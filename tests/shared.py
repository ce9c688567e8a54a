"""What all processes of one test session make once: the first to ask makes it, the others copy.

Without it each process runs the hand-written days and parses the shipped project for itself, and so
does each program that a test starts.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from orchestration.dbt_project import project_of
from warehouse.errors import UserError
from warehouse.settings import Settings

PARSED = "manifest-*"
# Set as a session begins; without one (as a program of its own) nothing is shared.
_FOLDERS: list[Path] = []


def begin(own: Path) -> Path:
    """Share, from here on, what lies beside the temporary folders of all processes."""
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
    folder.mkdir(exist_ok=True)
    _FOLDERS[:] = [folder]
    return folder


def once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Let the first process that asks make a folder, and the others wait for it."""
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder.with_name(f"{folder.name}.made")
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


def share_parsed(settings: Settings) -> None:
    """Lay the project, as it was parsed with these rules, where a run looks for it.

    By links, where that can be: who parses anew takes the names away, and writes into no file.
    """
    if not _FOLDERS or any(settings.dbt_dir.glob(PARSED)):
        return

    def make(home: Path) -> None:
        own = replace(settings, home=home)
        if settings.rules_dir.is_dir():
            shutil.copytree(settings.rules_dir, own.rules_dir)
        project_of(own)

    with contextlib.suppress(UserError):  # of bad rules the run itself tells
        home = once(_FOLDERS[0] / f"parsed-{_kind(settings)}", make)
        _link_parsed(replace(settings, home=home), settings)


def _kind(settings: Settings) -> str:
    """Hash what a project is parsed with beside its files: if those change, nobody reads it."""
    seen = hashlib.sha256(f"{settings.engine} {settings.currency}".encode())
    for path in sorted(settings.rules_dir.glob("*")):
        seen.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return seen.hexdigest()[:16]


def _link_parsed(made: Settings, settings: Settings) -> None:
    settings.dbt_dir.mkdir(parents=True, exist_ok=True)
    for path in made.dbt_dir.glob(PARSED):
        own = settings.dbt_dir / path.name
        try:
            own.hardlink_to(path)
        except OSError:  # another file system
            shutil.copyfile(path, own)
