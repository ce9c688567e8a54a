"""A baseline script, run by the baselines' own environment: its library imported beforehand.

``python -m tests.benchmarks.script LIBRARY SCRIPT ARGUMENT ...``; has no other imports.
"""

import importlib
import runpy
import sys
from pathlib import Path

from tests.benchmarks.clock import Clock


def main() -> None:
    """Run the script as the main program, timed without the start of the process."""
    library, script, *arguments = sys.argv[1:]
    importlib.import_module(library)
    sys.argv = [script, *arguments]
    sys.path.insert(0, str(Path(script).parent))
    clock = Clock()
    with clock.step("script"):
        runpy.run_path(script, run_name="__main__")
    clock.report()


if __name__ == "__main__":
    main()
