"""Users -> gone from every place that holds lines or rows of theirs: safe to repeat after a crash.

This removes landed lines, lake rows, lines set aside, exported rows, the build databases (built
anew without them) and older published versions. Keyed hashes are kept: what a source sends of an
erased id later is dropped when it is read. Other people's lines that mention a forgotten id in
their properties stay, and so does a suppression of an address.
"""

import json
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from warehouse.build.checked import DAMAGED, NOTE
from warehouse.erasure.lines import edit_landing, edit_load, lines_in
from warehouse.erasure.lists import edit_exports
from warehouse.erasure.people import People, mentioned_in, people_of, unknown_ids
from warehouse.erasure.tombstones import erased_people, remember
from warehouse.errors import UserError
from warehouse.feeds import FEEDS
from warehouse.lake.admission import admit, point_to
from warehouse.lake.clv import FITS, PREDICTIONS
from warehouse.lake.ingest import erased_in, ingest_days
from warehouse.lake.layout import Load
from warehouse.lake.loads import admitted, loaded, read_ledger
from warehouse.landing.days import is_landed, landed_days
from warehouse.serving import versions
from warehouse.settings import DUCKDB, ENGINES, Settings
from warehouse.storage.files import remove_leftovers, write_text_atomically

PENDING = "forget.json"
# One row of an order leads to all its rows, one after another, where a file has a row an item.
PASSES = 100


@dataclass(frozen=True)
class Erasure:
    """What was removed, by place.

    ``admitted_days`` held more of theirs than what came last: a delivery waits to be let in, or an
    erasure was killed.
    ``kept`` are landed files that still hold lines of theirs, each with the reason; they are
    dropped when it is read. ``unread`` are those nobody could look into; ``mentions`` counts lines
    of others that name a forgotten id in what they say, as an inviter, and stay.
    """

    people: People
    days: tuple[date, ...]
    landed_lines: dict[str, int] = field(default_factory=dict)
    lake_lines: int = 0
    admitted_days: int = 0
    exported_rows: dict[str, int] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    mentions: int = 0

    @property
    def found_anything(self) -> bool:
        """Tell whether any trace was there."""
        return bool(self.lake_lines or self.admitted_days or self.exported_rows)


def known_among(
    settings: Settings,
    user_ids: Collection[str],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> set[str]:
    """Bring the lake up to what landed, and return the ids that are there or were erased before.

    Raises UserError where none of this is true of one of them: nothing has been changed then.
    """
    for feed in FEEDS:
        ingest_days(settings, landed_days(settings, feed), feed, progress=progress)
    before, pending = erased_people(settings), _pending(settings).ids
    wanted = [each for each in user_ids if not before.among([each]) and each not in pending]
    if unknown := unknown_ids(settings, wanted):
        number = f"{len(unknown)} of {len(user_ids)} ids are" if len(user_ids) > 1 else "the id is"
        raise UserError(
            f"{number} unknown: nothing that landed and nothing in the lake has them",
            where=", ".join(map(repr, unknown)),
            cure="look the id up in `marts.dim_users`; nobody was forgotten",
        )
    return set(user_ids)


def erase(settings: Settings, user_ids: Collection[str]) -> Erasure:
    """Remove these users from landing, lake, exports and build; call it with the turn to write.

    What readers see changes with the next run; then call `finish`. The ids are written
    down (readable by the owner only) until `finish`, so that a killed erasure can be repeated.
    """
    for feed in FEEDS:
        ingest_days(settings, landed_days(settings, feed), feed)
    people = _joined(people_of(settings, user_ids), _pending(settings))
    _write_pending(settings, people)
    found: dict[Load, dict[str, set[int]]] = {}
    landed: dict[str, int] = {}
    kept: dict[str, str] = {}
    held = 0
    own_by_feed = {
        feed: lines_in(settings, people, loaded(settings, feed).values()) for feed in FEEDS
    }
    remember(settings, people.ids)
    for feed, own in own_by_feed.items():
        listed = admitted(settings, feed)
        for load, files in own.items():
            if is_landed(settings, load.day, feed):
                _clear(settings, load.day, feed, landed, kept)
            else:
                waiting = () if listed.get(load.day) == load.fingerprint else (load,)
                edit_load(settings, load, files, waiting)
        found |= own
        held += _let_in_without(settings, people, [load.day for load in own], feed)
    cleared = clear_landing(settings)
    exported = edit_exports(settings, people)
    _drop_builds(settings)
    _drop_leftovers(settings)
    ledgers = [row for feed in FEEDS for row in read_ledger(settings, feed=feed).to_pylist()]
    return Erasure(
        people=people,
        days=tuple(sorted({load.day for load in found})),
        landed_lines=landed | cleared.landed_lines,
        lake_lines=sum(len(lines) for files in found.values() for lines in files.values()),
        admitted_days=held,
        exported_rows=exported,
        mentions=mentioned_in(settings, people),
        kept=kept | cleared.kept,
        unread=tuple(row["source_file"] for row in ledgers if row["outcome"] == "rejected"),
    )


def clear_landing(settings: Settings) -> Erasure:
    """Take out of landing what came of erased people since; no table has it, so none changes."""
    landed: dict[str, int] = {}
    kept: dict[str, str] = {}
    days: set[date] = set()
    for feed in FEEDS:
        for day in came_back(settings, feed):
            if is_landed(settings, day, feed):
                days.add(day)
                _clear(settings, day, feed, landed, kept)
    nobody = People(frozenset(), frozenset())
    return Erasure(nobody, tuple(sorted(days)), landed_lines=landed, kept=kept)


def came_back(
    settings: Settings, feed: str, first: date = date.min, last: date = date.max
) -> dict[date, int]:
    """Count by load day the rows of erased people that were dropped and lie in landing still."""
    counts: dict[date, int] = {}
    days = [day for day in loaded(settings, feed) if first <= day <= last]
    ledger = read_ledger(settings, days if erased_people(settings) else [], feed=feed)
    for row in ledger.to_pylist():
        if row["erased"]:
            counts[row["load_date"]] = counts.get(row["load_date"], 0) + row["erased"]
    return counts


def _clear(
    settings: Settings, day: date, feed: str, landed: dict[str, int], kept: dict[str, str]
) -> None:
    """Take all lines of erased people out of the files of a day, and read it again."""
    for _ in range(PASSES):
        theirs = {n: r for n, r in erased_in(settings, day, feed).items() if n not in kept}
        if not theirs:
            break
        for name, lines in theirs.items():
            try:
                done = edit_landing(settings, Load(day, "", feed), {name: lines})
            except UserError as error:
                kept[name] = f"{error.what}; {error.cure}"
            else:
                landed[name] = landed.get(name, 0) + done[name]
    ingest_days(settings, [day], feed, force=True)


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


def is_pending(settings: Settings) -> bool:
    """Tell whether an erasure has begun and not ended."""
    return (settings.build_dir / PENDING).is_file()


def _drop_builds(settings: Settings) -> None:
    """Remove the tables of every engine: the next run makes them anew."""
    for parts in (FITS, PREDICTIONS):
        for day in parts.days(settings):
            parts.remove(settings, day)
    for engine in ENGINES:
        other = replace(settings, engine=engine)
        for path in (other.build_db, other.serving_build_db):
            for file in (path, path.with_name(f"{path.name}.wal")):
                file.unlink(missing_ok=True)
        # What was set aside as damaged shows them too; of what is gone nobody vouches.
        for file in [*other.engine_dir.glob(f"*{DAMAGED}*"), other.engine_dir / NOTE]:
            file.unlink(missing_ok=True)
        if engine != DUCKDB:
            shutil.rmtree(other.engine_dir, ignore_errors=True)


def _drop_leftovers(settings: Settings) -> None:
    """Remove what killed writers and comparisons left half-written, anywhere in the home."""
    roots = [settings.exports_dir, settings.serving_dir, settings.build_dir]
    if isinstance(settings.lake_root, Path):
        roots.append(settings.lake_root)
    for root in roots:
        remove_leftovers(root)


def _joined(people: People, pending: People) -> People:
    return People(people.known | pending.known, people.anonymous | pending.anonymous)


def _pending(settings: Settings) -> People:
    path = settings.build_dir / PENDING
    if not path.is_file():
        return People(frozenset(), frozenset())
    found = json.loads(path.read_text(encoding="utf-8"))
    return People(frozenset(found["known"]), frozenset(found["anonymous"]))


def _write_pending(settings: Settings, people: People) -> None:
    text = json.dumps({"known": sorted(people.known), "anonymous": sorted(people.anonymous)})
    write_text_atomically(settings.build_dir / PENDING, text)
