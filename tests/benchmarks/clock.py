"""Work -> its seconds and its processor's: from inside a process, so that its start is left out."""

import json
import resource
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any


class Clock:
    """The steps of a job by name, each with the seconds it took and those of all processors."""

    def __init__(self) -> None:
        self.steps: dict[str, dict[str, float]] = {}

    @contextmanager
    def step(self, name: str) -> Generator[None]:
        """Measure one step, its finished child processes included."""
        wall, cpu = time.perf_counter(), _cpu_seconds()
        yield
        self.steps[name] = {
            "wall": time.perf_counter() - wall,
            "cpu": _cpu_seconds() - cpu,
        }

    def report(self, **more: Any) -> None:
        """Say it in one line, the last one of the process."""
        print(json.dumps({"steps": self.steps} | more), flush=True)  # noqa: T201


def _cpu_seconds() -> float:
    both = (
        resource.getrusage(resource.RUSAGE_SELF),
        resource.getrusage(resource.RUSAGE_CHILDREN),
    )
    return sum(usage.ru_utime + usage.ru_stime for usage in both)
