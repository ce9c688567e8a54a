"""Users -> gone from every place that holds lines or rows of theirs: safe to repeat after a crash.

This removes landed lines, lake rows, lines set aside, exported rows, the build databases (built
anew without them) and older published versions. Salted hashes are kept: what a source sends of an
erased id later is taken out by the run that reads it. Other people's lines that mention a forgotten
id in their properties stay, and so does a suppression of an address.
"""

import json
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from warehouse.erasure.lines import edit_landing, edit_load, lines_in
from warehouse.erasure.lists import edit_exports
from warehouse.erasure.people import (
    PRIVATE,
    People,
    mentioned_in,
    people_of,
    remember,
    returned,
)
from warehouse.feeds import FEEDS
from warehouse.lake.admission import admit, point_to
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import Load
from warehouse.lake.loads import admitted, loaded, read_ledger
from warehouse.landing.days import is_landed, landed_days
from warehouse.serving import versions
from warehouse.settings import DUCKDB, ENGINES, Settings
from warehouse.storage.files import write_text_atomically

PENDING = "forget.json"


@dataclass(frozen=True)
class Erasure:
    """What was removed, by place.

    ``admitted_days`` held more of theirs than what came last: a delivery waits to be let in, or an
    erasure was killed.
    ``unread`` are landed files nobody could look into; ``mentions`` counts lines of others that
    name a forgotten id in what they say, as an inviter, and stay.
    """

    people: People
    days: tuple[date, ...]
    landed_lines: dict[str, int] = field(default_factory=dict)
    lake_lines: int = 0
    admitted_days: int = 0
    exported_rows: dict[str, int] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    mentions: int = 0

    @property
    def found_anything(self) -> bool:
        """Tell whether any trace was there."""
        return bool(self.lake_lines or self.admitted_days or self.exported_rows)


def erase(
    settings: Settings,
    user_ids: Collection[str],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Erasure:
    """Remove these users from landing, lake, exports and build; call it with the turn to write.

    What readers see changes with the next run; then call `finish`. The ids are written
    down (readable by the owner only) until `finish`, so that a killed erasure can be repeated.
    """
    for feed in FEEDS:
        ingest_days(settings, landed_days(settings, feed), feed, progress=progress)
    people = _joined(people_of(settings, user_ids), _pending(settings))
    _write_private(settings.build_dir / PENDING, people)
    remember(settings, people)
    found: dict[Load, dict[str, set[int]]] = {}
    landed: dict[str, int] = {}
    held = 0
    for feed in FEEDS:
        newest, listed = loaded(settings, feed), admitted(settings, feed)
        own = lines_in(settings, people, newest.values())
        for load, files in own.items():
            if is_landed(settings, load.day, feed):
                landed |= edit_landing(settings, load, files)
            else:
                waiting = () if listed.get(load.day) == load.fingerprint else (load,)
                edit_load(settings, load, files, waiting)
        found |= own
        held += _let_in_without(settings, people, [load.day for load in own], feed)
    exported = edit_exports(settings, people)
    _drop_builds(settings)
    ledgers = [row for feed in FEEDS for row in read_ledger(settings, feed=feed).to_pylist()]
    return Erasure(
        people=people,
        days=tuple(sorted({load.day for load in found})),
        landed_lines=landed,
        lake_lines=sum(len(lines) for files in found.values() for lines in files.values()),
        admitted_days=held,
        exported_rows=exported,
        mentions=mentioned_in(settings, people),
        unread=tuple(row["source_file"] for row in ledgers if row["outcome"] == "rejected"),
    )


def drop_returned(settings: Settings, days: Collection[date], feed: str) -> int:
    """Take out of these days what was sent of people after they were erased; return the lines.

    Out of landing too, so that nothing of it is read again. Call it before the days are let in.
    """
    if not days:
        return 0
    ids = frozenset(returned(settings, min(days), max(days)))
    if not ids:
        return 0
    newest = loaded(settings, feed)
    loads = [newest[day] for day in days if day in newest]
    own = lines_in(settings, People(ids, ids), loads)
    for load, files in own.items():
        if is_landed(settings, load.day, feed):
            edit_landing(settings, load, files)
    ingest_days(settings, [load.day for load in own], feed)
    return sum(len(lines) for files in own.values() for lines in files.values())


def _let_in_without(settings: Settings, people: People, days: list[date], feed: str) -> int:
    """Let edited days in that were in before; return how many days still held lines of theirs.

    Less of such a day needs no new judgement: a gate on volume must not stop erasure.
    """
    ingest_days(settings, days, feed)
    listed = admitted(settings, feed)
    after = admit(settings, [day for day in days if day in listed], feed)
    # A delivery may wait beside what was let in, or an erasure was killed here.
    let_in = [Load(*item, feed) for item in after.items()]
    held = lines_in(settings, people, let_in)
    edited = {load.day: edit_load(settings, load, files, ()) for load, files in held.items()}
    point_to(settings, {day: load.fingerprint for day, load in edited.items()}, feed)
    return len(held)


def finish(settings: Settings) -> int:
    """Remove all published versions but the newest, and the note of what was under way."""
    serving = settings.serving_dir
    with versions.exclusive(serving):
        old = len(versions.revisions_on_disk(serving)) - 1
        versions.keep_latest(serving, 1)
    (settings.build_dir / PENDING).unlink(missing_ok=True)
    return max(old, 0)


def _drop_builds(settings: Settings) -> None:
    """Remove the tables of every engine: the next run makes them anew."""
    for engine in ENGINES:
        other = replace(settings, engine=engine)
        for path in (other.build_db, other.serving_build_db):
            for file in (path, path.with_name(f"{path.name}.wal")):
                file.unlink(missing_ok=True)
        if engine != DUCKDB:
            shutil.rmtree(other.engine_dir, ignore_errors=True)


def _joined(people: People, pending: People) -> People:
    return People(people.known | pending.known, people.anonymous | pending.anonymous)


def _pending(settings: Settings) -> People:
    path = settings.build_dir / PENDING
    if not path.is_file():
        return People(frozenset(), frozenset())
    found = json.loads(path.read_text(encoding="utf-8"))
    return People(frozenset(found["known"]), frozenset(found["anonymous"]))


def _write_private(path: Path, people: People) -> None:
    text = json.dumps({"known": sorted(people.known), "anonymous": sorted(people.anonymous)})
    write_text_atomically(path, text, mode=PRIVATE)
