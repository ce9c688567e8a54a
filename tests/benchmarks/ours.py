"""The product -> measures: its jobs, each in a process of its own."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.benchmarks.data import Data
from tests.benchmarks.process import ROOT, Measure, run

IMPORTS = "import dagster, dagster_dbt, dbt.cli.main"


def job(name: str, home: Path, data: Data, days: Sequence[date], *, root: Path = ROOT) -> Measure:
    """Run a job of `tests.benchmarks.jobs` on an installation, from the first day to the last."""
    arguments = [name, str(home), str(data.landing), days[0].isoformat(), days[-1].isoformat()]
    return run([sys.executable, "-m", "tests.benchmarks.jobs", *arguments], root=root)


def command(home: Path, data: Data, day: date, *, root: Path = ROOT) -> Measure:
    """Run a day of an installation as its users do, who measure nothing inside."""
    environment = {
        "USEROPS_HOME": str(home),
        "USEROPS_LANDING": str(data.landing),
        "USEROPS_TIMEZONE": "UTC",
        "USEROPS_CURRENCY": "EUR",
    }
    program = [sys.executable, "-m", "orchestration.cli", "run", "--date", day.isoformat()]
    return run(program, environment=environment, root=root)


def bare_imports() -> Measure:
    """Start a process that only imports what no run can do without."""
    return run([sys.executable, "-c", IMPORTS])
