"""What is written is its owner's alone, whatever the umask; what is published is open to read."""

import json
import os
import sqlite3
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner

from orchestration.cli import cli
from orchestration.environment import enter
from orchestration.history import prune_history
from warehouse.masking import masked
from warehouse.settings import Settings
from warehouse.storage.files import let_others_read, write_text_atomically

OTHERS = stat.S_IRWXG | stat.S_IRWXO
NOT_OURS = ("landing", "serving")


def test_nothing_but_what_is_published_can_be_read_by_others(demo: Path) -> None:
    top = [path for path in demo.iterdir() if path.name not in NOT_OURS]
    assert {"build", "dagster", "exports", "lake"} <= {path.name for path in top}
    assert [path for path in top if path.stat().st_mode & OTHERS] == []
    for folder in ("build", "dagster", "exports", "lake"):
        loose = [
            path
            for path in (demo / folder).rglob("*")
            if not path.is_symlink() and path.stat().st_mode & OTHERS
        ]
        assert loose == []


def test_what_is_published_can_be_read_by_others(demo: Path) -> None:
    for path in (demo / "serving").rglob("*"):
        wanted = 0o555 if path.is_dir() else 0o444
        assert path.stat().st_mode & wanted == wanted, path


def test_an_open_umask_opens_nothing_and_a_closed_one_closes_nothing(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        enter(Settings(tmp_path / "home"))
        (tmp_path / "home" / "dagster" / "new").touch()
        write_text_atomically(tmp_path / "home" / "lake" / "note", "x")
        (tmp_path / "serving").mkdir()
        (tmp_path / "serving" / "a.parquet").touch()
        let_others_read(tmp_path / "serving")
    finally:
        os.umask(before)
    closed = [tmp_path / "home" / name for name in ("dagster", "build", "exports", "lake")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in closed} == {0o700}
    files = (tmp_path / "home" / "dagster" / "new", tmp_path / "home" / "lake" / "note")
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "serving" / "a.parquet").stat().st_mode) == 0o444


@pytest.mark.parametrize(
    "contact",
    [
        *("ann.lee+shop@mail.example.org", "安娜@mail.example.org", "+8613800138000"),
        *("13800138000", "138-0013-8000", "86 13800138000", "0044 20 7946 0958"),
        *("(555) 010-1234", "+1 (555) 010-1234", "user=13800138000;", '"13800138000"'),
    ],
)
def test_what_looks_like_a_contact_is_masked(contact: str) -> None:
    shown = masked(f"id {contact} came twice")
    assert not any(character.isdigit() for character in shown)
    assert "@" not in shown


@pytest.mark.parametrize(
    "harmless",
    [
        *("2026-03-01", "2026-03-01T08:00:00Z", "20260301120000", "1760000000", "1760000000123"),
        *(
            "13,800,138,000",
            "12345678",
            "o-13800138000-1",
            "1.38001380001",
            "userops-000012.duckdb",
        ),
        *("events/dt=2026-03-01/a.ndjson", "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "a @ b", "x@y"),
    ],
)
def test_what_is_no_contact_is_shown(harmless: str) -> None:
    assert masked(harmless) == harmless


def test_ids_that_are_contacts_are_in_no_history_log_or_message(tmp_path: Path) -> None:
    ids = ["ann.lee@mail.example.org", "+8613800138000", "13900139000"]
    day = tmp_path / "landing" / "events" / "dt=2026-03-01"
    day.mkdir(parents=True)
    lines = [
        {"type": "track", "event": event, "messageId": f"{user}-{event}", "userId": user}
        | {"timestamp": "2026-03-01T08:00:00Z", "properties": {"order_id": user, "revenue": 9}}
        for user in ids
        for event in ("Order Completed", "Product Viewed")
    ]
    again = lines[0] | {"event": "Signed Up"}  # a conflict, told with the message's id
    bad = lines[0] | {"type": ids[0], "messageId": "bad"}
    text = "\n".join(json.dumps(line) for line in [*lines, again, bad])
    (day / "a.ndjson").write_text(text)
    env = {"USEROPS_HOME": str(tmp_path)}
    outputs = [
        CliRunner().invoke(cli, command, env=env).output
        for command in (["run"], ["run", "--verbose"], ["quarantine", "list"], ["status"])
    ]
    assert "conflict" in outputs[2]
    assert "[e-mail]" in outputs[2]
    shown = {f"output {number}": text for number, text in enumerate(outputs)}
    for folder in (tmp_path / "dagster", tmp_path / "build" / "logs"):
        for path in folder.rglob("*"):
            if path.suffix == ".db":
                with sqlite3.connect(path) as history:
                    shown[str(path)] = "\n".join(history.iterdump())
            elif path.is_file():
                shown[str(path)] = path.read_bytes().decode("utf-8", "replace")
    assert len(shown) > 6
    assert any("[e-mail]" in text for name, text in shown.items() if name.endswith(".db"))
    for contact in ids:
        assert [name for name, text in shown.items() if contact in text] == []


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["a", "b"]))
def by_day() -> None:
    pass


@dg.asset_check(asset=by_day)
def is_fine() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


def test_old_runs_leave_the_history_and_their_partitions_stay(tmp_path: Path) -> None:
    settings = Settings(tmp_path, keep_history_days=30)
    enter(settings)
    with dg.DagsterInstance.get() as instance:
        old, new = (
            dg.materialize([by_day, is_fine], instance=instance, partition_key=key).run_id
            for key in ("a", "b")
        )
        assert (settings.dagster_home / "storage" / old).is_dir()
        long_ago = datetime.now(UTC) - timedelta(days=31)
        assert prune_history(instance, settings) == 0
        with instance.run_storage.connect() as runs:  # ty: ignore[unresolved-attribute]
            from dagster._core.storage.runs.schema import RunsTable

            runs.execute(
                RunsTable.update()
                .where(RunsTable.c.run_id == old)
                .values(create_timestamp=long_ago.replace(tzinfo=None))
            )
        assert prune_history(instance, settings) == 1
        assert [run.run_id for run in instance.get_runs()] == [new]
        assert instance.get_materialized_partitions(by_day.key) == {"a", "b"}
        assert instance.get_records_for_run(new).records
    shards = settings.dagster_home / "history" / "runs"
    assert {path.stem for path in shards.glob("*.db")} == {"index", new}
    assert not (settings.dagster_home / "storage" / old).exists()
