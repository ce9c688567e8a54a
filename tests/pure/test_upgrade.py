"""A lake of the former layout is brought to the present one: by itself, whole, killed anywhere."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.lake.admission import admit
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import (
    KINDS,
    LOADS_SCHEMA,
    PATHS,
    Load,
    loads_path,
    loads_with,
    name_of,
    rows_path,
)
from warehouse.lake.loads import admitted, loaded
from warehouse.lake.quarantine import list_quarantine
from warehouse.settings import Settings

ADMITTED, REFUSED, LATER = (date(2026, 3, number) for number in (1, 2, 3))


def land(settings: Settings, day: date, user: str) -> None:
    event = {"type": "page", "messageId": user, "userId": user, "timestamp": f"{day}T01:00:00Z"}
    folder = settings.landing_root / "events" / f"dt={day}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "events.ndjson").write_text(f"{json.dumps(event)}\nbad\n")


def former(settings: Settings, kind: str, day: date) -> Path:
    name = name_of("events", kind)
    return settings.lake_root / name / f"load_date={day}" / f"{name}.parquet"


def second_name(settings: Settings, day: date, fingerprint: str) -> Path:
    folder = settings.lake_root / "admitted" / f"load_date={day}"
    return folder / f"load_fingerprint={fingerprint}" / "events.parquet"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Lay a lake out as formerly: one day let in, one loaded again and not let in anew."""
    settings = Settings(home=tmp_path)
    listed = {}
    for day, user in ((ADMITTED, "ann"), (REFUSED, "bob")):
        land(settings, day, user)
        ingest_days(settings, [day])
        _lay_out_formerly(settings, day)
        files = (former(settings, kind, day) for kind in ("rows", "ledger"))
        listed[day] = sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
        second_name(settings, day, listed[day]).parent.mkdir(parents=True)
        second_name(settings, day, listed[day]).hardlink_to(former(settings, "rows", day))
    columns = {"load_date": list(listed), "load_fingerprint": list(listed.values())}
    pq.write_table(
        pa.table(columns, schema=LOADS_SCHEMA.remove(LOADS_SCHEMA.get_field_index("rows"))),
        loads_path(settings),
    )
    again = Settings(home=tmp_path / "again", landing=str(settings.landing_root))
    land(settings, REFUSED, "zoe")
    ingest_days(again, [REFUSED])
    _lay_out_formerly(again, REFUSED)
    for kind in KINDS:
        former(again, kind, REFUSED).replace(former(settings, kind, REFUSED))
    return settings


def _lay_out_formerly(settings: Settings, day: date) -> None:
    for kind in KINDS:
        path = PATHS[kind](settings, loaded_formerly(settings, kind, day))
        path.rename(former(settings, kind, day))
        path.parent.rmdir()


def loaded_formerly(settings: Settings, kind: str, day: date) -> Load:
    [load] = (load for load in loads_with(settings, kind) if load.day == day)
    return load


def users(settings: Settings, loads: dict[date, Load]) -> dict[date, list[str]]:
    paths = {day: rows_path(settings, load) for day, load in loads.items()}
    return {
        day: pq.ParquetFile(path).read(["user_id"])["user_id"].to_pylist()
        for day, path in paths.items()
    }


def test_a_former_lake_keeps_what_was_let_in_what_waits_and_what_was_set_aside(
    settings: Settings,
) -> None:
    before = admitted(settings)
    land(settings, LATER, "cat")

    report = ingest_days(settings, [ADMITTED, REFUSED, LATER])
    admit(settings, [LATER])

    assert (report.unchanged, report.reloaded) == ((ADMITTED, REFUSED), (LATER,))
    assert {day: mark for day, mark in admitted(settings).items() if day != LATER} == before
    let_in = {day: Load(day, mark) for day, mark in admitted(settings).items()}
    assert users(settings, let_in) == {ADMITTED: ["ann"], REFUSED: ["bob"], LATER: ["cat"]}
    assert users(settings, loaded(settings))[REFUSED] == ["zoe"]
    assert len(list_quarantine(settings)) == 3
    assert not (settings.lake_root / "admitted").exists()
    assert not list(settings.lake_root.glob("*/load_date=*/*.parquet"))
    admit(settings, [REFUSED])
    assert users(settings, loaded(settings))[REFUSED] == ["zoe"]
    assert len(list(settings.lake_root.rglob("events.parquet"))) == 3


@pytest.mark.parametrize("step", ["copy_whole", "remove_durably", "remove_folder"])
@pytest.mark.parametrize("nth", range(1, 9, 2))
def test_killed_anywhere_the_next_call_completes_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str, nth: int
) -> None:
    from warehouse.lake import upgrade

    real: Callable = getattr(upgrade, step)
    calls: list[object] = []

    def killed(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == nth:
            raise KeyboardInterrupt
        real(*arguments)

    with monkeypatch.context() as patched, suppress(KeyboardInterrupt):
        patched.setattr(upgrade, step, killed)
        upgrade.upgrade(settings)
    test_a_former_lake_keeps_what_was_let_in_what_waits_and_what_was_set_aside(settings)
