"""What counts as landed: by name and kind, never by following a link."""

import os
from datetime import date
from pathlib import Path

import pytest

from warehouse.feeds import FEEDS
from warehouse.landing.days import (
    is_ready,
    landed_days,
    landed_files,
    open_landed,
    source_name,
    unread,
)
from warehouse.settings import Settings
from warehouse.storage.files import replace_folder, sha256_of, write_atomically

DAY = date(2026, 10, 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path)


@pytest.fixture
def folder(settings: Settings) -> Path:
    folder = settings.landing_root / "events" / "dt=2026-10-01"
    folder.mkdir(parents=True)
    return folder


def test_days_are_the_dated_folders_in_order(settings: Settings, folder: Path) -> None:
    for name in ("dt=2026-09-30", "dt=2026-13-01", "dt=20261002", "2026-10-03", "dt=today", "x"):
        (folder.parent / name).mkdir()
    (folder.parent / "dt=2026-10-04").write_text("a file")
    (folder.parent / "dt=2026-10-05").symlink_to(folder)

    assert landed_days(settings) == [date(2026, 9, 30), DAY]


@pytest.mark.parametrize(
    ("name", "feed"),
    [
        ("events/2026-10-03", "events"),
        ("events/dt=2026-10-3/a.ndjson", "events"),
        ("events/late.ndjson", "events"),
        ("Events/dt=2026-10-01", "events"),
        ("clicks/dt=2026-10-01/a.ndjson", "events"),
        ("suppressions/list.csv", "suppressions"),
        ("suppressions/2026-10-01/list.csv", "suppressions"),
        ("supressions/list.csv", "suppressions"),
        ("suppression.csv", "suppressions"),
        ("SUPPRESSIONS/dt=2026-10-01/list.csv", "suppressions"),
    ],
)
def test_what_lands_where_no_run_reads_it_is_named(
    settings: Settings, folder: Path, name: str, feed: str
) -> None:
    path = settings.landing_root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch() if path.suffix else path.mkdir(parents=True)

    found = {each: unread(settings, each) for each in FEEDS}
    [place] = found.pop(feed)
    assert place in (path, path.parent, path.parent.parent)
    assert not any(found.values())


def test_what_is_left_alone_or_is_none_of_ours_is_not_named(
    settings: Settings, folder: Path
) -> None:
    for name in ("events/_old", "events/.keep", "archive/2025", "notes", "sessions/list"):
        (settings.landing_root / name).mkdir(parents=True)
    (settings.landing_root / "events" / "new.csv.part").touch()
    assert not any(unread(settings, each) for each in FEEDS)


def test_no_landing_folder_means_no_days(settings: Settings) -> None:
    assert landed_days(settings) == []
    assert landed_files(settings, DAY) == []


def test_hidden_marked_and_unfinished_files_are_not_listed(
    settings: Settings, folder: Path
) -> None:
    for name in ("b.ndjson", "a.ndjson.gz", ".a.crc", "_SUCCESS", "c.ndjson.part", "d.tmp"):
        (folder / name).touch()

    assert [path.name for path in landed_files(settings, DAY)] == ["a.ndjson.gz", "b.ndjson"]


def test_a_link_or_a_pipe_is_never_opened(folder: Path) -> None:
    (folder / "real").write_text("x")
    (folder / "link").symlink_to(folder / "real")
    os.mkfifo(folder / "pipe")

    for name in ("link", "pipe"):
        with pytest.raises(OSError):
            open_landed(folder / name)


def test_a_name_with_a_line_break_is_written_on_one_line(settings: Settings, folder: Path) -> None:
    assert source_name(folder / "a\nb") == "events/dt=2026-10-01/a\\nb"
    assert source_name(folder / "用户.ndjson") == "events/dt=2026-10-01/用户.ndjson"


def test_a_day_is_ready_when_marked_or_quiet(settings: Settings, folder: Path) -> None:
    assert not is_ready(settings, DAY, now=10_000_000_000)

    file = folder / "a.ndjson"
    file.touch()
    os.utime(file, (1_000_000, 1_000_000))

    assert not is_ready(settings, DAY, now=1_000_000 + 600)
    assert is_ready(settings, DAY, now=1_000_000 + 601)
    (folder / "_SUCCESS").touch()
    assert is_ready(settings, DAY, now=0)


def test_a_file_still_uploading_keeps_the_day_waiting(settings: Settings, folder: Path) -> None:
    for name, changed in (("a.ndjson", 1_000_000), ("b.ndjson.part", 1_000_500)):
        (folder / name).touch()
        os.utime(folder / name, (changed, changed))

    assert not is_ready(settings, DAY, now=1_000_000 + 700)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a" / "file"
    write_atomically(path, lambda p: p.write_text("old") and None, mode=0o600)

    def fail(p: Path) -> None:
        p.write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_atomically(path, fail)

    assert path.read_text() == "old"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_the_leftover_of_a_killed_write_is_cleaned_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "file"

    def be_killed(p: Path) -> None:
        p.write_text("half")
        p.rename(tmp_path / "kept")  # stands for the process ending here

    with pytest.raises(FileNotFoundError):
        write_atomically(path, be_killed)
    (tmp_path / "kept").rename(tmp_path / ".file.tmp")

    write_atomically(path, lambda p: p.write_text("new") and None)

    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    replace_folder(folder, lambda f: (f / "old").write_text("1") and None)

    def fail(f: Path) -> None:
        (f / "half").write_text("2")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        replace_folder(folder, fail)
    assert [p.name for p in folder.iterdir()] == ["old"]

    replace_folder(folder, lambda f: (f / "new").write_text("3") and None, mode=0o700)

    assert [p.name for p in folder.iterdir()] == ["new"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == [folder]


def test_a_kill_between_the_two_renames_of_a_folder_is_repaired(tmp_path: Path) -> None:
    (tmp_path / ".out.old").mkdir()
    (tmp_path / ".out.tmp").mkdir()

    replace_folder(tmp_path / "out", lambda f: (f / "new").write_text("3") and None)

    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_the_checksum_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")

    assert sha256_of(tmp_path / "a").startswith("ba7816bf8f01cfea")
