"""Spark's warehouse folder -> the build files of this installation, so that one path leads on.

Checks, exports, publishing and the report read DuckDB files whatever engine built the models. The
marts are copied, by the types of their contracts; all other tables are views over Spark's files.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import duckdb

from warehouse.build.database import SERVING_STORAGE
from warehouse.errors import UserError
from warehouse.serving.marts import SCHEMA, engine_config
from warehouse.settings import Settings
from warehouse.sql import literal, quoted
from warehouse.storage.files import write_atomically
from warehouse.storage.places import files_below, let_read, place_of

Columns = Mapping[str, str | None]
Tables = Mapping[tuple[str, str], Columns]
# What Spark writes beside the data: work not committed, markers, checksums.
NOT_DATA = (".", "_")


def bring_home(settings: Settings, tables: Tables) -> None:
    """Fill ``serving.duckdb`` with the marts and ``userops.duckdb`` with views of the rest.

    ``tables`` gives the columns, with their types where a contract names them, of each (schema,
    table) that Spark has built. Both files appear whole. Raises UserError where none is found.
    """
    if not any(_files(settings, *key) for key in tables):
        raise UserError(
            "Spark's tables are not where they are looked for",
            where=settings.spark_tables,
            cure="set spark_warehouse to the spark.sql.warehouse.dir of that Spark, as this machine"
            " reaches it",
        )
    marts = {key: columns for key, columns in tables.items() if key[0] == SCHEMA}
    others = {key: columns for key, columns in tables.items() if key[0] != SCHEMA}
    for path, statements in (
        (settings.serving_build_db, _copies(settings, marts)),
        (settings.build_db, _views(settings, others)),
    ):
        write_atomically(path, partial(_fill, settings, list(statements)), mode=0o600)


def _fill(settings: Settings, statements: list[str], path: Path) -> None:
    path.unlink()
    with duckdb.connect(config=engine_config(settings)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        let_read(connection, place_of(settings.spark_tables))
        connection.execute(f"attach {literal(path)} as home (storage_version '{SERVING_STORAGE}')")
        connection.execute("use home")
        for statement in statements:
            connection.execute(statement)


def _copies(settings: Settings, tables: Tables) -> Iterator[str]:
    yield f"create schema {SCHEMA}"
    for (schema, table), columns in tables.items():
        name = f"{quoted(schema)}.{quoted(table)}"
        files = _files(settings, schema, table)
        if not files:
            # A table by day without a day has no file to tell its columns.
            wanted = (f"{quoted(column)} {kind}" for column, kind in columns.items())
            yield f"create table {name} ({', '.join(wanted)})"
            continue
        wanted = (f"cast({quoted(c)} as {kind}) as {quoted(c)}" for c, kind in columns.items())
        yield f"create table {name} as select {', '.join(wanted)} from {_read(files)}"


def _views(settings: Settings, tables: Tables) -> Iterator[str]:
    for schema in sorted({schema for schema, _ in tables}):
        yield f"create schema {quoted(schema)}"
    for schema, table in tables:
        if files := _files(settings, schema, table):
            yield (f"create view {quoted(schema)}.{quoted(table)} as select * from {_read(files)}")


def _files(settings: Settings, schema: str, table: str) -> list[str]:
    folder = place_of(settings.spark_tables) / f"{schema}.db" / table
    return sorted(str(folder / name) for name in files_below(folder) if _is_data(name))


def _is_data(name: str) -> bool:
    parts = name.split("/")
    return name.endswith(".parquet") and not any(part.startswith(NOT_DATA) for part in parts)


def _read(files: list[str]) -> str:
    listed = ", ".join(map(literal, files))
    return f"read_parquet([{listed}], hive_partitioning = true)"
