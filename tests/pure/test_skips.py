"""A skipped test is no passed one where tests are required."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.skips import NO_REAL_DATA


@pytest.mark.parametrize(
    ("required", "reason", "code"),
    [("required", "no browser", 1), ("required", NO_REAL_DATA, 0), ("", "no browser", 0)],
)
def test_a_run_that_leaves_something_out_is_red_where_tests_are_required(
    tmp_path: Path, required: str, reason: str, code: int
) -> None:
    path = tmp_path / "test_it.py"
    path.write_text(
        "import pytest\n\ndef test_one(): pass\n\n"
        f"@pytest.mark.skip(reason={reason!r})\ndef test_two(): pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.skips", "-q", "-c", os.devnull, str(path)],
        env=os.environ | {"TESTS": required, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == code, done.stdout
    assert ("though tests are required" in done.stdout) == bool(code)
