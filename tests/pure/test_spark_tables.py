"""What Spark has built is what checks, lists and readers find: its files, brought home."""

from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.build.spark_tables import bring_home
from warehouse.configuration import with_engine
from warehouse.errors import UserError
from warehouse.serving.marts import open_marts
from warehouse.settings import Settings

SESSIONS = {
    "session_id": "string",
    "started_at": "timestamp",
    "events": "bigint",
    "event_date": "date",
}
TABLES = {
    ("marts", "fct_sessions"): SESSIONS,
    ("marts", "recall_list"): {"user_id": "string", "cost": "decimal(18, 2)"},
    ("intermediate", "int_contacts"): {"user_id": None},
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return with_engine(Settings(home=tmp_path), "spark")


def write(settings: Settings, path: str, **columns: list[object]) -> None:
    target = Path(settings.spark_tables) / path
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), target)


@pytest.fixture
def built(settings: Settings) -> Settings:
    started = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    day = "marts.db/fct_sessions/event_date=2026-03-02"
    write(settings, f"{day}/part-0.parquet", session_id=["a"], started_at=[started], events=[2])
    write(settings, f"{day}/.hidden.parquet", session_id=["x"], started_at=[started], events=[9])
    write(settings, "marts.db/fct_sessions/_temporary/part-0.parquet", session_id=["y"])
    write(settings, "intermediate.db/int_contacts/part-0.parquet", user_id=["ann"])
    bring_home(settings, TABLES)
    return settings


def test_marts_are_copied_by_the_types_of_their_contracts(built: Settings) -> None:
    with duckdb.connect(str(built.serving_build_db), read_only=True) as connection:
        found = connection.execute("from marts.fct_sessions").fetchall()
        types = connection.execute("describe marts.fct_sessions").fetchall()
    assert found == [("a", datetime(2026, 3, 1, 23, 30), 2, date(2026, 3, 2))]  # noqa: DTZ001
    assert [kind for _, kind, *_ in types] == ["VARCHAR", "TIMESTAMP", "BIGINT", "DATE"]


def test_a_mart_without_a_file_is_an_empty_table(built: Settings) -> None:
    with duckdb.connect(str(built.serving_build_db), read_only=True) as connection:
        assert connection.execute("from marts.recall_list").fetchall() == []
        assert [c for c, *_ in connection.execute("describe marts.recall_list").fetchall()] == [
            "user_id",
            "cost",
        ]


def test_all_else_is_read_where_spark_has_it(built: Settings) -> None:
    with open_marts(built) as connection:
        query = "select user_id from build.intermediate.int_contacts"
        assert connection.execute(query).fetchall() == [("ann",)]
    assert built.build_db.stat().st_mode & 0o077 == 0


def test_a_warehouse_where_nothing_is_found_is_a_mistake_and_no_empty_shop(
    settings: Settings,
) -> None:
    with pytest.raises(UserError, match="not where they are looked for") as error:
        bring_home(settings, TABLES)
    assert "spark_warehouse" in str(error.value)
    assert not settings.serving_build_db.exists()


@pytest.mark.parametrize(
    ("engine", "said"), [("hadoop", "one of duckdb, spark, thrift"), ("thrift", "spark_warehouse")]
)
def test_an_engine_that_cannot_be_used_is_told(tmp_path: Path, engine: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        with_engine(Settings(home=tmp_path), engine)
