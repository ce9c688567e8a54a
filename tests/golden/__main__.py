"""``python -m tests.golden``: build the hand-written days and write down what came out.

Whoever changes a definition runs it, reads the change of `expected/` row by row, and commits the
two together.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.conftest import Installation, land_golden
from tests.golden.tables import EXPECTED, read_marts
from warehouse.settings import Settings


def main() -> None:
    """Replace the expected rows of every mart."""
    with TemporaryDirectory() as home:
        installation = Installation(Settings(Path(home)))
        land_golden(installation)
        installation.build()
        marts = read_marts(installation.settings.serving_build_db)
    EXPECTED.mkdir(exist_ok=True)
    for path in EXPECTED.glob("*.csv"):
        path.unlink()
    for name, lines in marts.items():
        (EXPECTED / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{name}: {len(lines) - 1} rows")  # noqa: T201


if __name__ == "__main__":
    main()
