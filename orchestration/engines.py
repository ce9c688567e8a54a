"""DuckDB or Spark -> what differs for a run: before dbt, after it, and where its tables are."""

import importlib.util
import os
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from warehouse.build.database import create_databases
from warehouse.build.spark_tables import bring_home
from warehouse.errors import UserError
from warehouse.settings import DUCKDB, Settings

PREVIEW_ROWS = 5


@dataclass(frozen=True)
class Sample:
    """A table just built: how many rows it has, its columns, and some of its rows."""

    rows: int
    header: list[str]
    first: list[tuple[Any, ...]]


class Engine(ABC):
    """Builds the models by the dbt target of its name."""

    # Whether its models run their tables' data tests themselves (macros/engine/data_tests.sql).
    judges_its_tables = False

    @abstractmethod
    def prepare(self, settings: Settings) -> None:
        """Make ready what dbt needs; raises UserError for what is not installed."""

    @abstractmethod
    def release(self) -> None:
        """Give back connections, and the locks and processes that hang on them."""

    def finish(self, settings: Settings, manifest: Mapping[str, Any]) -> None:  # noqa: B027
        """Put what was built where checks, lists, the report and readers look for it."""

    def sample(self, relation: str) -> Sample | None:  # noqa: ARG002
        """Look at a table just built, where that costs next to nothing."""
        return None


class DuckDb(Engine):
    """The default: two database files of this installation, in this process."""

    judges_its_tables = True

    def prepare(self, settings: Settings) -> None:
        """Make the marts file in the version that others can read."""
        create_databases(settings)

    def release(self) -> None:
        """Close the files: dbt keeps its connection, and with it their locks, until told."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        DuckDBConnectionManager.close_all_connections()

    def sample(self, relation: str) -> Sample | None:
        """Count and show a table on the connection that dbt has open."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager

        environment = DuckDBConnectionManager._ENV
        if environment is None or environment.conn is None:
            return None
        cursor = environment.conn.cursor()
        rows = cursor.execute(f"select count(*) from {relation}").fetchall()[0][0]
        cursor.execute(f"select * from {relation} limit {PREVIEW_ROWS}")
        header = [column[0] for column in cursor.description or ()]
        return Sample(rows, header, cursor.fetchall())


class Spark(Engine):
    """A session of this process, or the Thrift server of a cluster (target ``thrift``)."""

    def prepare(self, settings: Settings) -> None:
        """See that the extra is installed and, for a session, that there is a Java."""
        if importlib.util.find_spec("dbt.adapters.spark") is None:
            raise UserError(
                "the Spark engine is not installed",
                where=f"engine = {settings.engine!r}",
                cure="pip install 'userops[spark]'",
            )
        if settings.engine == "spark" and not (os.environ.get("JAVA_HOME") or shutil.which("java")):
            raise UserError(
                "Spark needs Java, and there is none",
                where="JAVA_HOME and PATH",
                cure="install a Java 17 runtime, such as Debian's openjdk-17-jre-headless",
            )

    def release(self) -> None:
        """End the session of this process, if there is one; a server goes on."""
        pyspark = sys.modules.get("pyspark.sql")
        # Not the active session: that is a matter of each thread, and dbt had threads of its own.
        session = pyspark.SparkSession._instantiatedSession if pyspark else None
        if session:
            session.stop()

    def finish(self, settings: Settings, manifest: Mapping[str, Any]) -> None:
        """Bring the marts home into the file that is published, and show the rest as views."""
        tables = {
            (node["schema"], node["alias"]): {
                name: column["data_type"] for name, column in node["columns"].items()
            }
            for node in manifest["nodes"].values()
            if node["resource_type"] in ("model", "seed")
            and node["config"]["materialized"] not in ("view", "ephemeral")
        }
        # No model, but as much a table of the build: what all of them were last built from.
        bring_home(settings, tables | {("intermediate", "applied_days"): {}})


def engine_of(name: str) -> Engine:
    """Return the engine of a dbt target."""
    return DuckDb() if name == DUCKDB else Spark()
