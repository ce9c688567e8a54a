"""A number of events -> files of that many, made once and kept: for the baselines and to land.

The generator holds all it makes in memory, so many events are made in parts of other seeds. Each
part has its own people and orders: their names get the part's number. A click in a mail, which the
baselines count as activity, gets a name that is no message.
"""

import gzip
import os
import re
import shutil
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.benchmarks.baselines import Baselines
from tests.benchmarks.process import run

SEED = 7
PART_EVENTS = 10_000_000
SUFFIX = ".ndjson.gz"
MESSAGE = b'"event":"Email Link Clicked"'
CLICK = "Mail Visited"
NAMES = re.compile(rb'("userId":"|"order_id":")')
USER = re.compile(rb'"userId":"([^"]*)"')


@dataclass(frozen=True)
class Data:
    """Generated events: ``ndjson`` has a file for each day of arrival, ``landing`` the same."""

    events: int
    ndjson: Path
    landing: Path
    days: tuple[date, ...]


def generated(events: int, baselines: Baselines, work: Path) -> Data:
    """Return that many events, generated unless they lie in the work folder already."""
    folder = work / f"m{events / 1e6:g}"
    if not (folder / "meta.json").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        if events <= PART_EVENTS:
            run([*baselines.generator(events, folder, SEED), "--no-parquet"])
            with ProcessPoolExecutor() as pool:
                list(pool.map(_rename_clicks, _files(folder / "ndjson"), chunksize=4))
        else:
            _generate_parts(events, baselines, folder)
    return _landed(folder, events)


def of_people(data: Data, people: set[bytes], folder: Path) -> Data:
    """Return the events of some people only, on the same days."""
    if not (folder / "meta.json").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "ndjson").mkdir(parents=True)
        with ProcessPoolExecutor(initializer=_keep_people, initargs=(people,)) as pool:
            targets = [folder / "ndjson" / path.name for path in _files(data.ndjson)]
            list(pool.map(_copy_of_people, _files(data.ndjson), targets, chunksize=4))
        (folder / "meta.json").touch()
    return _landed(folder, data.events)


def people_of(data: Data, days: Iterable[date]) -> set[bytes]:
    """Return who speaks in the files of these days."""
    people: set[bytes] = set()
    for day in days:
        for path in data.ndjson.glob(f"{day.isoformat()}*{SUFFIX}"):
            people.update(USER.findall(gzip.decompress(path.read_bytes())))
    return people


def _landed(folder: Path, events: int) -> Data:
    ndjson, landing = folder / "ndjson", folder / "landing"
    days = set()
    for path in _files(ndjson):
        day = path.name[:10]
        days.add(date.fromisoformat(day))
        link = landing / "events" / f"dt={day}" / path.name
        if not link.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, link)
    return Data(events, ndjson, landing, tuple(sorted(days)))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))


def _generate_parts(events: int, baselines: Baselines, folder: Path) -> None:
    (folder / "ndjson").mkdir(parents=True)
    parts = -(-events // PART_EVENTS)
    for number in range(parts):
        part = folder / f"part{number}"
        run([*baselines.generator(events // parts, part, SEED + number), "--no-parquet"])
        sources = _files(part / "ndjson")
        targets = [folder / "ndjson" / f"{path.name[:10]}.{number}{SUFFIX}" for path in sources]
        with ProcessPoolExecutor() as pool:
            list(pool.map(_copy_renamed, sources, targets, [number] * len(sources), chunksize=4))
        shutil.rmtree(part)
    (folder / "meta.json").touch()


def _rename_clicks(path: Path) -> None:
    _write_without_clicks(path, gzip.decompress(path.read_bytes()))


def _write_without_clicks(path: Path, lines: bytes) -> None:
    renamed = lines.replace(MESSAGE, b'"event":"%s"' % CLICK.encode())
    path.write_bytes(gzip.compress(renamed, 1, mtime=0))


def _copy_renamed(source: Path, target: Path, number: int) -> None:
    lines = gzip.decompress(source.read_bytes())
    _write_without_clicks(target, NAMES.sub(rb"\g<1>%d-" % number, lines))


_kept: set[bytes] = set()


def _keep_people(people: set[bytes]) -> None:
    _kept.update(people)


def _copy_of_people(source: Path, target: Path) -> None:
    lines = gzip.decompress(source.read_bytes()).splitlines(keepends=True)
    kept = [line for line in lines if (found := USER.search(line)) and found[1] in _kept]
    target.write_bytes(gzip.compress(b"".join(kept), 1, mtime=0))
