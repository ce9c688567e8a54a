"""A flipped bit, a cut or lost file: noticed, mended, and no mart differs afterwards.

Each kind of file is damaged in a few places that a fixed list of seeds gives. The whole trial, with
a table of what became of it: FLIPS=120 python -m pytest tests/fault/test_damage.py -q -s
"""

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from tests.conftest import FIRST, LAST, Installation
from warehouse.build import checked
from warehouse.errors import UserError
from warehouse.exports.listed import bring_in_line, parts_out_of_line
from warehouse.feeds import FEEDS
from warehouse.lake.admission import admit
from warehouse.lake.damage import TURNS, damages, mend
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import Load, ledger_path, loads_path, record_path, rows_path
from warehouse.lake.loads import admitted, list_fault
from warehouse.lake.rereading import days_to_read_again, note_read
from warehouse.landing.days import day_folder
from warehouse.serving.contents import content_hashes
from warehouse.serving.publish import current, damaged_revisions, fall_back, publish, verify
from warehouse.serving.restatements import note_rules, rules_before
from warehouse.settings import Settings
from warehouse.upkeep.doctor import examine

FLIPS = int(os.environ.get("FLIPS", "6"))
DAY = date.fromisoformat(FIRST)
NEWEST = date.fromisoformat(LAST)


@pytest.fixture(scope="module")
def home(finished: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return a copy of the hand-written days for this module: each test leaves it whole."""
    return finished.copy(tmp_path_factory.mktemp("damage") / "home")


def chance_of(seed: int) -> random.Random:
    """Return the same places for the same seed."""
    return random.Random(seed)  # noqa: S311 - nothing is kept secret by it


def tell(kind: str, seen: Counter[str]) -> None:
    """Show what became of each kind of damage; seen with `-s`."""
    for what, number in sorted(seen.items()):
        print(f"{kind:<10} {number:>4}  {what}")  # noqa: T201 - the table of the whole trial


def flip(path: Path, chance: random.Random) -> None:
    """Turn one bit of a file over."""
    content = bytearray(path.read_bytes())
    place = chance.randrange(len(content) * 8)
    content[place // 8] ^= 1 << place % 8
    path.chmod(0o600)  # what is published is nobody's to write
    path.write_bytes(content)


def cut(path: Path, chance: random.Random) -> None:
    """Leave the beginning of a file."""
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size)])


def lose(path: Path, _: random.Random) -> None:
    """Remove a file."""
    path.unlink()


def blows() -> Iterator[tuple[Callable[[Path, random.Random], None], random.Random]]:
    """Yield the ways to damage a file: mostly flipped bits, each with its own seed."""
    yield from ((flip, chance_of(seed)) for seed in range(FLIPS))
    yield from ((blow, chance_of(seed)) for seed in range(-(-FLIPS // 4)) for blow in (cut, lose))


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, links aside."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def looked_at(settings: Settings) -> list[str]:
    """Return what a run for the newest day finds damaged of the lake, before it reads a line."""
    found = [list_fault(settings, feed) for feed in FEEDS]
    for feed in FEEDS:
        found += [each.what for each in damages(settings, feed, [NEWEST], turn=NEWEST)]
    return [fault for fault in found if fault] + [str(day) for day in parts_out_of_line(settings)]


def mend_lake(settings: Settings) -> None:
    """Do what the first steps of a run for the newest day do."""
    for feed in FEEDS:
        mend(settings, feed, [NEWEST], turn=NEWEST)
        admit(settings, [], feed)
    bring_in_line(settings)


def deep(settings: Settings) -> list[str]:
    return [f"{each.detail}" for each in examine(settings, deep=True) if not each.ok]


# What only says how the lake was made; a run goes on without, and writes it at its end.
NOTES = ("read_by.json", "kpi_restatements_rules.json")
KINDS = {
    "lake": lambda name: not name.endswith((".json", "ledger.parquet", "loads.parquet")),
    "ledger": lambda name: (
        name not in NOTES and name.endswith((".json", "ledger.parquet", "loads.parquet"))
    ),
}


def test_of_a_large_lake_every_load_has_its_turn_within_thirty_days(
    copied: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = copied.settings
    monkeypatch.setattr("warehouse.lake.damage.SMALL_BYTES", 0)
    for day, name in admitted(settings).items():
        flip(Path(rows_path(settings, Load(day, name))), chance_of(1))
    seen = {
        start: {
            each.load.day
            for later in range(TURNS)
            for each in damages(settings, "events", [], turn=start + timedelta(later))
        }
        for start in (DAY, NEWEST)
    }
    assert set(map(len, seen.values())) == {len(admitted(settings))}
    assert [*damages(settings, "events", [])] == []
    assert [each.load.day for each in damages(settings, "events", [DAY])] == [DAY]


def test_files_of_history_that_the_models_open_are_verified_before_a_run_goes_on(
    home: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = home.settings
    monkeypatch.setattr("warehouse.lake.damage.SMALL_BYTES", 0)
    monkeypatch.setattr("warehouse.lake.damage.TURNS", 10_000)
    marts = home.hashes()
    load = Load(DAY, admitted(settings)[DAY])
    whole = Path(rows_path(settings, load)).read_bytes()
    # The next build opens that day; nothing else tells the run to look at it.
    checked.read_anew(settings, [DAY])
    damage_unseen(Path(rows_path(settings, load)), whole)

    result = home.run(LAST)

    assert result.success
    assert Path(rows_path(settings, load)).read_bytes() == whole
    assert home.hashes() == marts


def damage_unseen(path: Path, whole: bytes) -> None:
    """Damage a file so that every engine reads it all the same: the name of who wrote it."""
    assert b"parquet-cpp-arrow" in whole
    path.write_bytes(whole.replace(b"parquet-cpp-arrow", b"parquet-cpp-errow", 1))


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_damaged_of_the_lake_is_noticed_and_lies_there_again(
    home: Installation, kind: str
) -> None:
    settings = home.settings
    root = settings.home / "lake"
    whole = contents(root)
    names = [name for name in whole if KINDS[kind](name)]
    seen: Counter[str] = Counter()
    for blow, chance in blows():
        name = chance.choice(names)
        blow(root / name, chance)
        # A file without rows is compared, byte for byte, when it is asked for.
        noticed = bool(looked_at(settings)) or "=none/" in name or "1970-01-01" in name
        mend_lake(settings)
        assert contents(root) == whole, (blow, name)
        seen[f"{blow.__name__}: {'noticed and mended' if noticed else 'UNSEEN'}"] += 1
    tell(kind, seen)
    assert not any("UNSEEN" in what for what in seen)


def test_a_damaged_note_of_how_the_lake_was_made_changes_nothing_and_is_written_again(
    home: Installation,
) -> None:
    settings = home.settings
    rules = rules_before(settings)
    assert rules
    note_rules(settings, rules)
    whole = contents(settings.home / "lake")
    days = list(admitted(settings))
    for blow, chance in blows():
        name = chance.choice(NOTES)
        blow(settings.home / "lake" / name, chance)
        # Who read the days is not known: all are looked at, and found to be as they are.
        assert days_to_read_again(settings) == (days if name == "read_by.json" else [])
        ingest_days(settings, days_to_read_again(settings))
        assert rules_before(settings) == rules
        note_read(settings)
        note_rules(settings, rules)
        assert contents(settings.home / "lake") == whole
    (settings.build_dir / NOTES[1]).unlink()
    assert rules_before(settings) == rules


def test_a_damaged_build_database_is_noticed_by_its_checksum_or_when_it_is_read(
    home: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However many models there are: of a large file only the size is noted.
    monkeypatch.setattr(checked, "COMPARED_BYTES", 1 << 30)
    settings = home.settings
    files = [settings.build_db, settings.serving_build_db]
    whole = {path: path.read_bytes() for path in files}
    tables = {path: hashes(path) for path in files}
    checked.vouch(settings)
    note = settings.engine_dir / checked.NOTE
    vouched = note.read_bytes()
    seen: Counter[str] = Counter()
    for blow, chance in blows():
        path = chance.choice(files)
        blow(path, chance)
        assert checked.damage(settings), (blow, path)
        if path.is_file():
            # After a run that did not end well there is no checksum: what DuckDB can read is right.
            note.unlink()
            is_seen = bool(checked.damage(settings))
            assert is_seen or hashes(path) == tables[path]
            seen[f"{blow.__name__}: by checksum; read: {'seen' if is_seen else 'harmless'}"] += 1
            note.write_bytes(vouched)
        path.write_bytes(whole[path])
    tell("build", seen)
    assert not checked.damage(settings, deep=True)


def test_a_damaged_manifest_of_an_exported_list_is_put_back(home: Installation) -> None:
    settings = home.settings
    [folder] = (settings.exports_dir / "recall").glob("as_of=*")
    whole = contents(folder)
    bring_in_line(settings)
    for blow, chance in blows():
        blow(folder / "manifest.json", chance)
        assert parts_out_of_line(settings) == [NEWEST]
        bring_in_line(settings)
        assert contents(folder) == whole
    assert parts_out_of_line(settings) == []


def hashes(path: Path) -> dict[str, str]:
    with duckdb.connect(str(path), read_only=True) as connection:
        schemas = connection.execute("select distinct schema_name from duckdb_tables()").fetchall()
        return {
            f"{schema}.{table}": content
            for (schema,) in schemas
            for table, content in content_hashes(connection, schema).items()
        }


def test_whatever_is_damaged_of_the_published_revision_is_noticed_and_superseded(
    home: Installation,
) -> None:
    settings = home.settings
    seen: Counter[str] = Counter()
    for blow, chance in blows():
        before = publish(settings, as_of_date=NEWEST, run_id="before")
        number = f"{before.revision:06d}"
        names = [name for name in contents(settings.serving_dir) if number in name]
        blow(settings.serving_dir / chance.choice(sorted(names)), chance)
        assert verify(settings), (blow, names)
        assert before.revision in damaged_revisions(settings)
        has_earlier = "readers see" in fall_back(settings)
        if has_earlier:
            # Readers have an earlier one, whole, until the next is there.
            assert not verify(settings)
        after = publish(settings, as_of_date=NEWEST, run_id="after")
        assert after.revision > before.revision or (has_earlier and not after.changed)
        assert not verify(settings)
        assert after.tables == before.tables
        seen[f"{blow.__name__}: noticed and superseded"] += 1
    tell("published", seen)


def test_a_run_mends_all_kinds_of_damage_at_once_and_no_mart_differs(home: Installation) -> None:
    settings, chance = home.settings, chance_of(7)
    marts = home.hashes()
    load = Load(DAY, admitted(settings)[DAY])
    for path in (
        *(rows_path(settings, load), ledger_path(settings, load), loads_path(settings)),
        *(settings.build_db, settings.serving_build_db),
        *settings.serving_dir.glob("userops-*.duckdb"),
    ):
        flip(Path(path), chance)
    found = "\n".join(deep(settings))
    for part in ("ledger.parquet", "loads.parquet", "build/userops.duckdb", "serving/userops-"):
        assert part in found

    result = home.run(LAST)

    assert result.success
    assert home.hashes() == marts
    assert deep(settings) == []
    assert len([*settings.build_dir.glob("*.damaged-*")]) == 2


def test_what_landing_no_longer_holds_stops_the_run_and_is_named(home: Installation) -> None:
    settings = home.settings
    published, marts = current(settings), home.hashes()
    flip(Path(rows_path(settings, Load(DAY, admitted(settings)[DAY]))), chance_of(1))
    folder = Path(day_folder(settings, DAY))
    aside = settings.home / "aside"
    folder.rename(aside)

    result = home.run(LAST)

    assert not result.success
    failure = failures(result)
    assert f"landing no longer holds what was loaded of {DAY}" in failure
    assert "put the files of these days back" in failure
    assert current(settings) == published
    aside.rename(folder)
    assert home.run(LAST).success
    assert home.hashes() == marts


def test_a_day_of_which_landing_holds_less_is_not_replaced_by_it(home: Installation) -> None:
    settings = home.settings
    load = Load(DAY, admitted(settings)[DAY])
    whole = contents(settings.home / "lake")
    flip(Path(ledger_path(settings, load)), chance_of(1))
    file = max(Path(day_folder(settings, DAY)).iterdir(), key=lambda path: path.stat().st_size)
    kept = file.read_bytes()
    file.write_bytes(b"")
    with pytest.raises(UserError, match=str(DAY)):
        mend(settings, "events", [NEWEST], turn=NEWEST)
    file.write_bytes(kept)
    mend_lake(settings)
    assert contents(settings.home / "lake") == whole


def test_a_lost_list_is_made_anew_from_the_lake_but_never_shorter(copied: Installation) -> None:
    settings = copied.settings
    before = admitted(settings)
    for path in (loads_path(settings), record_path(settings)):
        Path(path).unlink()
    load = Load(DAY, before[DAY])
    with pytest.raises(UserError, match=str(DAY)):
        admit(settings, [day for day in before if day != load.day])
    assert admit(settings, [*before]) == before


def failures(result: dg.ExecuteInProcessResult) -> str:
    data = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    return json.dumps([str(each.user_failure_data or each.error) for each in data])
