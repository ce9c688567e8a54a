"""What was let in stays as it was let in: until it is let in anew, or somebody is forgotten."""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from importlib import import_module
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from orchestration.defs.landing import days_in_question
from warehouse.erasure.forget import erase
from warehouse.errors import UserError
from warehouse.feeds import FEEDS
from warehouse.lake.admission import admit
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import Load, load_days, loads_path, loads_with, rows_path
from warehouse.lake.loads import admitted, loaded
from warehouse.lake.rereading import days_to_read_again, note_read
from warehouse.landing.days import day_folder
from warehouse.settings import Settings

DAY, NEXT = date(2026, 3, 1), date(2026, 3, 2)
# What a run may be killed at while it loads a day and lets it in.
STEPS = ("put_whole", "remove_durably", "write_note", "write_bytes_atomically", "remove_load")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two days let in, with Ann and Bob on both."""
    settings = Settings(home=tmp_path)
    for day in (DAY, NEXT):
        land(settings, day, "ann", "bob")
    ingest_days(settings, [DAY, NEXT])
    admit(settings, [DAY, NEXT])
    return settings


def land(settings: Settings, day: date, *users: str) -> None:
    lines = (
        json.dumps(
            {
                "type": "page",
                "messageId": f"{day}-{user}",
                "userId": user,
                "timestamp": f"{day}T01:00:00Z",
            }
        )
        for user in users
    )
    folder = day_folder(settings, day)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "events.ndjson").write_text("\n".join(lines) + "\n")


def test_the_list_says_how_many_rows_a_load_has(settings: Settings) -> None:
    former = pq.ParquetFile(loads_path(settings)).read().drop_columns("rows")
    pq.write_table(former, loads_path(settings))  # as it was before they were counted
    land(settings, NEXT, "ann", "bob", "cem")
    ingest_days(settings, [NEXT])
    admit(settings, [NEXT])
    listed = pq.ParquetFile(loads_path(settings)).read()
    assert listed["rows"].to_pylist() == [2, 3]


def users(settings: Settings) -> dict[date, list[str]]:
    """Return whom the models would read, by load day."""
    paths = {day: rows_path(settings, Load(day, f)) for day, f in admitted(settings).items()}
    return {
        day: sorted(pq.ParquetFile(path).read(["user_id"])["user_id"].to_pylist())
        for day, path in paths.items()
    }


def everywhere(settings: Settings) -> bytes:
    """Return all that any file of the lake says of user ids."""
    tables = (pq.ParquetFile(path).read(["user_id"]) for path in events_below(settings))
    return json.dumps([table["user_id"].to_pylist() for table in tables]).encode()


def events_below(settings: Settings) -> list[Path]:
    return sorted(settings.lake_root.rglob("events.parquet"))


def test_a_day_loaded_again_is_read_as_it_was_until_it_is_let_in_anew(settings: Settings) -> None:
    land(settings, DAY, "zoe")
    ingest_days(settings, [DAY])
    assert users(settings) == {DAY: ["ann", "bob"], NEXT: ["ann", "bob"]}
    admit(settings, [DAY])
    assert users(settings) == {DAY: ["zoe"], NEXT: ["ann", "bob"]}
    assert len(events_below(settings)) == 2


def test_what_waits_gives_way_to_what_comes_after_it(settings: Settings) -> None:
    let_in = admitted(settings)[DAY]
    for user in ("zoe", "ned"):
        land(settings, DAY, user)
        ingest_days(settings, [DAY])
    assert [load.day for load in loads_with(settings, "rows")].count(DAY) == 2
    assert users(settings)[DAY] == ["ann", "bob"]
    land(settings, DAY, "ann", "bob")
    ingest_days(settings, [DAY])
    assert loaded(settings)[DAY] == Load(DAY, let_in)
    assert len(events_below(settings)) == 2


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_killed_anywhere_the_next_run_lets_the_day_in(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str, nth: int
) -> None:
    land(settings, DAY, "ned")
    ingest_days(settings, [DAY])
    land(settings, DAY, "zoe")
    calls = []

    def run() -> None:
        ingest_days(settings, [DAY])
        admit(settings, [DAY])

    with monkeypatch.context() as patched:
        for module in ("loads", "admission"):
            name = f"warehouse.lake.{module}.{step}"
            real = getattr(import_module(f"warehouse.lake.{module}"), step, None)

            def killed(*arguments: object, real: Callable | None = real) -> None:
                calls.append(step)
                if len(calls) == nth:
                    raise KeyboardInterrupt
                assert real
                real(*arguments)

            if real:
                patched.setattr(name, killed)
        with suppress(KeyboardInterrupt):
            run()
    assert calls
    assert users(settings)[DAY] in (["ann", "bob"], ["zoe"])
    admit(settings, [NEXT])
    assert users(settings)[DAY] in (["ann", "bob"], ["zoe"])
    run()
    assert users(settings) == {DAY: ["zoe"], NEXT: ["ann", "bob"]}
    assert len(events_below(settings)) == 2
    assert loads_with(settings, "ledger") == loads_with(settings, "rows")


def test_a_stray_file_among_the_days_is_passed_over(settings: Settings) -> None:
    (settings.lake_root / "events" / ".DS_Store").touch()
    assert set(admit(settings, [NEXT])) == {DAY, NEXT}
    assert erase(settings, ["ann"]).found_anything


def test_what_was_let_in_and_is_nowhere_any_more_is_told(settings: Settings) -> None:
    shutil.rmtree(rows_path(settings, loaded(settings)[DAY]).parent)
    land(settings, DAY, "zoe")
    ingest_days(settings, [DAY])
    with pytest.raises(UserError, match="let in of 2026-03-01 is gone") as error:
        admit(settings, [NEXT])
    assert "userops run --date 2026-03-01" in str(error.value)
    admit(settings, [DAY])
    assert users(settings) == {DAY: ["zoe"], NEXT: ["ann", "bob"]}


def test_forgetting_reaches_what_was_let_in_also_where_the_lake_has_moved_on(
    settings: Settings,
) -> None:
    land(settings, DAY, "bob", "zoe")
    ingest_days(settings, [DAY])
    erasure = erase(settings, ["ann"])
    assert erasure.admitted_days == 1
    assert users(settings) == {DAY: ["bob"], NEXT: ["bob"]}
    assert b"ann" not in everywhere(settings)
    assert set(admitted(settings)) == set(load_days(settings))


def test_an_erasure_killed_before_it_let_the_rest_in_is_whole_when_repeated(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("warehouse.erasure.forget.admit", killed)
        erase(settings, ["ann"])
    assert b"ann" in everywhere(settings)
    assert erase(settings, ["ann"]).found_anything
    assert users(settings) == {DAY: ["bob"], NEXT: ["bob"]}
    assert b"ann" not in everywhere(settings)


def test_forgetting_removes_the_tables_of_every_engine(settings: Settings) -> None:
    for file in ("userops.duckdb", "spark/userops.duckdb", "spark/warehouse/marts.db/x.parquet"):
        path = settings.build_dir / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    erase(settings, ["ann"])
    left = [
        path for path in settings.build_dir.rglob("*") if path.suffix in (".duckdb", ".parquet")
    ]
    assert not left


def test_an_edited_placeholder_asks_for_all_days_until_they_are_let_in(settings: Settings) -> None:
    note_read(settings)
    assert days_to_read_again(settings) == []
    settings.rules_dir.mkdir(parents=True)
    (settings.rules_dir / "placeholder_ids.csv").write_text("placeholder\nANN\n")

    wanted = days_in_question(settings, [NEXT], FEEDS["events"])
    assert wanted == days_to_read_again(settings) == [DAY, NEXT]
    assert ingest_days(settings, wanted).quarantined == 2
    admit(settings, wanted)
    assert days_to_read_again(settings) == [DAY, NEXT]
    note_read(settings)

    assert days_to_read_again(settings) == []
    assert days_in_question(settings, [NEXT], FEEDS["events"]) == [NEXT]
