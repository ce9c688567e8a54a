"""Tables of two engines -> what differs between them, row by row."""

from dataclasses import dataclass

import duckdb

from warehouse.settings import Settings
from warehouse.sql import quoted

# Hashes of an engine's own, compared only with themselves.
OWN_HASHES = frozenset(
    {
        "content_sum",
        "content_fingerprint",
        "arrivals_fingerprint",
        "input_fingerprint",
        "surplus_fingerprint",
    }
)
# Whom a run counts anew: on Spark all, where a user is no partition (macros/rebuild/by_user.sql).
OWN_LISTS = frozenset(
    {"int_funnel_changes", "int_path_changes", "int_points_changes", "int_tag_changes"}
)
DECIMALS = 9
FILES = ("build", "serving")


@dataclass(frozen=True)
class Comparison:
    """One table on both engines: its rows, and the rows that only one of them has."""

    table: str
    rows: int
    only_first: int
    only_second: int

    @property
    def is_equal(self) -> bool:
        return not (self.only_first or self.only_second)


def compare(first: Settings, second: Settings) -> list[Comparison]:
    """Compare the tables of two installations; doubles at 9 decimals, all else exactly."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, settings in (("first", first), ("second", second)):
            for file, path in (
                ("build", settings.build_db),
                ("serving", settings.serving_build_db),
            ):
                connection.execute(f"attach '{path}' as {name}_{file} (read_only)")
        return [
            _compared(connection, file, schema, table)
            for file in FILES
            for schema, table in _tables(connection, f"first_{file}")
            if table not in OWN_LISTS
        ]


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, str]]:
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ? order by all",
        [database],
    ).fetchall()


def _compared(
    connection: duckdb.DuckDBPyConnection, file: str, schema: str, table: str
) -> Comparison:
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = ?"
        " and schema_name = ? and table_name = ? order by column_index",
        [f"first_{file}", schema, table],
    ).fetchall()
    name = f"{quoted(schema)}.{quoted(table)}"
    rows = connection.execute(f"select count(*) from first_{file}.{name}").fetchall()[0][0]
    if not _exists(connection, f"second_{file}", schema, table):
        # Spark writes no file for a table by day that has no day.
        return Comparison(f"{schema}.{table}", rows, rows, 0)
    wanted = ", ".join(_comparable(c, kind) for c, kind in columns if c not in OWN_HASHES)
    first, second = (f"select {wanted} from {side}_{file}.{name}" for side in ("first", "second"))
    only_first, only_second = (
        connection.execute(f"select count(*) from ({a} except all {b})").fetchall()[0][0]
        for a, b in ((first, second), (second, first))
    )
    return Comparison(f"{schema}.{table}", rows, only_first, only_second)


def _exists(connection: duckdb.DuckDBPyConnection, database: str, schema: str, table: str) -> bool:
    found = connection.execute(
        "select count(*) from duckdb_columns() where database_name = ? and schema_name = ?"
        " and table_name = ?",
        [database, schema, table],
    ).fetchall()
    return bool(found[0][0])


def _comparable(column: str, kind: str) -> str:
    if kind in ("DOUBLE", "FLOAT"):
        return f"round(cast({quoted(column)} as double), {DECIMALS}) as {quoted(column)}"
    return f"cast({quoted(column)} as {kind}) as {quoted(column)}"
