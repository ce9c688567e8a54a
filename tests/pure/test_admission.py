"""What was let in stays as it was let in: until it is let in anew, or somebody is forgotten."""

import json
import shutil
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from warehouse.erasure.forget import erase
from warehouse.errors import UserError
from warehouse.lake.admission import admit, admitted, admitted_files
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import admitted_folder, events_path, load_days
from warehouse.landing.days import day_folder
from warehouse.settings import Settings

DAY, NEXT = date(2026, 3, 1), date(2026, 3, 2)


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


def users(settings: Settings) -> dict[date, list[str]]:
    """Return whom the models would read, by load day."""
    return {
        day: sorted(pq.ParquetFile(path).read(["user_id"])["user_id"].to_pylist())
        for day, path in admitted_files(settings).items()
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
    assert len(events_below(settings)) == 4


def test_what_was_let_in_is_no_second_copy(settings: Settings) -> None:
    for day, path in admitted_files(settings).items():
        assert path.samefile(events_path(settings, day))


def test_a_lost_second_name_is_made_anew(settings: Settings) -> None:
    before = admitted(settings)
    shutil.rmtree(admitted_folder(settings))
    assert admit(settings, [NEXT]) == before
    assert users(settings) == {DAY: ["ann", "bob"], NEXT: ["ann", "bob"]}


def test_a_stray_file_among_the_days_is_passed_over(settings: Settings) -> None:
    (admitted_folder(settings) / ".DS_Store").touch()
    assert set(admit(settings, [NEXT])) == {DAY, NEXT}
    assert erase(settings, ["ann"]).found_anything


def test_what_was_let_in_and_is_nowhere_any_more_is_told(settings: Settings) -> None:
    shutil.rmtree(admitted_folder(settings))
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
