"""Landing to lake: every line is counted once, whatever lands, and a day is whole or absent."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import zstandard

from tests.skips import AS_ROOT
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import EVENTS_SCHEMA, KINDS, PATHS, load_days
from warehouse.lake.loads import loaded, read_ledger
from warehouse.lake.outcome import IngestReport
from warehouse.lake.quarantine import list_quarantine
from warehouse.settings import Settings, Source

DAY = date(2026, 10, 1)
FOLDER = "events/dt=2026-10-01"


def good(number: int, prefix: str = "m") -> bytes:
    return json.dumps(
        {
            "type": "track",
            "event": "Product Viewed",
            "messageId": f"{prefix}{number}",
            "userId": f"u{number % 7}",
            "timestamp": "2026-10-01T08:00:00Z",
            "properties": {"n": number},
        },
        separators=(",", ":"),
    ).encode()


THOUSAND = [good(number) for number in range(1_000)]
TEXT = b"\n".join(THOUSAND) + b"\n"


class Place:
    """A landing day and its lake, spoken to as a test wants."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home)
        self.folder = self.settings.landing_root / FOLDER
        self.folder.mkdir(parents=True)

    def land(self, name: str, content: bytes) -> Path:
        (self.folder / name).write_bytes(content)
        return self.folder / name

    def ingest(self, **options) -> IngestReport:
        report = ingest_days(self.settings, [DAY], **options)
        for row in self.ledger():
            assert row["lines"] == row["parsed"] + row["quarantined"] + row["blank"], row
        counted = [row for row in self.quarantine() if row["source_line"]]
        assert len(counted) == report.quarantined
        assert len(self.events()) == report.parsed
        return report

    def path(self, kind: str) -> Path:
        return PATHS[kind](self.settings, loaded(self.settings)[DAY])

    def events(self) -> list[dict]:
        return pq.ParquetFile(self.path("rows")).read().to_pylist()

    def quarantine(self) -> list[dict]:
        return list_quarantine(self.settings, [DAY]).to_pylist()

    def ledger(self) -> list[dict]:
        return read_ledger(self.settings, [DAY]).to_pylist()

    def reasons(self) -> list[tuple]:
        return [(row["source_line"], row["reason"]) for row in self.quarantine()]

    def bytes_of_lake(self) -> list[str]:
        return [hashlib.sha256(self.path(kind).read_bytes()).hexdigest() for kind in KINDS]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


SHAPES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "plain": ("a.ndjson", lambda: TEXT),
    "jsonl": ("a.jsonl", lambda: TEXT),
    "no last line end": ("a.json", lambda: TEXT.rstrip()),
    "gzip": ("a.ndjson.gz", lambda: gzip.compress(TEXT)),
    "gzip of members": (
        "a.ndjson.gz",
        lambda: b"".join(gzip.compress(line + b"\n") for line in THOUSAND) + b"\0" * 512,
    ),
    "zstandard": ("a.ndjson.zst", lambda: zstandard.compress(TEXT)),
    "zstandard of frames": (
        "a.ndjson.zst",
        lambda: zstandard.compress(TEXT[:50_000]) + zstandard.compress(TEXT[50_000:]),
    ),
    "byte order mark": ("a.ndjson", lambda: b"\xef\xbb\xbf" + TEXT),
    "CRLF": ("a.ndjson", lambda: TEXT.replace(b"\n", b"\r\n")),
}


@pytest.mark.parametrize(("name", "content"), SHAPES.values(), ids=SHAPES)
def test_every_shape_of_a_file_gives_its_thousand_events(
    place: Place, name: str, content: Callable[[], bytes]
) -> None:
    place.land(name, content())

    report = place.ingest()

    assert (report.files, report.lines, report.parsed, report.quarantined) == (1, 1_000, 1_000, 0)
    assert [row["source_line"] for row in place.events()] == list(range(1, 1_001))
    assert place.ledger()[0]["outcome"] == "loaded"


@pytest.mark.parametrize(
    ("name", "compress"),
    [("a.ndjson.gz", gzip.compress), ("a.ndjson.zst", zstandard.compress)],
)
def test_a_truncated_file_keeps_the_lines_before_the_cut(
    place: Place, name: str, compress: Callable[[bytes], bytes]
) -> None:
    # Random ids compress badly, so that the cut falls between the lines.
    lines = [good(n, hashlib.sha256(str(n).encode()).hexdigest()) for n in range(5_000)]
    content = compress(b"\n".join(lines))
    place.land(name, content[: len(content) * 2 // 3])
    place.land("z.ndjson", TEXT)

    report = place.ingest()

    first, second = place.ledger()
    assert first["outcome"] == "incomplete"
    assert second["parsed"] == 1_000
    kept = [row["message_id"] for row in place.events()][: first["parsed"]]
    assert 500 < len(kept) < 5_000
    assert kept == [json.loads(line)["messageId"] for line in lines[: len(kept)]]
    assert set(report.reasons) == {"cut_file"}
    tail = next(row for row in place.quarantine() if row["source_line"])
    assert tail["source_line"] == len(kept) + 1
    assert lines[len(kept)].startswith(tail["line"])


def test_bytes_after_the_end_of_a_gzip_are_named(place: Place) -> None:
    place.land("a.ndjson.gz", gzip.compress(TEXT) + b"and more")

    assert place.ingest().parsed == 1_000
    assert place.ledger()[0]["outcome"] == "incomplete"
    assert place.reasons() == [(0, "cut_file")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ndjson.gz", b"this is not gzip"),
        ("a.ndjson.zst", b"this is not zstandard"),
        ("a.parquet", b"this is not parquet"),
        ("a.xml", b"<events/>"),
        ("a.csv", b"user,amount\nu1,5\n"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_put_aside_whole(
    place: Place, name: str, content: bytes
) -> None:
    place.land(name, content)
    place.land("b.ndjson", TEXT)

    report = place.ingest()

    assert (report.lines, report.parsed, report.reasons) == (1_000, 1_000, {"bad_file": 1})
    assert [row["outcome"] for row in place.ledger()] == ["rejected", "loaded"]
    assert place.reasons() == [(0, "bad_file")]


def test_what_is_not_a_file_is_refused_and_stops_nothing(place: Place, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(TEXT)
    (place.folder / "a.ndjson").symlink_to(tmp_path / "secret")
    (place.folder / "b.ndjson").symlink_to(tmp_path / "nowhere")
    os.mkfifo(place.folder / "c.ndjson")
    (place.folder / "d.ndjson").mkdir()
    place.land("e\n.ndjson", TEXT)
    place.land("f.ndjson", TEXT)

    report = place.ingest()

    assert report.parsed == 1_000
    assert [row["outcome"] for row in place.ledger()] == ["rejected"] * 5 + ["loaded"]
    assert report.reasons == {"bad_file": 5}


@pytest.mark.skipif(os.geteuid() == 0, reason=AS_ROOT)
def test_a_file_without_permission_is_refused_and_stops_nothing(place: Place) -> None:
    place.land("a.ndjson", TEXT).chmod(0)
    place.land("b.ndjson", TEXT)

    assert place.ingest().parsed == 1_000
    assert [row["outcome"] for row in place.ledger()] == ["rejected", "loaded"]


def test_a_gzip_bomb_is_refused_and_its_day_still_loads(place: Place) -> None:
    nothing = gzip.compress(bytes(64 << 20))
    place.land("bomb.ndjson.gz", gzip.compress(TEXT) + nothing * 16)
    assert (place.folder / "bomb.ndjson.gz").stat().st_size < (1 << 30) / 200
    place.land("good.ndjson", TEXT)

    report = place.ingest()

    assert (report.parsed, report.reasons) == (1_000, {"bad_file": 1})
    assert [row["outcome"] for row in place.ledger()] == ["rejected", "loaded"]


def test_over_long_lines_cost_themselves_only(place: Place) -> None:
    long = [b'{"a":"' + b"x" * size + b'"}' for size in (1_048_576, 10 << 20, 30 << 20)]
    lines = [*THOUSAND[:10], long[0], *THOUSAND[10:20], long[1], long[2], *THOUSAND[20:]]
    place.land("a.ndjson", b"\n".join(lines) + b"\n")

    report = place.ingest()

    assert (report.parsed, report.quarantined) == (1_000, 3)
    assert place.reasons() == [(11, "too_long"), (22, "too_long"), (23, "too_long")]
    kept = [row["line"] for row in place.quarantine()]
    assert kept[:2] == long[:2]
    assert len(kept[2]) >= 20 << 20
    assert long[2].startswith(kept[2])


def test_objects_between_which_only_cr_stands_are_all_read(place: Place) -> None:
    place.land("a.ndjson", TEXT.replace(b"\n", b"\r"))

    report = place.ingest()

    assert (report.lines, report.parsed, report.reasons) == (1_000, 1_000, {})


def test_blank_lines_are_counted_apart(place: Place) -> None:
    place.land("a.ndjson", b"\n\r\n" + TEXT + b"  \n\n")

    report = place.ingest()

    assert (report.lines, report.parsed, report.blank) == (1_004, 1_000, 4)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_has_a_row_in_the_ledger(place: Place, content: bytes) -> None:
    place.land("a.ndjson", content)
    place.land("b.csv", b"type,event,userId\n")
    place.land("c.ndjson.gz", b"")

    assert place.ingest().lines == 0
    assert [row["outcome"] for row in place.ledger()] == ["empty"] * 3


def test_an_empty_day_is_loaded_with_an_empty_ledger(place: Place) -> None:
    assert place.ingest().reloaded == (DAY,)
    assert place.ingest().unchanged == (DAY,)
    assert load_days(place.settings) == [DAY]
    assert place.ledger() == []


def test_the_lake_has_the_schema_that_is_promised(place: Place) -> None:
    place.land("a.ndjson", TEXT)
    place.ingest()

    found = pq.read_schema(place.path("rows"))

    assert found.equals(EVENTS_SCHEMA, check_metadata=False)
    path = str(place.settings.lake_root / "events/*/*/events.parquet")
    rows = duckdb.connect().execute(
        "select load_date, count(*), min(occurred_at) from read_parquet(?) group by all", [path]
    )
    assert [(str(d), n, str(t)) for d, n, t in rows.fetchall()] == [
        ("2026-10-01", 1_000, "2026-10-01 08:00:00")
    ]


def test_the_same_content_again_changes_nothing(place: Place) -> None:
    place.land("a.ndjson", TEXT)
    place.ingest()
    before = [place.path(kind).stat().st_mtime_ns for kind in ("rows", "ledger")]
    place.land("a.ndjson", TEXT)  # a new time, the same bytes

    report = place.ingest()

    assert (report.reloaded, report.unchanged, report.parsed) == ((), (DAY,), 1_000)
    assert before == [place.path(kind).stat().st_mtime_ns for kind in ("rows", "ledger")]


def test_changed_content_replaces_the_day(place: Place) -> None:
    place.land("a.ndjson", TEXT)
    place.ingest()
    place.land("a.ndjson", TEXT[: TEXT.index(b"\n") + 1])

    report = place.ingest()

    assert (report.reloaded, report.parsed) == ((DAY,), 1)
    place.land("b.ndjson", TEXT)
    assert place.ingest().parsed == 1_001
    (place.folder / "b.ndjson").unlink()
    assert place.ingest().parsed == 1


def test_a_changed_mapping_reads_the_day_again(place: Place) -> None:
    place.land("a.ndjson", TEXT)
    place.ingest()
    source = Source("x", "*.txt", "text", {}, {})
    place.settings = replace(place.settings, sources=(source,))

    assert place.ingest().reloaded == (DAY,)
    assert place.ingest().unchanged == (DAY,)


def test_a_day_whose_landing_was_cleared_away_keeps_its_rows(place: Place) -> None:
    place.land("a.ndjson", TEXT).unlink()
    place.land("a.ndjson", TEXT)
    place.ingest()
    (place.folder / "a.ndjson").unlink()
    place.folder.rmdir()

    assert place.ingest().unchanged == (DAY,)
    assert len(place.events()) == 1_000


@pytest.mark.parametrize("lost", KINDS)
@pytest.mark.parametrize("how", ["removed", "torn", "half written"])
def test_a_lake_day_damaged_by_a_crash_is_repaired(place: Place, lost: str, how: str) -> None:
    place.land("a.ndjson", TEXT + b"bad\n")
    place.ingest()
    whole = place.bytes_of_lake()
    path = place.path(lost)
    if how == "removed":
        path.unlink()
    elif how == "torn":
        path.write_bytes(path.read_bytes()[:-50])
    else:
        scratch = place.settings.lake_root / f".scratch-{DAY}"
        scratch.mkdir()
        place.path("ledger").rename(scratch / "ledger.parquet")

    assert place.ingest().reloaded == (DAY,)
    assert place.bytes_of_lake() == whole
    assert not list(place.settings.lake_root.rglob(".*"))


def test_a_run_killed_at_any_moment_is_repaired_by_the_next(tmp_path: Path) -> None:
    days = [date(2026, 10, number) for number in range(1, 21)]
    homes = [tmp_path / "killed", tmp_path / "clean"]
    for home in homes:
        for day in days:
            folder = Settings(home).landing_root / f"events/dt={day}"
            folder.mkdir(parents=True)
            (folder / "a.ndjson").write_bytes(TEXT + b"bad\n")
    ingest_days(Settings(homes[1]), days, processes=1)
    code = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from warehouse.lake.ingest import ingest_days; from warehouse.settings import Settings\n"
        "days, settings = [date(2026, 10, n) for n in range(1, 21)], Settings(Path(sys.argv[1]))\n"
        "def tell(done, of): print(done, flush=True)\n"
        "while True: ingest_days(settings, days, processes=1, force=True, progress=tell)\n"
    )
    for days_done in (1, 3, 8, 20, 27):
        command = [sys.executable, "-c", code, str(homes[0])]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as run:
            assert run.stdout is not None
            for _ in range(days_done):
                assert run.stdout.readline()
            run.kill()

    report = ingest_days(Settings(homes[0]), days, processes=1)

    assert (report.parsed, report.quarantined) == (20_000, 20)
    lakes = [
        {p.relative_to(home): p.read_bytes() for p in (home / "lake").rglob("*") if p.is_file()}
        for home in homes
    ]
    assert lakes[0] == lakes[1]


def test_the_same_landing_gives_the_same_bytes(place: Place, tmp_path: Path) -> None:
    other = Place(tmp_path / "other")
    for somewhere in (place, other):
        somewhere.land("b.ndjson.gz", gzip.compress(TEXT, mtime=0))
        somewhere.land("a.ndjson", TEXT + b"bad\n" * 3)
        somewhere.ingest()

    assert place.bytes_of_lake() == other.bytes_of_lake()


def test_several_processes_write_what_one_does(tmp_path: Path) -> None:
    days = [date(2026, 10, number) for number in range(1, 8)]
    lakes = []
    for name, processes in (("one", 1), ("two", 2)):
        settings = Settings(tmp_path / name)
        for day in days:
            folder = settings.landing_root / f"events/dt={day}"
            folder.mkdir(parents=True)
            (folder / "a.ndjson").write_bytes(TEXT)
        seen: list[tuple[int, int]] = []
        report = ingest_days(
            settings, days, processes=processes, progress=lambda *at, to=seen: to.append(at)
        )
        assert (report.days, report.reloaded, report.parsed) == (tuple(days), tuple(days), 7_000)
        assert seen == [(done, 7) for done in range(1, 8)]
        files = sorted(settings.lake_root.rglob("*.parquet"))
        lakes.append([hashlib.sha256(f.read_bytes()).hexdigest() for f in files])

    assert lakes[0] == lakes[1]
    assert len(lakes[0]) == 14


def test_a_day_over_several_row_groups_loses_nothing(place: Place) -> None:
    lines = [good(number) for number in range(140_000)]
    place.land("a.ndjson", b"\n".join(lines[:70_000]) + b"\n")
    place.land("b.ndjson", b"\n".join(lines[70_000:]) + b"\n")

    assert place.ingest().parsed == 140_000

    file = pq.ParquetFile(place.path("rows"))
    groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
    assert groups == [65_536, 65_536, 140_000 - 2 * 65_536]
    ids = file.read(columns=["message_id"]).column(0).to_pylist()
    assert ids == [f"m{number}" for number in range(140_000)]
