"""`python -m tests.recompute HOME [AS_OF] [TABLE...]`: the rows of a home that differ."""

import sys
from datetime import date
from pathlib import Path

from tests.recompute.compare import TABLES, differences
from tests.recompute.lines import load_days
from tests.recompute.rules import Rules
from tests.recompute.world import World


def main(home: str, *rest: str) -> int:
    """Print each mart with its rows and the first few differences: expected / seen."""
    rules = Rules(Path(home))
    dates = [name for name in rest if name[:1].isdigit()]
    as_of = date.fromisoformat(dates[0]) if dates else max(load_days(rules))
    tables = [name for name in rest if name not in dates] or list(TABLES)
    database = Path(home) / "build" / "serving.duckdb"
    world, is_equal = World(rules, as_of), True
    for table in tables:
        [found] = differences(world, database, [table])
        sys.stdout.write(found.text() + "\n")
        sys.stdout.flush()
        is_equal &= found.is_equal
    return 0 if is_equal else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
