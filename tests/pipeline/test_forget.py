"""Erasure: nothing of a forgotten user is left in any place, everything of the others is."""

import csv
import gzip
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Collection
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from click.testing import CliRunner

from orchestration.cli import cli
from warehouse.erasure.forget import came_back, clear_landing, erase, finish, is_pending
from warehouse.erasure.people import mentions, people_of
from warehouse.erasure.tombstones import erased_people
from warehouse.errors import UserError
from warehouse.exports.folder import verify_export, write_manifest
from warehouse.judging.erased import spelled, words_in
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


def landed(home: Path, name: str, content: bytes, day: date = DAY) -> Path:
    path = home / "landing" / "events" / f"dt={day}" / name
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
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                content = b"\n".join(map(archive.read, archive.namelist()))
        elif path.suffix == ".zst":
            content = zstandard.ZstdDecompressor().decompressobj().decompress(content)
        elif path.suffix == ".parquet":
            content = str(pq.read_table(path, partitioning=None).to_pylist()).encode()
        elif path.suffix == ".duckdb":
            content += tables_of(path)
        if mentions(content, ids) or (
            # As senders write it: padded, as a number, with what is not seen.
            "landing" in path.parts and any(spelled(word) in ids for word in {*words_in(content)})
        ):
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


@pytest.mark.parametrize(("forgotten", "left"), [("v1", [2, 3]), ("d-bob", [0, 1, 2, 3])])
def test_a_visitor_is_forgotten_by_their_id_unless_it_is_somebody_elses(
    tmp_path: Path, forgotten: str, left: list[int]
) -> None:
    lines = [
        line(1, None, "v1"),
        line(2, None, "v1"),
        line(3, "bob", "d-bob"),
        line(4, None, "d-bob"),
    ]
    path = landed(tmp_path, "a.ndjson", b"\n".join(lines) + b"\n")
    erase(Settings(tmp_path), [forgotten])
    assert path.read_bytes() == b"".join(lines[number] + b"\n" for number in left)
    finish(Settings(tmp_path))
    assert bool(traces(tmp_path, {forgotten})) == (len(left) == len(lines))


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


@pytest.mark.parametrize("is_built", [False, True])
def test_what_a_visitor_did_before_an_alias_goes_with_the_user_they_became(
    tmp_path: Path, *, is_built: bool
) -> None:
    alias = line(3, "ann", None, type="alias", previousId="v-ann")
    bob = line(2, "bob", "v-bob")
    # On another day: of a day that holds a line of theirs, all that is theirs goes in any case.
    day_before = DAY - timedelta(days=1)
    path = landed(tmp_path, "a.ndjson", line(1, None, "v-ann") + b"\n" + bob + b"\n", day_before)
    landed(tmp_path, "b.ndjson", alias + b"\n")
    settings = Settings(tmp_path)
    if is_built:
        # To a build the id is two: a visitor's, and one that ann had before.
        for database in (settings.build_db, settings.serving_build_db):
            database.parent.mkdir(parents=True, exist_ok=True)
            with duckdb.connect(str(database)) as build:
                build.execute(
                    "create schema intermediate; create table intermediate.int_identity_map as"
                    " select 'v-ann' as actor_id, unnest([true, false]) as is_anonymous,"
                    " 'ann' as user_id"
                )
    erase(settings, ["ann"])
    finish(settings)
    assert path.read_bytes() == bob + b"\n"
    assert traces(tmp_path, {"ann", "v-ann"}) == []


def test_who_is_forgotten_by_a_former_id_is_forgotten_as_who_they_are_now(tmp_path: Path) -> None:
    bob = line(2, "bob", "ann-old")
    path = landed(tmp_path, "a.ndjson", b"\n".join([line(1, "ann-old", None), bob]) + b"\n")
    alias = line(3, "ann", None, type="alias", previousId="ann-old")
    landed(tmp_path, "b.ndjson", b"\n".join([alias, line(4, "ann", "d-ann")]) + b"\n")
    settings = Settings(tmp_path)
    for database in (settings.build_db, settings.serving_build_db):
        database.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(database)) as build:
            # A visitor of the same id is somebody else.
            build.execute(
                "create schema intermediate; create table intermediate.int_identity_map as"
                " select * from (values ('ann-old', false, 'ann'), ('ann-old', true, 'bob'))"
                " as t(actor_id, is_anonymous, user_id)"
            )
    erase(settings, ["ann-old"])
    finish(settings)
    assert path.read_bytes() == bob + b"\n"
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


def test_who_was_erased_is_known_by_a_keyed_hash_that_gives_no_id_away(tmp_path: Path) -> None:
    landed(tmp_path, "a.ndjson", b"\n".join(LINES))
    settings = Settings(tmp_path)
    erase(settings, ["ann"])
    finish(settings)
    people = erased_people(settings)
    assert people.among(["ann", " ann\u3000", "d-ann", "annabel", "d-both", None]) == [
        *("ann", " ann\u3000", "d-ann"),
    ]
    for name in ("erased.json", "erased.key"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
        assert b"ann" not in (tmp_path / name).read_bytes()
    (tmp_path / "erased.key").unlink()
    with pytest.raises(UserError, match="who was erased cannot be told"):
        ingest_days(settings, [DAY])


def test_what_is_sent_of_an_erased_user_later_is_dropped_at_the_door_and_counted(
    tmp_path: Path,
) -> None:
    settings = Settings(tmp_path)
    path = landed(tmp_path, "a.ndjson", LINES[0])
    erase(settings, ["ann"])
    finish(settings)
    stays = line(8, "bob", "d-ann")
    grant = line(9, "ann", "d-new", event="Consent Changed", properties={"granted": True})
    merged = json.dumps({"type": "alias", "userId": "eve", "previousId": "ann"}).encode()
    path.write_bytes(b"\n".join([grant, stays, LINES[1], LINES[7], merged, b""]))
    report = ingest_days(settings, [DAY])

    assert (report.lines, report.parsed, report.quarantined, report.erased) == (5, 1, 0, 4)
    [count] = read_ledger(settings).to_pylist()
    assert count["lines"] == count["parsed"] + count["quarantined"] + count["erased"]
    assert came_back(settings, "events") == {DAY: 4}
    assert ingest_days(settings, [DAY]).unchanged == (DAY,)

    assert clear_landing(settings).landed_lines == {f"events/dt={DAY}/a.ndjson": 4}
    assert path.read_bytes() == stays + b"\n"
    assert came_back(settings, "events") == {}
    assert traces(tmp_path, {"ann"}) == []


def test_a_no_in_a_line_set_aside_goes_with_the_line(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    said = {"event": "Unsubscribed", "timestamp": "soon"}
    path = landed(tmp_path, "a.ndjson", b"\n".join([*LINES[:3], line(7, "ann", "d-ann", **said)]))
    report = ingest_days(settings, [DAY])
    assert (report.events, report.parsed, report.quarantined) == (5, 3, 1)

    erase(settings, ["ann"])
    finish(settings)

    assert path.read_bytes().strip() == LINES[2]
    [count] = read_ledger(settings).to_pylist()
    assert [count[name] for name in ("lines", "events", "parsed", "quarantined")] == [1, 1, 1, 0]
    assert ingest_days(settings, [DAY]).parsed == 1
    path.write_bytes(line(7, "ann", None, **said))
    report = ingest_days(settings, [DAY])
    assert (report.lines, report.events, report.erased) == (1, 0, 1)


# The same id as five senders write it: a text, a number, a decimal, padded, with what is not seen.
WRITINGS = [
    b'"4711"',
    b"4711",
    b'"4711.0"',
    b'"  4711 "',
    '"\u200b47\u200d11"'.encode(),
]


def written(number: int, user: bytes, *, properties: str = "{}") -> bytes:
    return (
        b'{"type": "track", "event": "Order Completed", "messageId": "w%d", "userId": %b,'
        b' "anonymousId": "dev-%d", "timestamp": "2026-03-01T08:00:00Z", "properties": %b}'
        % (number, user, number, properties.encode())
    )


def sources_of_writings() -> tuple[Source, ...]:
    common = {"columns": {"userId": "buyer", "timestamp": "at", "properties.order_id": "no"}}
    constants = {"type": "track", "event": "Order Completed", "properties.revenue": 5}
    return (
        Source(name="csv", glob="*.csv", format="csv", constants=constants, **common),
        Source(name="table", glob="*.parquet", format="parquet", constants=constants, **common),
        Source(name="log", glob="*.txt", format="text", constants=constants, **common),
    )


def test_an_id_is_the_same_however_and_wherever_it_is_written(tmp_path: Path) -> None:
    settings = Settings(tmp_path, sources=sources_of_writings())
    lines = [written(n, user) for n, user in enumerate(WRITINGS)]
    others = [written(7, b'"47110"'), written(8, b'"x4711"'), written(9, b"14711")]
    broken = [b'{"userId":4711.0, broken', b'{"userId":"47110", broken']
    text = b"\n".join([*lines, *others, *broken]) + b"\n"
    table = "buyer,at,no\n4711.0,2026-03-01,a\n47110,2026-03-01,b\n 4711 ,2026-03-01,c\n"
    landed(tmp_path, "a.ndjson", text)
    landed(tmp_path, "b.csv", table.encode())
    landed(tmp_path, "c.txt", b"buyer at no\n4711.0 2026-03-01 d\n47110 2026-03-01 e\n")
    rows = {"buyer": [4711.0, 47110.0], "at": ["2026-03-01"] * 2, "no": ["f", "g"]}
    parquet = landed(tmp_path, "d.parquet", b"")
    pq.write_table(pa.table(rows), parquet)
    listed = tmp_path / "landing" / "suppressions" / f"dt={DAY}" / "list.csv"
    listed.parent.mkdir(parents=True)
    listed.write_text("channel,address,user_id\nsms,,4711.0\nsms,,47110\n")

    erasure = erase(settings, ["4711.0"])
    finish(settings)
    folder = f"events/dt={DAY}"
    assert erasure.landed_lines == {
        f"{folder}/a.ndjson": 6,
        f"{folder}/b.csv": 2,
        f"{folder}/c.txt": 1,
        f"{folder}/d.parquet": 1,
        f"suppressions/dt={DAY}/list.csv": 1,
    }
    assert traces(tmp_path, {"4711", *(f"dev-{n}" for n in range(5))}) == []
    assert len(traces(tmp_path, {"47110"})) > 5

    landed(tmp_path, "a.ndjson", text)
    landed(tmp_path, "b.csv", table.encode())
    pq.write_table(pa.table(rows), parquet)
    landed(tmp_path, "e.ndjson", written(5, b"null").replace(b"dev-5", b"dev-1"))
    assert ingest_days(settings, [DAY]).erased == 6 + 2 + 1 + 1
    lake = {"landing/" + name for name in (f"{folder}/a.ndjson", f"{folder}/b.csv")}
    lake |= {f"landing/{folder}/d.parquet", f"landing/{folder}/e.ndjson"}
    assert {*traces(tmp_path, {"4711", "dev-1"})} == lake


def packed(text: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("export/a.ndjson", text)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("array.json", lambda lines: b"[" + b",\n".join(lines) + b"]"),
        ("data.json", lambda lines: b'{"data": [' + b",".join(lines) + b"]}"),
        ("together.json", b"".join),
        ("marked.ndjson", lambda lines: b"\xef\xbb\xbf" + b"\n".join(lines)),
        ("wide.ndjson", lambda lines: b"\n".join(lines).decode().encode("utf-16")),
        ("export.zip", lambda lines: packed(b"\n".join(lines))),
    ],
)
def test_files_of_every_shape_lose_their_lines_and_no_others(
    tmp_path: Path, name: str, write: Callable[[list[bytes]], bytes]
) -> None:
    lines = [*(written(n, user) for n, user in enumerate(WRITINGS)), written(9, b'"47110"')]
    path = landed(tmp_path, name, write(lines))
    settings = Settings(tmp_path)
    assert ingest_days(settings, [DAY]).parsed == 6
    erasure = erase(settings, [" 4711"])
    finish(settings)
    assert (sum(erasure.landed_lines.values()), erasure.kept, erasure.unread) == (5, {}, ())
    assert ingest_days(settings, [DAY], force=True).parsed == 1
    assert traces(tmp_path, {"4711", *(f"dev-{n}" for n in range(5))}) == []
    path.write_bytes(write(lines))
    report = ingest_days(settings, [DAY])
    assert (report.lines, report.parsed, report.erased) == (6, 1, 5)


def test_an_unknown_id_is_refused_and_nothing_is_done(tmp_path: Path) -> None:
    landed(tmp_path, "a.ndjson", b"\n".join(LINES))
    env = {"USEROPS_HOME": str(tmp_path)}
    found = CliRunner().invoke(cli, ["forget", "anna", "ann", "--yes"], env=env)
    assert found.exit_code == 1
    assert "1 of 2 ids are unknown" in found.output
    assert "annabel" not in found.output
    settings = Settings(tmp_path)
    assert not erased_people(settings)
    assert not is_pending(settings)
    assert not settings.serving_dir.exists()


def test_a_file_that_cannot_be_rewritten_is_named_and_its_lines_are_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(tmp_path)
    landed(tmp_path, "a.ndjson", b"\n".join(LINES))

    def refuse(*_: object) -> None:
        raise UserError("a.ndjson cannot be rewritten", cure="land it anew without them")

    monkeypatch.setattr("warehouse.erasure.lines.without_lines", refuse)
    erasure = erase(settings, ["ann"])
    finish(settings)
    [(name, why)] = erasure.kept.items()
    assert name == f"events/dt={DAY}/a.ndjson"
    assert "land it anew" in why
    assert traces(tmp_path, {"ann", "d-ann"}) == [f"landing/{name}"]


def test_what_killed_runs_left_half_written_goes_too(tmp_path: Path) -> None:
    landed(tmp_path, "a.ndjson", b"\n".join(LINES))
    left = ["exports/recall/.compare-x1/sms.csv", "exports/kpi/.as_of=2026-03-01.tmp/kpi.csv"]
    left += [
        "lake/.scratch-2026-03-01/rows.txt",
        "build/.userops.duckdb.tmp",
        "build/userops.duckdb.damaged-1",
    ]
    for name in left:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("ann")
    erase(Settings(tmp_path), ["ann"])
    finish(Settings(tmp_path))
    assert traces(tmp_path, {"ann"}) == []


def test_a_suppression_of_an_address_outlives_whom_it_names(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    path = tmp_path / "landing" / "suppressions" / f"dt={DAY}" / "list.csv"
    path.parent.mkdir(parents=True)
    path.write_text("channel,address,user_id\nemail,a@example.org,ann\nsms,,ann\nsms,,bob\n")
    ingest_days(settings, [DAY], "suppressions")

    assert erase(settings, ["ann"]).landed_lines == {f"suppressions/dt={DAY}/list.csv": 1}
    finish(settings)
    assert path.read_text().splitlines()[1:] == ["email,a@example.org,ann", "sms,,bob"]
    path.write_text("channel,address,user_id\nsms,,ann\nemail,a@example.org,ann\n")
    report = ingest_days(settings, [DAY], "suppressions")
    assert (report.parsed, report.erased) == (1, 1)


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
    ids = people_of(settings, [user]).ids
    assert len(ids) > 1
    assert len(traces(home, ids)) > 5
    day = max((home / "landing" / "events").iterdir())
    done = CliRunner().invoke(cli, ["forget", user, "--yes"], env=env)
    assert done.exit_code == 0, done.output
    assert traces(home, ids) == []
    # The same user again: in no table, list, version or log.
    stamp = f"{day.name.removeprefix('dt=')}T02:00:00Z"
    again = [line(n, *who, timestamp=stamp) for n, who in enumerate([(user, "d"), (None, user)])]
    (day / "again.ndjson").write_bytes(b"\n".join(again))
    done = CliRunner().invoke(cli, ["run"], env=env)
    assert done.exit_code == 0, done.output
    assert "2 rows of erased users came in again" in done.output
    assert user not in done.output
    assert traces(home, ids) == [f"landing/events/{day.name}/again.ndjson"]
    done = CliRunner().invoke(cli, ["forget", "--again"], env=env)
    assert f"2 lines of events/{day.name}/again.ndjson" in done.output
    assert traces(home, ids) == []
