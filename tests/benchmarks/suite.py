"""Goal 9: how long the tests take, and how long with 60 models more."""

import shutil
import sys
from pathlib import Path

from tests.benchmarks.process import ROOT, run
from tests.benchmarks.table import Row, limited
from tests.benchmarks.trivial import MODELS, copy_with_models

# These compare with what is written down, which a copy with further models rightly fails.
COUNTED = "tests/pure/test_counts.py"
SECONDS = 480


def suite_times(work: Path) -> list[Row]:
    """Run what `make test` runs, here and in a copy with further models."""
    folder = work / "suite"
    shutil.rmtree(folder, ignore_errors=True)
    trees = {"make test": ROOT, f"make test with {MODELS} models more": copy_with_models(folder)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    rows = []
    for what, tree in trees.items():
        left_out = [] if tree == ROOT else [f"--ignore={COUNTED}"]
        wall = run([*command, *left_out], root=tree).wall
        rows.append(limited("9", what, [wall], at_most=SECONDS, unit="s"))
    shutil.rmtree(folder)
    return rows
