"""Marts -> fingerprints: equal text means equal rows, in whatever order they are stored."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass

import duckdb

from warehouse.serving.marts import INFO_TABLE, SCHEMA
from warehouse.sql import quoted

UNDATED = "undated"


@dataclass(frozen=True)
class Part:
    """One Parquet file's worth of a table: a month of a fact, or a whole table (month "")."""

    table: str
    month: str
    rows: int
    hash: str

    @property
    def file_name(self) -> str:
        """Path below the revision; a fact is a folder that readers open like a file."""
        name = f"{self.table}.parquet"
        return f"{name}/{self.month}.parquet" if self.month else name


def content_hashes(connection: duckdb.DuckDBPyConnection, schema: str = SCHEMA) -> dict[str, str]:
    """Fingerprint every table of a schema: rows, sum of row hashes, columns.

    Independent of row order; comparable only within one DuckDB version, whose ``hash`` it uses.
    """
    return table_hashes(table_parts(connection, schema))


def table_hashes(parts: list[Part]) -> dict[str, str]:
    """Add the parts of each table up to the fingerprint of the whole."""
    totals: dict[str, tuple[int, int, str]] = {}
    for part in parts:
        rows, total, columns = totals.get(part.table, (0, 0, ""))
        _, part_sum, columns = part.hash.split("-")
        totals[part.table] = (rows + part.rows, total + int(part_sum, 16), columns)
    return {table: _text(*total) for table, total in totals.items()}


def table_parts(connection: duckdb.DuckDBPyConnection, schema: str = SCHEMA) -> list[Part]:
    """Fingerprint every part of every table in one scan each, ordered by table and month.

    Facts (``fct_*``) grow with history: by month, a day's publishing rewrites only its months.
    """
    parts: list[Part] = []
    of_table = _columns(connection, schema)
    for table in table_names(connection, schema):
        columns = of_table[table]
        fingerprint = hashlib.sha256(repr(columns).encode()).hexdigest()[:8]
        day = date_column(table, columns)
        # Grouped by the first of the month and named after it: text per row would cost double.
        month = f"date_trunc('month', {quoted(day)})" if day else "null"
        found = connection.execute(
            f"select strftime(month, '%Y-%m') as name, rows, total from (select"
            f" cast({month} as date) as month, count(*) as rows, sum(hash(counted)) as total"
            f" from {quoted(schema)}.{quoted(table)} as counted group by 1) order by name"
        ).fetchall()
        whole = UNDATED if day else ""
        # An empty table is one empty part: it must not vanish from what readers see.
        for name, rows, total in found or [(None, 0, 0)]:
            parts.append(Part(table, name or whole, rows, _text(rows, total, fingerprint)))
    return parts


def table_names(connection: duckdb.DuckDBPyConnection, schema: str = SCHEMA) -> list[str]:
    """List the marts; what a killed dbt run left behind and our own marker are not marts."""
    found = connection.execute(
        "select table_name from duckdb_tables() where database_name = current_database()"
        " and schema_name = ? and table_name <> ? order by table_name",
        [schema, INFO_TABLE],
    ).fetchall()
    return [name for (name,) in found if not is_leftover(name)]


def is_leftover(table: str) -> bool:
    """Tell a table that dbt would have renamed or dropped, had it lived."""
    return table.endswith(("__dbt_tmp", "__dbt_backup"))


def date_column(table: str, columns: list[tuple[str, str]]) -> str | None:
    """Name the day by which a fact is cut into months; other tables stay whole."""
    if not table.startswith("fct_"):
        return None
    return next((name for name, kind in columns if kind == "DATE"), None)


def _columns(
    connection: duckdb.DuckDBPyConnection, schema: str
) -> dict[str, list[tuple[str, str]]]:
    """Return name and type of each column by table: asked for once, the catalogue is searched."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for table, name, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() where database_name ="
        " current_database() and schema_name = ? order by table_name, column_index",
        [schema],
    ).fetchall():
        found[table].append((name, kind))
    return found


def _text(rows: int, total: int, columns: str) -> str:
    return f"{rows}-{int(total):x}-{columns}"
