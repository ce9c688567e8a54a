"""Marts of the hand-written days -> their rows as CSV, the same text wherever they were built."""

import difflib
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

EXPECTED = Path(__file__).parent / "expected"
DECIMALS = 9


def read_marts(database: Path) -> dict[str, list[str]]:
    """Return the lines of each mart: all columns, doubles at 9 decimals, rows in order."""
    with duckdb.connect(str(database), read_only=True) as marts, TemporaryDirectory() as folder:
        names = marts.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
        ).fetchall()
        return {name: _lines(marts, name, Path(folder) / f"{name}.csv") for (name,) in names}


def differences(expected: list[str], found: list[str]) -> list[str]:
    """Return the rows that only one has: ``-`` those expected, ``+`` those found."""
    changes = difflib.unified_diff(expected, found, "expected", "found", lineterm="", n=0)
    return [line for line in changes if not line.startswith("@@")]


def _lines(marts: duckdb.DuckDBPyConnection, name: str, path: Path) -> list[str]:
    doubles = marts.execute(
        "select column_name from duckdb_columns() where schema_name = 'marts' and table_name = ?"
        " and data_type = 'DOUBLE'",
        [name],
    ).fetchall()
    rounded = ", ".join(f'round("{column}", {DECIMALS}) as "{column}"' for (column,) in doubles)
    columns = f"* replace ({rounded})" if rounded else "*"
    marts.execute(f"copy (select {columns} from marts.{name} order by all) to '{path}' (header)")
    return path.read_text(encoding="utf-8").splitlines()
