"""One command -> its report and what the machine spent on it, all its processes together."""

import ctypes
import json
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SAMPLE_SECONDS = 0.25
REPORT = '{"steps"'
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Measure:
    """A finished process: seconds with its start, processor seconds, and the most memory held.

    ``report`` is what its clock said. ``peak_mb`` is of all its processes at one moment,
    shared pages counted once.
    """

    wall: float
    cpu: float
    peak_mb: float
    output: str
    report: Mapping[str, Any]

    def step(self, name: str, unit: str) -> float:
        """Return what a step inside the process took, in ``wall`` or ``cpu`` seconds."""
        return self.report["steps"][name][unit]


def run(
    command: Sequence[str], *, environment: Mapping[str, str] | None = None, root: Path = ROOT
) -> Measure:
    """Run a command to its end, in the folder of the project or a copy of it, and measure it.

    Raises RuntimeError with the end of what it wrote when it fails.
    """
    _adopt_orphans()
    own = {"PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"}
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=root,
        env=os.environ | own | dict(environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    watch = _MemoryWatch(process.pid)
    watch.start()
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    watch.stop()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{output[-4000:]}")
    cpu = usage.ru_utime + usage.ru_stime + _cpu_of_orphans()
    peak_mb = max(watch.peak_mb, usage.ru_maxrss / 1024)
    return Measure(wall, cpu, peak_mb, output, _report(output))


def _report(output: str) -> Mapping[str, Any]:
    reports = [line for line in output.splitlines() if line.startswith(REPORT)]
    return json.loads(reports[-1]) if reports else {}


def _adopt_orphans() -> None:
    """Make what a child leaves running ours, so that its time is counted (Linux).

    A pool's fork server ends after the process that started it, which never waits for it.
    """
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _cpu_of_orphans() -> float:
    seconds = 0.0
    while True:
        try:
            _, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return seconds
        seconds += usage.ru_utime + usage.ru_stime


class _MemoryWatch(threading.Thread):
    """Looks at the memory of a process and all it started, while they are several.

    What one alone held at most, the system says at its end.
    """

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root = root
        self.peak_mb = 0.0
        self.finished = threading.Event()

    def run(self) -> None:
        while not self.finished.wait(SAMPLE_SECONDS):
            if len(family := _family(self.root)) > 1:
                total = sum(_resident_kb(process) for process in family)
                self.peak_mb = max(self.peak_mb, total / 1024)

    def stop(self) -> None:
        self.finished.set()
        self.join()


def _family(root: int) -> set[int]:
    parents = dict(filter(None, map(_parent, Path("/proc").glob("[0-9]*/stat"))))
    family = {root}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _parent(stat: Path) -> tuple[int, int] | None:
    try:
        after_name = stat.read_text().rpartition(")")[2].split()
    except OSError:  # it has ended
        return None
    return int(stat.parent.name), int(after_name[1])


def _resident_kb(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
