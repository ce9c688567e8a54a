"""Landing and lake in a bucket: the same tables, the same safety, faults told with their cure."""

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zlib import crc32

import fsspec
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from moto.server import ThreadedMotoServer
from s3fs import S3FileSystem

from orchestration.cli import cli
from tests.conftest import FIRST, GOLDEN, LAST, Installation, NewInstallation
from warehouse.configuration import load_settings
from warehouse.erasure.forget import erase
from warehouse.errors import UserError
from warehouse.feeds import FEEDS
from warehouse.gates.profiles import raw_days
from warehouse.judging.exact import Limits
from warehouse.judging.files import look_at, read_file
from warehouse.lake.admission import admit
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import Load, load_days
from warehouse.lake.loads import admitted, loaded
from warehouse.lake.quarantine import list_quarantine, replay, show
from warehouse.lake.sinks import DaySink
from warehouse.landing.days import day_folder, is_ready, landed_days, landed_files, open_landed
from warehouse.settings import Settings
from warehouse.simulate.demo import prepare_demo
from warehouse.storage.objects import FileChanged
from warehouse.upkeep.doctor import examine
from warehouse.upkeep.status import quarantine_counts

DAY = date(2026, 10, 1)
FOLDER = f"landing/events/dt={DAY}"
GOOD = b'{"type":"page","userId":"ann","timestamp":"2026-10-01T00:00:00Z","messageId":"m-%d"}\n'
BAD = b"no json, by ann\n"
NOBODY = "http://127.0.0.1:1"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Run a store on this machine; whoever reads AWS's own variables finds it."""
    store = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    store.start()
    host, port = store.get_host_and_port()
    yield f"http://{host}:{port}"
    store.stop()


@pytest.fixture(scope="module", autouse=True)
def _environment(server: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in {
            "AWS_ENDPOINT_URL_S3": server,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }.items():
            patch.setenv(name, value)
        yield


@dataclass(frozen=True)
class Bucket:
    """An installation whose landing and lake lie in a bucket of its own."""

    name: str
    installation: Installation

    @property
    def settings(self) -> Settings:
        return self.installation.settings

    @property
    def system(self) -> Any:
        return fsspec.filesystem("s3", use_listings_cache=False)

    def land(self, name: str, content: bytes, folder: str = FOLDER) -> None:
        self.system.pipe_file(f"{self.name}/{folder}/{name}", content)

    def objects(self, below: str) -> dict[str, bytes]:
        paths = self.system.find(f"{self.name}/{below}")
        return {path.removeprefix(f"{self.name}/"): self.system.cat_file(path) for path in paths}

    def states(self) -> dict[str, tuple[str, Any]]:
        found = self.system.find(self.name, detail=True)
        return {path: (info["ETag"], info["LastModified"]) for path, info in found.items()}

    def ask(self, *arguments: str) -> str:
        environment = {
            "USEROPS_HOME": str(self.settings.home),
            "USEROPS_LANDING": self.settings.landing,
            "USEROPS_LAKE": self.settings.lake,
        }
        done = CliRunner().invoke(cli, list(arguments), env=environment)
        assert done.exit_code == 0, done.output
        return done.stdout


NewBucket = Callable[[str], Bucket]


@pytest.fixture(scope="module")
def new_bucket(new_installation: NewInstallation) -> NewBucket:
    def make(name: str) -> Bucket:
        at = {"landing": f"s3://{name}/landing", "lake": f"s3://{name}/lake"}
        bucket = Bucket(name, new_installation(**at))
        bucket.system.mkdir(name)
        return bucket

    return make


@pytest.fixture
def bucket(new_bucket: NewBucket, request: pytest.FixtureRequest) -> Bucket:
    return new_bucket(f"b{crc32(request.node.nodeid.encode())}")


@pytest.fixture(scope="module")
def ran(new_bucket: NewBucket) -> Bucket:
    """Run the hand-written days in a bucket, once, through Dagster with every check."""
    bucket = new_bucket("whole-run")
    _land_golden(bucket)
    assert bucket.installation.run(FIRST, LAST).success
    return bucket


def _land_golden(bucket: Bucket) -> None:
    for path in sorted((GOLDEN / "landing").rglob("*")):
        if path.is_file():
            folder = path.parent.relative_to(GOLDEN).as_posix()
            bucket.land(path.name, path.read_bytes(), folder)


def test_a_bucket_holds_the_same_lake_and_gives_the_same_tables_as_folders(
    ran: Bucket, finished: Installation
) -> None:
    home = finished.settings.home
    lake = {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in (home / "lake").rglob("*")
        if path.is_file()
    }
    assert ran.objects("lake") == lake
    assert ran.installation.hashes() == finished.hashes()
    assert not (ran.settings.home / "lake").exists()
    assert not (ran.settings.home / "landing").exists()


def test_the_same_days_again_change_nothing(ran: Bucket) -> None:
    hashes, states = ran.installation.hashes(), ran.states()

    assert ran.installation.run(FIRST, LAST).success

    assert ran.states() == states
    assert ran.installation.hashes() == hashes


def test_the_commands_speak_of_a_bucket_as_of_a_folder(ran: Bucket) -> None:
    assert "landed     4 days" in ran.ask("status")
    assert "waiting" not in ran.ask("status")
    listed = ran.ask("quarantine", "list")
    assert "events/dt=2026-03-0" in listed
    assert f"s3://{ran.name}/lake  (listed, can be written and read)" in ran.ask("doctor")
    assert not [finding for finding in examine(ran.settings) if not finding.ok]
    assert not [name for name in ran.objects("lake") if "doctor" in name]


def test_a_changed_object_is_read_again_and_a_removed_day_keeps_its_rows(bucket: Bucket) -> None:
    bucket.land("a.ndjson", GOOD % 1)
    assert ingest_days(bucket.settings, [DAY]).reloaded == (DAY,)
    assert ingest_days(bucket.settings, [DAY]).unchanged == (DAY,)

    bucket.land("a.ndjson", GOOD % 2)
    assert ingest_days(bucket.settings, [DAY]).reloaded == (DAY,)
    bucket.land("b.ndjson", GOOD % 3)
    assert ingest_days(bucket.settings, [DAY]).parsed == 2

    bucket.system.rm(f"{bucket.name}/landing", recursive=True)
    assert ingest_days(bucket.settings, [DAY]).unchanged == (DAY,)
    assert landed_days(bucket.settings) == []
    bucket.land("_SUCCESS", b"")
    assert ingest_days(bucket.settings, [DAY]).reloaded == (DAY,)
    assert ingest_days(bucket.settings, [DAY]).parsed == 0


@pytest.mark.parametrize("failing", [1, 2])
def test_a_write_that_fails_leaves_no_half_day(
    bucket: Bucket, failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.land("a.ndjson", GOOD % 1 + BAD)
    ingest_days(bucket.settings, [DAY])
    admit(bucket.settings, [DAY])
    let_in = admitted(bucket.settings)
    bucket.land("a.ndjson", GOOD % 1 + GOOD % 2)
    call, puts = S3FileSystem._call_s3, []

    async def call_unless(self: S3FileSystem, method: str, *arguments: Any, **options: Any) -> Any:
        puts.extend([method] if method == "put_object" else [])
        if method == "put_object" and len(puts) == failing:
            raise OSError("the connection broke")
        return await call(self, method, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(S3FileSystem, "_call_s3", call_unless)
        with pytest.raises(UserError, match="the connection broke"):
            ingest_days(bucket.settings, [DAY])

    assert len(puts) == failing
    assert admitted(bucket.settings) == let_in
    assert loaded(bucket.settings) == {DAY: Load(DAY, let_in[DAY])}
    repaired = ingest_days(bucket.settings, [DAY])
    assert (repaired.reloaded, repaired.parsed, repaired.quarantined) == ((DAY,), 2, 0)


def test_an_object_replaced_between_two_looks_is_noticed(bucket: Bucket, tmp_path: Path) -> None:
    bucket.land("a.ndjson", GOOD % 1)
    [path] = landed_files(bucket.settings, DAY)
    limits = Limits.of(DAY, future_days=1, max_line_bytes=1 << 20, currencies=frozenset())
    landed = look_at(path, "a")
    with open_landed(path) as opened, DaySink(tmp_path / "e", tmp_path / "q") as sink:
        bucket.land("a.ndjson", GOOD % 2)
        with pytest.raises(FileChanged):
            opened.read()
        with pytest.raises(FileChanged):
            read_file(landed, (), limits, sink)
        bucket.system.rm_file(f"{bucket.name}/{FOLDER}/a.ndjson")
        with pytest.raises(FileChanged):
            read_file(landed, (), limits, sink)
        with pytest.raises(FileChanged):
            look_at(path, "a")


def test_what_is_no_event_file_is_skipped_or_refused(bucket: Bucket) -> None:
    for name in (".hidden", "_note", "c.ndjson.part"):
        bucket.land(name, b"x")
    bucket.land("deep.ndjson", GOOD % 1, f"{FOLDER}/folder")
    bucket.system.call_s3("put_object", Bucket=bucket.name, Key=f"{FOLDER}/", Body=b"")
    bucket.land("a b#c 用户.ndjson.gz", gzip.compress(GOOD % 2))

    report = ingest_days(bucket.settings, [DAY])

    assert (report.files, report.parsed) == (2, 1)
    [aside] = list_quarantine(bucket.settings).to_pylist()
    assert aside["source_file"] == f"events/dt={DAY}/folder"
    assert "a folder, not a file" in aside["detail"]


def test_a_bucket_may_be_the_folder_itself(bucket: Bucket) -> None:
    place = f"s3://{bucket.name}"
    settings = replace(bucket.settings, landing=f"{place}/", lake=place)
    bucket.land("a.ndjson", GOOD % 1, f"events/dt={DAY}")

    assert landed_days(settings) == [DAY]
    assert ingest_days(settings, [DAY]).parsed == 1
    assert load_days(settings) == list(admit(settings, [DAY])) == [DAY]
    assert list(raw_days(settings, [DAY])["parsed"]) == [1]


def test_a_day_is_ready_when_marked_or_quiet(bucket: Bucket) -> None:
    assert not is_ready(bucket.settings, DAY, now=10_000_000_000)
    bucket.land("a.ndjson", GOOD % 1)
    [(_, written)] = bucket.states().values()

    assert not is_ready(bucket.settings, DAY, now=written.timestamp() + 599)
    assert is_ready(bucket.settings, DAY, now=written.timestamp() + 601)
    bucket.land("_SUCCESS", b"")
    assert is_ready(bucket.settings, DAY, now=0)


def test_many_days_are_listed_at_once(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    days = [date(2026, 10, number) for number in range(1, 13)]
    for day in days:
        bucket.land("a.ndjson", GOOD % day.day + BAD, f"landing/events/dt={day}")
    ingest_days(bucket.settings, days)
    calls: list[str] = []
    call = S3FileSystem._call_s3

    async def counted(self: S3FileSystem, method: str, *arguments: Any, **options: Any) -> Any:
        calls.append(method)
        return await call(self, method, *arguments, **options)

    monkeypatch.setattr(S3FileSystem, "_call_s3", counted)
    assert landed_days(bucket.settings) == days
    assert len(landed_files(bucket.settings, DAY)) == 1
    assert load_days(bucket.settings) == days
    assert calls == ["list_objects_v2"] * 3
    calls.clear()
    assert sum(quarantine_counts(bucket.settings).values()) == len(days)
    # Of each feed the ledgers, the quarantines, and whether there is a list of what was let in or
    # its record; a folder that is not there is asked for twice. However many days there are.
    others = [feed for feed in FEEDS.values() if not feed.every_day]
    assert calls.count("list_objects_v2") == 4 + 6 * len(others)
    assert calls.count("get_object") == len(days)


def test_several_processes_write_what_one_does(bucket: Bucket) -> None:
    days = [date(2026, 10, number) for number in range(1, 6)]
    for day in days:
        bucket.land("a.ndjson", GOOD % day.day, f"landing/events/dt={day}")
    code = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from warehouse.lake.ingest import ingest_days; from warehouse.settings import Settings\n"
        "settings = Settings(Path(sys.argv[1]), landing=sys.argv[2], lake=sys.argv[3])\n"
        "days = [date(2026, 10, number) for number in range(1, 6)]\n"
        "print(ingest_days(settings, days, processes=2).parsed)\n"
    )
    place = (str(bucket.settings.home), bucket.settings.landing, bucket.settings.lake)
    done = subprocess.run(
        [sys.executable, "-c", code, *place], capture_output=True, text=True, check=False
    )
    assert done.stdout == "5\n", done.stderr
    written = bucket.objects("lake")
    assert len(written) == 10

    assert ingest_days(bucket.settings, days, processes=1, force=True).parsed == 5
    assert bucket.objects("lake") == written


def test_what_was_set_aside_is_shown_and_judged_again(bucket: Bucket) -> None:
    bucket.land("a.ndjson", GOOD % 1 + BAD)
    ingest_days(bucket.settings, [DAY])

    assert show(bucket.settings, DAY, f"events/dt={DAY}/a.ndjson", 2) == BAD.strip()
    bucket.land("a.ndjson", GOOD % 1 + GOOD % 2)
    assert replay(bucket.settings).quarantined == 0


def test_a_forgotten_user_is_in_no_object(bucket: Bucket) -> None:
    kept = b'{"type":"page","userId":"bob","timestamp":"2026-10-01T00:00:00Z"}\n'
    bucket.land("a.ndjson", GOOD % 1 + kept + BAD)
    bucket.land("b.ndjson.gz", gzip.compress(GOOD % 2 + kept, mtime=0))
    rows = pq.read_table(BytesIO(_parquet(["ann", "bob"])))
    bucket.land("c.parquet", _parquet(rows["userId"].to_pylist()))
    gone = date(2026, 10, 2)
    bucket.land("d.ndjson", (GOOD % 4 + kept).replace(b"10-01", b"10-02"), _folder(gone))
    ingest_days(bucket.settings, [DAY, gone])
    bucket.system.rm(f"{bucket.name}/{_folder(gone)}", recursive=True)

    erasure = erase(bucket.settings, {"ann"})

    assert sum(erasure.landed_lines.values()) == 4
    assert erasure.lake_lines == 5
    found = bucket.objects("")
    assert [name for name, content in found.items() if b"ann" in _plain(name, content)] == []
    assert len([name for name, content in found.items() if b"bob" in _plain(name, content)]) == 5


def test_forgetting_by_command_reaches_the_bucket_and_builds_what_is_left(bucket: Bucket) -> None:
    _land_golden(bucket)

    told = bucket.ask("forget", "cat", "--yes")

    assert "forgotten" in told
    found = [_plain(name, content) for name, content in bucket.objects("").items()]
    assert not [content for content in found if re.search(rb"\bcat\b", content)]
    assert [content for content in found if re.search(rb"\bbob\b", content)]
    assert bucket.installation.rows("select count(*) from marts.dim_users") != [(0,)]


def _folder(day: date) -> str:
    return f"landing/events/dt={day}"


def _parquet(users: list[str]) -> bytes:
    import pyarrow as pa

    moments = ["2026-10-01T00:00:00Z"] * len(users)
    target = BytesIO()
    table = pa.table({"type": ["page"] * len(users), "userId": users, "timestamp": moments})
    pq.write_table(table, target)
    return target.getvalue()


def _plain(name: str, content: bytes) -> bytes:
    if name.endswith(".gz"):
        return gzip.decompress(content)
    if name.endswith(".parquet"):
        return str(pq.read_table(BytesIO(content)).to_pylist()).encode()
    return content


def test_a_wrong_bucket_is_named_with_its_cure(bucket: Bucket) -> None:
    settings = replace(bucket.settings, landing="s3://nobody-has-this/landing")
    with pytest.raises(UserError) as caught:
        landed_days(settings)
    error = caught.value
    assert "no bucket 'nobody-has-this'" in error.what
    assert error.where == "s3://nobody-has-this/landing/events"
    assert "create the bucket" in error.cure

    settings = replace(bucket.settings, lake="s3://nobody-has-this/lake")
    bucket.land("a.ndjson", GOOD % 1)
    for attempt in (
        lambda: ingest_days(settings, [DAY]),
        lambda: load_days(settings),
        lambda: admitted(settings),
    ):
        with pytest.raises(UserError, match="no bucket 'nobody-has-this'"):
            attempt()
    problems = [finding for finding in examine(settings) if not finding.ok]
    assert [(finding.subject, bool(finding.cure)) for finding in problems] == [("lake", True)]


def test_a_store_that_refuses_is_no_empty_one(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: Any, **__: Any) -> None:
        raise PermissionError("Access Denied")

    bucket.land("a.ndjson", GOOD % 1)
    ingest_days(bucket.settings, [DAY])
    [path] = landed_files(bucket.settings, DAY)
    monkeypatch.setattr(S3FileSystem, "_call_s3", refused)
    for attempt in (
        lambda: landed_days(bucket.settings),
        lambda: load_days(bucket.settings),
        lambda: admitted(bucket.settings),
        lambda: look_at(path, "a"),
        lambda: ingest_days(bucket.settings, [DAY]),
    ):
        with pytest.raises(UserError, match="refuses access: Access Denied"):
            attempt()


def test_a_store_that_does_not_answer_is_no_empty_one(bucket: Bucket) -> None:
    environment = os.environ | {
        "AWS_ENDPOINT_URL_S3": NOBODY,
        "AWS_MAX_ATTEMPTS": "1",
        "USEROPS_HOME": str(bucket.settings.home),
        "USEROPS_LANDING": bucket.settings.landing,
        "PYTHONPATH": str(Path.cwd()),
    }
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "status"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "the store does not answer" in done.stderr
    assert "AWS_ENDPOINT_URL_S3" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("gs://bucket/lake", "unknown kind of store 'gs'"),
        ("s3:///lake", "no bucket"),
        ("s3://key:secret@bucket/lake", "no bucket"),
        ("s3://bucket/lake*", r"has \* in its path"),
        ("file://server/lake", "no folder of this machine"),
    ],
)
@pytest.mark.parametrize("name", ["landing", "lake"])
def test_a_url_that_cannot_be_used_is_refused(
    tmp_path: Path, name: str, url: str, what: str
) -> None:
    with pytest.raises(UserError, match=what) as caught:
        load_settings({"USEROPS_HOME": str(tmp_path), f"USEROPS_{name.upper()}": url}, tmp_path)
    assert caught.value.where
    assert caught.value.cure
    assert "secret" not in str(caught.value)


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(UserError, match=r"pip install 'userops\[s3\]'"):
        load_settings({"USEROPS_HOME": str(tmp_path), "USEROPS_LAKE": "s3://b/lake"}, tmp_path)


def test_a_file_url_is_a_folder(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/a%20b"
    settings = load_settings({"USEROPS_HOME": str(tmp_path), "USEROPS_LANDING": url}, tmp_path)
    assert settings.landing_root == tmp_path / "a b"
    assert day_folder(settings, DAY) == tmp_path / "a b" / "events" / f"dt={DAY}"


def test_a_demo_is_not_made_in_a_store(bucket: Bucket) -> None:
    with pytest.raises(UserError, match="not in a store"):
        prepare_demo(bucket.settings, users=1, days=1, seed=1)
