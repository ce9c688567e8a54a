"""A run is killed as it begins to write somewhere: the next one ends as if nothing had been.

More moments, spread over the time a run takes: KILLS=25 python -m pytest tests/fault/test_kills.py
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from orchestration.runs import run_days
from tests.conftest import FIRST, LAST, ROOT, Installation, NewInstallation, land_golden
from tests.shared import share_parsed
from warehouse.serving.publish import verify

KILLS = int(os.environ.get("KILLS", "0"))
# Where a run writes once the lake has the day, in the order it comes there; and, if asked for, that
# many moments more.
MOMENTS = ("build", "serving", "exports", *range(KILLS))


@pytest.fixture(scope="module")
def before(new_installation: NewInstallation) -> Installation:
    """Return what stands before the last day is run: it has landed."""
    installation = Installation(new_installation().settings)
    land_golden(installation)
    share_parsed(installation.settings)
    assert run_days(installation.settings, date.fromisoformat(FIRST), date(2026, 3, 3)).success
    return installation


@pytest.fixture(scope="module")
def undisturbed(
    before: Installation, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, str], dict[str, bytes], float]:
    """Return the tables and the files that go out where nobody kills, and the seconds it takes."""
    home = before.copy(tmp_path_factory.mktemp("kills") / "home")
    began = time.monotonic()
    assert start(home).wait() == 0
    took = time.monotonic() - began
    return home.hashes(), outgoing(home), took


def start(installation: Installation) -> subprocess.Popen[bytes]:
    """Start the run of the last day, as a group of processes of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "run", "--date", LAST],
        env={
            **os.environ,
            "USEROPS_HOME": str(installation.settings.home),
            "PYTHONPATH": str(ROOT),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def finish(installation: Installation) -> None:
    """Run the last day in this process, which has imported and parsed what a run needs."""
    day = date.fromisoformat(LAST)
    assert run_days(installation.settings, day, day).success


def outgoing(installation: Installation) -> dict[str, bytes]:
    """Return the lists that have gone out."""
    folder = installation.settings.home / "exports" / "recall"
    found = sorted(folder.rglob("*.csv"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def files_in(folder: Path) -> set[tuple[str, int]]:
    found = set()
    for path in folder.rglob("*"):
        try:
            found.add((str(path), path.stat().st_mtime_ns))
        except FileNotFoundError:
            continue
    return found


def kill_when(process: subprocess.Popen[bytes], is_time: Callable[[], bool]) -> bool:
    """Kill all of a run at a moment; tell whether it was still running."""
    while process.poll() is None and not is_time():
        time.sleep(0.002)
    is_killed = process.poll() is None
    if is_killed:
        os.killpg(process.pid, 9)
    process.wait()
    return is_killed


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_run_killed_half_way_needs_no_cure(
    before: Installation,
    undisturbed: tuple[dict[str, str], dict[str, bytes], float],
    tmp_path: Path,
    moment: str | int,
) -> None:
    tables, lists, took = undisturbed
    home = before.copy(tmp_path / "home")
    if isinstance(moment, str):
        folder = home.settings.home / moment
        stands = files_in(folder)
        assert kill_when(start(home), lambda: files_in(folder) != stands)
    else:
        at = time.monotonic() + took * (moment + 0.5) / KILLS
        kill_when(start(home), lambda: time.monotonic() >= at)

    finish(home)

    assert home.hashes() == tables
    assert outgoing(home) == lists
    assert verify(home.settings) == []
