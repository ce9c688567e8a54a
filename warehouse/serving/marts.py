"""Database files -> connections: every opening of marts, with the engine kept offline."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.errors import UserError
from warehouse.serving.versions import PARQUET, PARQUET_LINK
from warehouse.settings import Settings
from warehouse.sql import literal, quoted
from warehouse.storage.places import let_read, place_of

SCHEMA = "marts"
INFO_TABLE = "publish_info"


def engine_config(settings: Settings) -> dict[str, str | bool | int | float | list[str]]:
    """Give DuckDB the installation's limits, and no way to fetch anything."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if settings.threads:
        config["threads"] = settings.threads
    if settings.memory_limit:
        config["memory_limit"] = settings.memory_limit
    return config


@contextmanager
def open_file(
    settings: Settings, path: Path, *, read_only: bool = False
) -> Generator[duckdb.DuckDBPyConnection]:
    """Open one database file; it is closed, and its lock gone, when the block ends."""
    if not path.is_file():
        raise UserError(
            "there are no marts yet", where=str(path), cure="run `userops run` or `userops demo`"
        )
    with duckdb.connect(str(path), read_only=read_only, config=engine_config(settings)) as opened:
        yield opened


@contextmanager
def open_published(settings: Settings, *tables: str) -> Generator[duckdb.DuckDBPyConnection]:
    """Show published marts (default: all) as views of one revision's Parquet, which nobody locks.

    The published database is for clients: one that opened it to write would keep us out.
    """
    folder = (settings.serving_dir / PARQUET / PARQUET_LINK).resolve()
    with duckdb.connect(config=engine_config(settings)) as opened:
        opened.execute(f"create schema {SCHEMA}")
        for name in tables or sorted(path.stem for path in folder.iterdir()):
            path = folder / f"{name}.parquet"
            files = literal(path / "*.parquet" if path.is_dir() else path)
            found = f"read_parquet({files}, hive_partitioning = false)"
            opened.execute(f"create view {SCHEMA}.{quoted(name)} as from {found}")
        yield opened


@contextmanager
def open_marts(settings: Settings) -> Generator[duckdb.DuckDBPyConnection]:
    """Attach the marts being built as ``serving`` and the build database as ``build``, read-only.

    ``build`` is left out where its file does not exist: what it holds is optional to readers.
    """
    if not settings.serving_build_db.is_file():
        raise UserError(
            "there are no marts yet",
            where=str(settings.serving_build_db),
            cure="run `userops run` or `userops demo`",
        )
    with duckdb.connect(config=engine_config(settings)) as opened:
        # What Spark has built is shown by views over its files, which may lie in a store.
        let_read(opened, place_of(settings.spark_tables))
        opened.execute(f"attach {literal(settings.serving_build_db)} as serving (read_only)")
        if settings.build_db.is_file():
            opened.execute(f"attach {literal(settings.build_db)} as build (read_only)")
        yield opened
