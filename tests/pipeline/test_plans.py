"""What makes a run cheap: the columns it opens, the users it counts, the lake at its true size."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import Installation, NewInstallation
from warehouse.landing.days import landed_days
from warehouse.simulate.run import simulate

# Of two columns, as a plan writes it.
KEY = re.compile(r"\(\w+ = \w+\)")
TEXTS = {"properties", "traits", "context"}
# Derby, which Spark uses unless told otherwise, keeps 32,700 letters.
LONGEST_VIEW = 32_000


@pytest.fixture(scope="module")
def built(new_installation: NewInstallation) -> Installation:
    installation = new_installation()
    simulate(Path(installation.settings.landing_root), users=20, days=2, seed=1)
    installation.build()
    return installation


@pytest.fixture(scope="module")
def connection(built: Installation) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built.settings.build_db), read_only=True) as connection:
        connection.execute(f"attach '{built.settings.serving_build_db}' as serving (read_only)")
        yield connection


@pytest.mark.parametrize(
    "model",
    ["int_load_actors", "int_repeated_hashes", "int_user_buckets", "int_user_day_traits",
     "int_funnel_events"],
)  # fmt: skip
def test_the_texts_of_events_are_not_opened_to_count_them(
    built: Installation, connection: duckdb.DuckDBPyConnection, model: str
) -> None:
    # A CTE over the lake that is used twice is stored whole: with all columns, whatever is asked.
    scans = list(_scans(_plan(built, connection, model)))
    assert scans
    for scan in scans:
        columns = set(scan["Projections"])
        assert "load_date" in columns
        assert not columns & TEXTS


def test_events_are_not_asked_whether_they_were_let_in(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    # The view names the files that were: a join with their list would be paid by every line.
    plan = _explained(connection, "select message_hash from staging.stg_events")
    assert list(_scans(plan))
    assert not [node for node in _nodes(plan) if "JOIN" in node["name"]]
    [(named,)] = connection.execute(
        "select count(*) from (select distinct load_date, load_fingerprint from raw.events)"
        " natural join raw.loads"
    ).fetchall()
    assert connection.execute("select count(*) from raw.loads").fetchall() == [(named,)]


def test_the_lake_is_taken_for_as_large_as_it_is(
    built: Installation, connection: duckdb.DuckDBPyConnection
) -> None:
    # Otherwise joins are built on the side of the events.
    [(lines,)] = connection.execute("select count(*) from raw.events").fetchall()
    [scan] = _scans(_explained(connection, "select message_hash from raw.events"))
    assert int(scan["Estimated Cardinality"]) == lines


def test_no_view_is_longer_than_the_metastore_of_spark_keeps(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = dict(
        connection.execute(
            "select view_name, length(sql) from duckdb_views() where not internal"
        ).fetchall()
    )
    assert "int_user_preferences" in found
    assert {name for name, length in found.items() if length > LONGEST_VIEW} == set()


def test_no_row_is_held_against_every_other_where_a_key_would_find_it(
    built: Installation, connection: duckdb.DuckDBPyConnection
) -> None:
    # An outer join with a condition that is no comparison of both sides (`coalesce(a < b, true)`,
    # `a is null`) tries all pairs, though another of its conditions is an equality.
    # The tables are enough: a view is in the plan of whatever reads it, and one that stands already
    # is not compiled again.
    compiled = list((built.settings.dbt_dir / "compiled").rglob("models/**/*.sql"))
    assert len(compiled) > 100
    found = {
        (path.stem, condition)
        for path in compiled
        for node in _nodes(_explained(connection, path.read_text()))
        if node["name"].strip() == "BLOCKWISE_NL_JOIN"
        and node["extra_info"]["Join Type"] != "INNER"
        and KEY.search(condition := str(node["extra_info"]["Condition"]))
    }
    assert found == set()


def test_a_day_counts_the_funnel_steps_of_its_own_people_anew(
    new_installation: NewInstallation,
) -> None:
    installation = new_installation()
    simulate(Path(installation.settings.landing_root), users=40, days=3, seed=1)
    *before, last = sorted(day.isoformat() for day in landed_days(installation.settings))
    for run in (before, [last]):
        installation.build(*run, history_only=True)
    with duckdb.connect(str(installation.settings.build_db), read_only=True) as connection:
        [(counted, there, others)] = connection.execute(
            "select count(*) filter (where is_counted), count(*),"
            " count(*) filter (where is_counted and not is_touched) from (select"
            " user_id in (select user_id from intermediate.int_funnel_changes) as is_counted,"
            " bool_or(event_date in (select event_date from intermediate.int_touched_days))"
            " as is_touched"
            " from intermediate.int_user_day_traits"
            " where user_id in (select user_id from intermediate.int_funnel_users)"
            " group by user_id)"
        ).fetchall()
    assert 0 < counted < there
    assert others == 0


def _plan(built: Installation, connection: duckdb.DuckDBPyConnection, model: str) -> Any:
    [compiled] = (built.settings.dbt_dir / "compiled").rglob(f"{model}.sql")
    return _explained(connection, compiled.read_text())


def _explained(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    [(_, plan)] = connection.execute(f"explain (format json) {query}").fetchall()
    return json.loads(plan)


def _scans(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield what is known of each scan of the lake's events: those that have a load fingerprint."""
    for node in _nodes(nodes):
        details = node["extra_info"]
        if node["name"].strip() == "READ_PARQUET" and "message_hash" in details["Projections"]:
            yield details


def _nodes(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        yield node
        yield from _nodes(node["children"])
