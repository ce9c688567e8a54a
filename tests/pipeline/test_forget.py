"""Erasure: nothing of a forgotten user is left in any place, everything of the others is."""

import csv
import gzip
import json
import shutil
from collections.abc import Collection
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from orchestration.cli import cli
from warehouse.erasure.forget import drop_returned, erase, finish
from warehouse.erasure.people import mentions, people_of, returned
from warehouse.exports.folder import verify_export, write_manifest
from warehouse.lake.ingest import ingest_days
from warehouse.lake.loads import read_ledger
from warehouse.lake.quarantine import list_quarantine
from warehouse.settings import Settings, Source

DAY = date(2026, 3, 1)


def line(number: int, user: str | None, device: str | None, **more: object) -> bytes:
    fields = {"userId": user, "anonymousId": device} | more
    return json.dumps(
        {"type": "track", "event": "Product Viewed", "messageId": f"m{number}"}
        | {"timestamp": "2026-03-01T08:00:00Z"}
        | {key: value for key, value in fields.items() if value is not None}
    ).encode()


LINES = [
    line(1, "ann", "d-ann"),
    line(2, None, "d-ann"),
    line(3, "bob", "d-both"),
    b"",
    line(4, "ann", "d-both"),
    line(5, None, "d-both"),
    line(6, "annabel", None),
    b'{"userId":"ann", broken',
    b'{"userId":"bob", broken',
]
# A device of two people is nobody's alone; without a build nothing else tells whose it is.
KEPT = [LINES[2], b"", LINES[5], LINES[6], LINES[8]]


def landed(home: Path, name: str, content: bytes) -> Path:
    path = home / "landing" / "events" / f"dt={DAY}" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def traces(home: Path, ids: Collection[str]) -> list[str]:
    """Name every file and table below a home in which an id is to be found."""
    found = []
    for path in home.rglob("*"):
        if not path.is_file() or path.is_symlink():
            continue
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        elif path.suffix == ".parquet":
            content = str(pq.read_table(path, partitioning=None).to_pylist()).encode()
        elif path.suffix == ".duckdb":
            content += tables_of(path)
        if mentions(content, ids):
            found.append(str(path.relative_to(home)))
    return sorted(found)


def tables_of(path: Path) -> bytes:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        rows = [connection.execute(f'from "{s}"."{t}"').fetchall() for s, t in names]
    return str(rows).encode()


@pytest.mark.parametrize("ending", ["ndjson", "ndjson.gz", "jsonl.zst"])
def test_only_the_lines_of_the_forgotten_user_leave_a_landed_file(
    tmp_path: Path, ending: str
) -> None:
    import zstandard

    packers = {"gz": gzip.compress, "zst": zstandard.compress}
    unpackers = {
        "gz": gzip.decompress,
        "zst": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
    }
    kind = ending.rpartition(".")[2]
    text = b"\xef\xbb\xbf" + b"\r\n".join([LINES[2], *LINES]) + b"\n"
    path = landed(tmp_path, f"a.{ending}", packers.get(kind, bytes)(text))
    settings = Settings(tmp_path)
    erasure = erase(settings, ["ann"])
    expected = b"\xef\xbb\xbf" + b"\r\n".join([LINES[2], *KEPT]) + b"\n"
    assert unpackers.get(kind, bytes)(path.read_bytes()) == expected
    assert erasure.landed_lines == {f"events/dt={DAY}/a.{ending}": 4}
    [ledger] = read_ledger(settings).to_pylist()
    assert (ledger["lines"], ledger["parsed"], ledger["quarantined"], ledger["blank"]) == (
        *(6, 4),
        *(1, 1),
    )
    finish(settings)
    assert traces(tmp_path, {"ann", "d-ann"}) == []


def test_erasing_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    path = landed(tmp_path, "a.ndjson", b"\n".join(LINES))
    erase(Settings(tmp_path), ["ann"])
    after = path.read_bytes()
    again = erase(Settings(tmp_path), ["ann"])
    assert path.read_bytes() == after
    assert not again.found_anything


def test_a_killed_erasure_still_knows_the_devices_when_it_is_repeated(tmp_path: Path) -> None:
    landed(tmp_path, "a.ndjson", LINES[0] + b"\n")
    landed(tmp_path, "b.ndjson", LINES[6] + b"\n" + LINES[1] + b"\n")
    settings = Settings(tmp_path)
    erase(settings, ["ann"])
    # As if the kill had come before the second file: the line that linked the device is gone.
    landed(tmp_path, "b.ndjson", LINES[6] + b"\n" + LINES[1] + b"\n")
    erase(settings, ["ann"])
    finish(settings)
    assert traces(tmp_path, {"ann", "d-ann"}) == []


def test_a_day_whose_landing_folder_is_gone_is_mended_in_the_lake(tmp_path: Path) -> None:
    path = landed(tmp_path, "a.ndjson", b"\n".join(LINES))
    settings = Settings(tmp_path)
    ingest_days(settings, [DAY])
    path.unlink()
    path.parent.rmdir()
    erase(settings, ["ann"])
    finish(settings)
    [ledger] = read_ledger(settings).to_pylist()
    assert (ledger["lines"], ledger["parsed"], ledger["quarantined"]) == (5, 3, 1)
    assert len(list_quarantine(settings)) == 1
    assert traces(tmp_path, {"ann", "d-ann"}) == []


def test_a_record_of_a_csv_leaves_with_all_its_lines(tmp_path: Path) -> None:
    source = Source(
        name="shop",
        glob="shop*.csv",
        format="csv",
        columns={"userId": "user", "timestamp": "at", "properties.note": "note"},
        constants={"type": "track", "event": "Noted"},
    )
    text = 'user,at,note\nbob,2026-03-01,x\nann,2026-03-01,"two\nlines"\nbob,2026-03-01,y\n'
    path = landed(tmp_path, "shop.csv", text.encode())
    erase(Settings(tmp_path, sources=(source,)), ["ann"])
    assert path.read_text() == "user,at,note\nbob,2026-03-01,x\nbob,2026-03-01,y\n"


def test_an_exported_list_loses_the_row_and_stays_verifiable_and_closed(tmp_path: Path) -> None:
    folder = tmp_path / "exports/recall/as_of=2026-03-01"
    folder.mkdir(parents=True)
    rows = [("ann", "'+86 1"), ("bob", "'+86 2")]
    with (folder / "sms.csv").open("w", encoding="utf-8-sig", newline="") as handle:
        csv.writer(handle).writerows([("user_id", "phone"), *rows])
    table = pa.table({"user_id": ["ann", "bob"], "phone": ["+86 1", "+86 2"]})
    pq.write_table(table, folder / "sms.parquet")
    write_manifest(folder, {"sms.csv": 2, "sms.parquet": 2}, as_of_date="2026-03-01")
    erasure = erase(Settings(tmp_path), ["ann"])
    assert (folder / "sms.csv").read_bytes() == b"\xef\xbb\xbfuser_id,phone\r\nbob,'+86 2\r\n"
    assert pq.read_table(folder / "sms.parquet", partitioning=None)["user_id"].to_pylist() == [
        "bob"
    ]
    assert verify_export(folder) == []
    assert (folder / "sms.csv").stat().st_mode & 0o777 == 0o600
    assert sum(erasure.exported_rows.values()) == 2


def test_who_comes_back_is_known_by_a_hash_that_gives_no_id_away(tmp_path: Path) -> None:
    path = landed(tmp_path, "a.ndjson", b"\n".join(LINES))
    settings = Settings(tmp_path)
    erase(settings, ["ann"])
    finish(settings)
    assert returned(settings) == []
    assert b"ann" not in (tmp_path / "erased.json").read_bytes()
    path.write_bytes(LINES[0])
    ingest_days(settings, [DAY])
    assert returned(settings) == ["ann", "d-ann"]


def test_what_is_sent_of_an_erased_user_later_is_taken_out_and_counted(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    path = landed(tmp_path, "a.ndjson", LINES[0])
    erase(settings, ["ann"])
    finish(settings)
    stays = line(8, "bob", "d-ann")
    grant = line(9, "ann", "d-new", event="Consent Changed", properties={"granted": True})
    path.write_bytes(b"\n".join([grant, stays, LINES[1]]))
    ingest_days(settings, [DAY])

    assert drop_returned(settings, [DAY], "events") == 2
    assert drop_returned(settings, [DAY], "events") == 0
    assert path.read_bytes() == stays + b"\n"
    # That device is still known as one of theirs; the line is somebody else's.
    assert returned(settings) == ["d-ann"]


def test_a_suppression_of_an_address_outlives_whom_it_names(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    path = tmp_path / "landing" / "suppressions" / f"dt={DAY}" / "list.csv"
    path.parent.mkdir(parents=True)
    path.write_text("channel,address,user_id\nemail,a@example.org,ann\nsms,,ann\nsms,,bob\n")
    ingest_days(settings, [DAY], "suppressions")

    assert erase(settings, ["ann"]).landed_lines == {f"suppressions/dt={DAY}/list.csv": 1}
    finish(settings)
    assert path.read_text().splitlines()[1:] == ["email,a@example.org,ann", "sms,,bob"]
    assert returned(settings) == []
    path.write_text("channel,address,user_id\nsms,,ann\n")
    ingest_days(settings, [DAY], "suppressions")
    assert returned(settings) == ["ann"]


def test_lines_of_others_that_name_a_forgotten_user_stay_and_are_counted(tmp_path: Path) -> None:
    naming = line(7, "bob", None, properties={"inviter_id": "ann"})
    other = line(8, "bob", None, properties={"inviter_id": "annabel"})
    path = landed(tmp_path, "a.ndjson", b"\n".join([naming, other, LINES[0]]))
    assert erase(Settings(tmp_path), ["ann"]).mentions == 1
    assert path.read_bytes() == naming + b"\n" + other + b"\n"


def test_a_shorter_id_inside_a_longer_one_is_somebody_else() -> None:
    assert mentions(b'{"userId":"ann"}', {"ann"})
    assert not mentions(b'{"userId":"annabel"}', {"ann"})
    assert not mentions(b"x-ann", {"ann"})


def test_forgetting_asks_first(tmp_path: Path) -> None:
    path = landed(tmp_path, "a.ndjson", b"\n".join(LINES))
    env = {"USEROPS_HOME": str(tmp_path)}
    found = CliRunner().invoke(cli, ["forget", "ann"], env=env, input="n\n")
    assert found.exit_code == 1
    assert path.read_bytes() == b"\n".join(LINES)


def test_the_command_leaves_no_trace_in_tables_lists_versions_and_history(
    demo: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(demo, home, symlinks=True)
    env = {"USEROPS_HOME": str(home)}
    settings = Settings(home)
    with duckdb.connect(str(settings.build_db), read_only=True) as build:
        [(user,)] = build.execute(
            "select user_id from intermediate.int_identity_map"
            # Who has invited somebody is named in another's line, which stays.
            " where not exists (select 1 from staging.stg_events"
            " where contains(properties, int_identity_map.user_id))"
            " group by 1 order by count(*) desc, 1 limit 1"
        ).fetchall()
    people = people_of(settings, [user])
    ids = people.known | people.anonymous
    assert len(ids) > 1
    assert len(traces(home, ids)) > 5
    done = CliRunner().invoke(cli, ["forget", user, "--yes"], env=env)
    assert done.exit_code == 0, done.output
    assert traces(home, ids) == []
