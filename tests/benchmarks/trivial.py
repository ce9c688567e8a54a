"""The project -> a copy with further models that do next to nothing: what one more model costs.

``python -m tests.benchmarks.trivial TARGET [--models 60]`` makes the copy. Run anything in it with
its folder as working directory and `PYTHONPATH`: `userops run`, or the tests (of which those that
count what is written down fail, and that of this copy).
"""

import argparse
import shutil
from pathlib import Path

from tests.benchmarks.process import ROOT

PARTS = (".ci", "dbt_project", "docs", "orchestration", "quality", "tests", "warehouse")
FILES = ("pyproject.toml", "Makefile", "README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE")
READ = "int_people"
MODELS = 60
LEFT_OUT = shutil.ignore_patterns("__pycache__", "target", "logs", "data", ".hypothesis")


def copy_with_models(target: Path, models: int = MODELS) -> Path:
    """Copy what is needed to run and to test, and add that many models with a test each."""
    for part in PARTS:
        shutil.copytree(ROOT / part, target / part, ignore=LEFT_OUT, dirs_exist_ok=True)
    for name in FILES:
        shutil.copy(ROOT / name, target / name)
    folder = target / "dbt_project" / "models" / "intermediate" / "trivial"
    folder.mkdir(exist_ok=True)
    described = ["models:"]
    for number in range(models):
        name = f"int_trivial_{number:02}"
        (folder / f"{name}.sql").write_text(
            f"select user_id, {number} as number\nfrom {{{{ ref('{READ}') }}}}\n"
        )
        described += [
            f"  - name: {name}",
            '    description: "One row per user: next to nothing."',
            "    columns:",
            '      - { name: user_id, description: "The user.", data_tests: [unique] }',
        ]
    (folder / "_trivial__models.yml").write_text("\n".join(described) + "\n")
    return target


def main() -> None:
    """Make the copy and say where it is."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.trivial")
    parser.add_argument("target", type=Path)
    parser.add_argument("--models", type=int, default=MODELS)
    options = parser.parse_args()
    print(copy_with_models(options.target.absolute(), options.models))  # noqa: T201


if __name__ == "__main__":
    main()
