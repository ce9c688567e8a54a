"""Publishing: readers see a whole revision, whatever happens to the publisher."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT
from tests.plausible_marts import DAY, change, create, make_settings
from warehouse.errors import UserError
from warehouse.gates.profiles import marts_day
from warehouse.serving.comments import Meaning
from warehouse.serving.publish import content_hashes, current, publish, verify
from warehouse.serving.restatements import record_restatements
from warehouse.settings import Settings
from warehouse.upkeep.status import totals

PUBLISHES = 10


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = create(make_settings(tmp_path_factory.mktemp("built")))
    add = "add column revision bigint default 0"
    change(
        settings, *(f"alter table marts.{mart} {add}" for mart in ("dim_users", "fct_user_days"))
    )
    return settings


@pytest.fixture
def settings(built: Settings, tmp_path: Path) -> Settings:
    """Copy the marts: making them anew costs more than most publishing."""
    shutil.copytree(built.home, tmp_path, dirs_exist_ok=True)
    return make_settings(tmp_path)


def read(path: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def set_revision(settings: Settings, revision: int) -> None:
    """Give two tables the number of the revision that will publish them."""
    change(
        settings,
        f"update marts.dim_users set revision = {revision}",
        f"update marts.fct_user_days set revision = {revision}",
    )


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_mart_that_no_model_makes_any_more_is_not_published(settings: Settings) -> None:
    published = publish(settings, as_of_date=DAY, run_id="run-1")
    made = {name: Meaning("") for name in published.tables if name != "claims"}

    again = publish(settings, as_of_date=DAY, run_id="run-2", meanings=made)

    assert again.changed
    assert set(published.tables) - set(again.tables) == {"claims"}
    left = read(settings.serving_build_db, "select table_name from duckdb_tables()")
    assert ("claims",) not in left
    assert not (settings.serving_dir / "parquet" / "current" / "claims.parquet").exists()


def test_readers_find_the_marts_behind_one_name(settings: Settings) -> None:
    published = publish(settings, as_of_date=DAY, run_id="run-1")

    link = settings.serving_dir / "userops.duckdb"
    [(revision, as_of, run_id, rows)] = read(
        link, "select revision, as_of_date, run_id, row_counts from marts.publish_info"
    )
    assert (revision, as_of, run_id) == (1, DAY, "run-1")
    assert published.changed
    assert published.tables == json.loads(rows)
    assert published.tables["dim_users"] == 300
    assert read(link, "select count(*) from marts.dim_users") == [(300,)]
    assert current(settings) == publish(settings, as_of_date=DAY, run_id="run-1")
    assert verify(settings) == []


def test_parquet_holds_the_same_rows_as_the_database(settings: Settings) -> None:
    publish(settings, as_of_date=DAY, run_id="run-1")

    folder = settings.serving_dir / "parquet" / "current"
    for table in ("dim_users", "fct_user_days", "fct_orders", "kpi_daily", "publish_info"):
        with duckdb.connect() as connection:
            connection.execute(
                f"attach '{settings.serving_dir}/userops.duckdb' as published (read_only)"
            )
            for one, other in (("a", "b"), ("b", "a")):
                missing = connection.execute(
                    f"with a as (from published.marts.{table}),"
                    f" b as (from read_parquet('{folder}/{table}.parquet'))"
                    f" select count(*) from (from {one} except all from {other})"
                ).fetchall()
                assert missing == [(0,)], table


def test_the_same_marts_are_not_published_twice(settings: Settings) -> None:
    first = publish(settings, as_of_date=DAY, run_id="run-1")
    change(
        settings,
        "create table marts.shuffled as from marts.dim_users order by hash(user_id)",
        "drop table marts.dim_users",
        "alter table marts.shuffled rename to dim_users",
    )

    again = publish(settings, as_of_date=DAY, run_id="run-2")

    assert not again.changed
    assert again.revision == first.revision == 1


def test_a_home_copied_with_its_links_followed_goes_on(settings: Settings, tmp_path: Path) -> None:
    set_revision(settings, 1)
    publish(settings, as_of_date=DAY, run_id="run-1")
    shutil.copytree(settings.home, copy := tmp_path / "copy")
    copied = make_settings(copy)
    assert (copied.serving_dir / "parquet" / "current").is_dir()
    set_revision(copied, 2)

    assert publish(copied, as_of_date=DAY, run_id="run-2").revision == 2
    assert verify(copied) == []


def test_one_changed_cell_is_published(settings: Settings) -> None:
    publish(settings, as_of_date=DAY, run_id="run-1")
    change(settings, "update marts.dim_users set orders = orders + 1 where user_id = 'user_7'")

    again = publish(settings, as_of_date=DAY, run_id="run-2")

    assert again.changed
    assert again.revision == 2


def test_a_changed_column_type_changes_the_hash(settings: Settings) -> None:
    with duckdb.connect(str(settings.serving_build_db)) as connection:
        before = content_hashes(connection)
        connection.execute("alter table marts.fct_user_days alter events set data type integer")
        after = content_hashes(connection)

    assert {table for table in before if before[table] != after[table]} == {"fct_user_days"}


def test_the_same_marts_give_the_same_parquet_bytes(tmp_path: Path) -> None:
    one, other = (create(make_settings(tmp_path / name)) for name in ("one", "other"))
    change(
        other,
        "create table marts.shuffled as from marts.fct_user_days order by hash(user_id)",
        "drop table marts.fct_user_days",
        "alter table marts.shuffled rename to fct_user_days",
    )
    for settings in (one, other):
        publish(settings, as_of_date=DAY, run_id="run-1")

    assert files_below(one.serving_dir / "parquet" / "000001") == files_below(
        other.serving_dir / "parquet" / "000001"
    )


def test_only_months_that_changed_are_written_again(settings: Settings) -> None:
    publish(settings, as_of_date=DAY, run_id="run-1")
    change(
        settings,
        f"insert into marts.fct_user_days (user_id, event_date) values ('late', date '{DAY}')",
    )
    publish(settings, as_of_date=DAY, run_id="run-2")

    def inode(revision: int, part: str) -> int:
        return (settings.serving_dir / "parquet" / f"{revision:06d}" / part).stat().st_ino

    month = f"fct_user_days.parquet/{DAY:%Y-%m}.parquet"
    assert inode(1, month) != inode(2, month)
    assert inode(1, "fct_user_days.parquet/2026-10.parquet") == inode(
        2, "fct_user_days.parquet/2026-10.parquet"
    )


def test_old_versions_go_and_the_latest_stay(settings: Settings) -> None:
    for revision in range(1, 6):
        set_revision(settings, revision)
        publish(settings, as_of_date=DAY, run_id=f"run-{revision}")

    names = sorted(path.name for path in settings.serving_dir.iterdir())
    assert names == [
        "manifest-000003.json", "manifest-000004.json", "manifest-000005.json", "manifest.json",
        "parquet", "userops-000003.duckdb", "userops-000004.duckdb", "userops-000005.duckdb",
        "userops.duckdb",
    ]  # fmt: skip
    assert sorted(path.name for path in (settings.serving_dir / "parquet").iterdir()) == [
        "000003", "000004", "000005", "current",
    ]  # fmt: skip


# Reads as a BI tool does, from its first look until one begun after its input has ended; says
# then which revisions it saw, and every mix and error.
READS = """
import json, select, sys
import duckdb

QUERY = (
    "select (select revision from marts.publish_info),"
    " (select min(revision) from marts.dim_users), (select max(revision) from marts.dim_users),"
    " (select min(revision) from marts.fct_user_days)"
)
seen, problems, is_last = set(), [], False
while not is_last:
    is_last = bool(seen and select.select([sys.stdin], [], [], 0)[0])
    try:
        with duckdb.connect(sys.argv[1], read_only=True) as connection:
            [row] = connection.execute(QUERY).fetchall()
    except duckdb.Error as error:
        problems.append(repr(error))
        continue
    if not seen:
        print("ready", flush=True)
    seen.add(row[0])
    if len(set(row)) > 1:
        problems.append(f"mixed {row}")
print(json.dumps([sorted(seen), problems]))
"""


def test_readers_during_ten_publishes_see_whole_revisions(settings: Settings) -> None:
    set_revision(settings, 1)
    publish(settings, as_of_date=DAY, run_id="run-1")
    link = str(settings.serving_dir / "userops.duckdb")
    pipe = subprocess.PIPE
    readers = [
        subprocess.Popen([sys.executable, "-c", READS, link], stdin=pipe, stdout=pipe, text=True)
        for _ in range(2)
    ]
    # Whoever reads has read before anything changes, however slowly processes start here.
    assert [reader.stdout.readline() for reader in readers if reader.stdout] == ["ready\n"] * 2
    for revision in range(2, PUBLISHES + 2):
        set_revision(settings, revision)
        publish(settings, as_of_date=DAY, run_id=f"run-{revision}")

    for reader in readers:
        seen, problems = json.loads(reader.communicate()[0])
        assert problems == []
        assert (seen[0], seen[-1]) == (1, PUBLISHES + 1)


KILLED = """
import os, sys
from datetime import date
from pathlib import Path
from warehouse.serving import publish as publishing
from warehouse.serving import manifest, versions
from warehouse.settings import Settings
from warehouse.upkeep.status import totals

point, home = sys.argv[1], Path(sys.argv[2])

def die(*args, **kwargs):
    os._exit(9)

def after_first_link(link, target, real=versions.point):
    real(link, target)
    os._exit(9)

if point == "in the copy":
    publishing._mark = die
elif point == "in the parquet":
    publishing.write_parts = die
elif point == "before the manifest":
    manifest.write = die
elif point == "before the links":
    versions.point_links = die
elif point == "between the links":
    versions.point = after_first_link
elif point == "before old ones go":
    versions.keep_latest = die
publishing.publish(
    Settings(home=home, threads=2), as_of_date=date(2026, 11, 10), run_id="killed"
)
"""
KILL_POINTS = (
    "in the copy",
    "in the parquet",
    "before the manifest",
    "before the links",
    "between the links",
    "before old ones go",
)


@pytest.mark.parametrize("point", KILL_POINTS)
def test_a_kill_leaves_a_whole_revision_and_the_next_publish_mends(
    settings: Settings, point: str
) -> None:
    set_revision(settings, 1)
    publish(settings, as_of_date=DAY, run_id="run-1")
    set_revision(settings, 2)

    killed = subprocess.run(
        [sys.executable, "-c", KILLED, point, str(settings.home)],
        check=False,
        cwd=ROOT,
    )

    assert killed.returncode == 9
    link = settings.serving_dir / "userops.duckdb"
    query = "select i.revision, u.revision from marts.publish_info i, marts.dim_users u limit 1"
    [(marked, held)] = read(link, query)
    assert marked == held

    mended = publish(settings, as_of_date=DAY, run_id="run-2")

    assert mended.revision == 2
    assert read(link, query) == [(2, 2)]
    assert verify(settings) == []
    assert not list(settings.serving_dir.glob(".*"))
    assert not list((settings.serving_dir / "parquet").glob(".*"))


@pytest.mark.parametrize("tenth", range(10))
def test_a_cut_file_is_named_and_superseded(settings: Settings, tenth: int) -> None:
    publish(settings, as_of_date=DAY, run_id="run-1")
    database = settings.serving_dir / "userops-000001.duckdb"
    database.chmod(0o644)
    os.truncate(database, database.stat().st_size * tenth // 10)

    [problem] = verify(settings)
    mended = publish(settings, as_of_date=DAY, run_id="run-2")

    assert str(database) in problem
    assert mended.changed
    assert verify(settings) == []


def test_numbers_that_nobody_can_read_any_more_were_not_restated(settings: Settings) -> None:
    publish(settings, as_of_date=DAY, run_id="run-1")
    change(settings, "update marts.kpi_daily set value = value + 1")
    folder = settings.serving_dir / "parquet" / "current"
    found = sorted(folder.resolve().rglob("kpi_daily.parquet*"))
    file = next(path for path in found if path.is_file())
    whole = file.read_bytes()

    file.chmod(0o600)
    file.write_bytes(whole[: len(whole) // 2])
    assert record_restatements(settings, as_of_date=DAY, rules="") == 0
    file.write_bytes(whole)
    assert record_restatements(settings, as_of_date=DAY, rules="") > 0


def test_a_flipped_bit_is_named_and_does_not_travel(settings: Settings) -> None:
    publish(settings, as_of_date=DAY, run_id="run-1")
    part = settings.serving_dir / "parquet" / "000001" / "fct_user_days.parquet/2026-10.parquet"
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.chmod(0o644)
    part.write_bytes(content)

    [problem] = verify(settings)
    publish(settings, as_of_date=DAY, run_id="run-2")

    assert str(part) in problem
    assert verify(settings) == []


WRITING_CLIENT = """
import sys
import duckdb
with duckdb.connect(sys.argv[1]) as client:
    client.execute("begin; create table mine as select 1 as one")
    print("open", flush=True)
    sys.stdin.read()
"""


def test_a_client_that_writes_to_the_published_file_stops_nothing(settings: Settings) -> None:
    path = publish(settings, as_of_date=DAY, run_id="run-1").path
    path.chmod(0o644)
    command = [sys.executable, "-c", WRITING_CLIENT, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as client:
        assert client.stdout
        assert client.stdout.readline() == "open\n"
        with pytest.raises(duckdb.IOException):
            read(path, "select 1")

        assert marts_day(settings, DAY)["users_before"].tolist() == [300]
        lines = totals(settings)
        set_revision(settings, 2)
        assert publish(settings, as_of_date=DAY, run_id="run-2").revision == 2
        client.communicate("")

    assert lines
    assert lines.files
    assert verify(settings) == []


def test_what_is_published_is_read_only(settings: Settings) -> None:
    path = publish(settings, as_of_date=DAY, run_id="run-1").path
    parquet = settings.serving_dir / "parquet" / "current"

    files = [path, *(part for part in parquet.rglob("*") if part.is_file())]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o444}


def test_a_lost_manifest_is_named_and_the_next_publish_goes_on(settings: Settings) -> None:
    publish(settings, as_of_date=DAY, run_id="run-1")
    manifest = settings.serving_dir / "manifest-000001.json"
    manifest.chmod(0o644)
    manifest.write_text("{")

    assert "manifest.json" in verify(settings)[0]
    assert publish(settings, as_of_date=DAY, run_id="run-2").revision == 2
    assert verify(settings) == []


def test_what_a_killed_build_left_is_not_published(settings: Settings) -> None:
    change(settings, "create table marts.dim_users__dbt_tmp as from marts.dim_users limit 3")

    published = publish(settings, as_of_date=DAY, run_id="run-1")

    assert "dim_users__dbt_tmp" not in published.tables
    names = read(published.path, "select table_name from duckdb_tables()")
    assert ("dim_users__dbt_tmp",) not in names


def test_a_view_among_the_marts_is_refused(settings: Settings) -> None:
    change(settings, "create view marts.peek as from marts.dim_users")

    with pytest.raises(UserError, match="peek"):
        publish(settings, as_of_date=DAY, run_id="run-1")


def test_before_the_first_run_there_is_nothing_and_the_cure_is_named(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)

    assert current(settings) is None
    assert verify(settings) == []
    with pytest.raises(UserError, match="userops run"):
        publish(settings, as_of_date=DAY, run_id="run-1")


def test_published_files_open_in_older_clients(settings: Settings) -> None:
    published = publish(settings, as_of_date=DAY, run_id="run-1")

    [(tags,)] = read(
        published.path,
        "select tags from duckdb_databases() where database_name = current_database()",
    )
    assert tags["storage_version"].startswith("v1.0")
