"""One writer at a time: the next waits, is told who writes, and a killed one holds up nobody."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse.build.database import lock_holder, run_lock
from warehouse.errors import UserError
from warehouse.settings import Settings

HOLD = """
import sys
from pathlib import Path
from warehouse.build.database import run_lock
from warehouse.settings import Settings
with run_lock(Settings(Path(sys.argv[1])), "a test run"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a process that writes until its input ends."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_who_waits_too_long_is_told_who_writes_and_how_to_go_on(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    told: list[str] = []
    with (
        pytest.raises(UserError) as refusal,
        run_lock(Settings(tmp_path), "me", wait_seconds=0.6, on_wait=told.append),
    ):
        pass
    writer = f"a test run (process {holder.pid})"
    assert lock_holder(Settings(tmp_path)) == writer
    assert told == [writer]
    assert refusal.value.what == f"another run is writing: {writer}"
    assert "wait for it" in refusal.value.cure


def test_a_second_writer_goes_on_when_the_first_has_ended(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    waited: list[str] = []

    def end_the_first(who: str) -> None:
        assert holder.stdin
        holder.stdin.close()
        waited.append(who)

    with run_lock(Settings(tmp_path), "me", wait_seconds=60, on_wait=end_the_first):
        assert waited == [f"a test run (process {holder.pid})"]
        assert holder.wait() == 0


def test_a_killed_holder_frees_the_lock(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    assert lock_holder(Settings(tmp_path)) is None
    with run_lock(Settings(tmp_path), "me", wait_seconds=0):
        assert lock_holder(Settings(tmp_path)) is not None


def test_nobody_writes_in_a_folder_where_nothing_has_run(tmp_path: Path) -> None:
    assert lock_holder(Settings(tmp_path)) is None
    assert list(tmp_path.iterdir()) == []
