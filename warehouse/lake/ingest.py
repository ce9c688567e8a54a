"""Landing -> raw lake, by load day: every line accounted for, every day whole or absent."""

import gc
import os
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.erasure.tombstones import erased_people
from warehouse.errors import UserError
from warehouse.feeds import EVENTS, FEEDS
from warehouse.judging.aliases import Aliases, event_aliases
from warehouse.judging.consents import known_channels
from warehouse.judging.currencies import known_currencies
from warehouse.judging.erased import Erased
from warehouse.judging.exact import Limits
from warehouse.judging.files import Findings, Landed, landed_name, look_at, read_file
from warehouse.judging.orders import order_roles
from warehouse.judging.placeholders import placeholder_ids
from warehouse.judging.verdicts import Count
from warehouse.lake.layout import (
    LEDGER_SCHEMA,
    Load,
    ledger_path,
    loads_with,
    quarantine_path,
    rows_path,
    schema_of,
    whole_ledger,
)
from warehouse.lake.loads import admitted, loaded, put_load
from warehouse.lake.outcome import DayResult, IngestReport, report_of
from warehouse.lake.sinks import DaySink
from warehouse.lake.upgrade import upgrade
from warehouse.landing.days import day_folder, is_landed, landed_entries, landed_files, source_name
from warehouse.rules.effective import SHIPPED_DIR
from warehouse.settings import Settings
from warehouse.storage.files import remove_scratch, scratch
from warehouse.storage.objects import FileChanged
from warehouse.storage.places import readable

# Raise it when the same lines would become other rows: every day is then read again.
PARSER_VERSION = "9"
FINGERPRINT = b"userops.fingerprint"
ATTEMPTS = 3
# A day costs this much beside its bytes; below the limit, other processes cost more than they save.
DAY_BYTES = 48 << 10
PARALLEL_FROM_BYTES = 16 << 20
CHUNKS_PER_PROCESS = 8


@dataclass(frozen=True)
class _Work:
    """What every day is loaded by."""

    settings: Settings
    currencies: frozenset[str]
    roles: Mapping[str, str]
    channels: frozenset[str]
    nobody: frozenset[str]
    aliases: Aliases
    mark: bytes
    force: bool
    feed: str
    erased: Erased


class _Held(NamedTuple):
    """What the lake has of a day: what came last, and all that waits to be let in."""

    newest: Load | None
    waiting: frozenset[Load]


NOTHING = _Held(None, frozenset())


def ingest_days(
    settings: Settings,
    days: Sequence[date],
    feed: str = EVENTS,
    *,
    processes: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    force: bool = False,
) -> IngestReport:
    """Bring the lake's days of a feed up to what lies in landing; a day that is so is left alone.

    A day is loaded whole, its ledger last: killed anywhere, the next call repairs it. What was let
    in of it stays until `admit`. A day whose landing folder is gone keeps what was loaded.
    ``progress`` is told (days done, days). Raises UserError for a file that keeps changing while
    it is read.
    """
    started = time.perf_counter()
    chosen = sorted(set(days))
    results = []
    for result in _load_all(settings, chosen, feed, processes=processes, force=force):
        results.append(result)
        if progress:
            progress(len(results), len(chosen))
    return report_of(results, time.perf_counter() - started)


def _load_all(
    settings: Settings,
    days: list[date],
    feed: str,
    *,
    processes: int | None,
    force: bool,
) -> Iterator[DayResult]:
    """Yield the results of days in any order, by several processes where that is quicker."""
    if feed == EVENTS:
        upgrade(settings)
    remove_scratch(settings.lake_root)
    work = _work(settings, feed, force=force)
    held = _held(settings, feed)
    sizes = {
        day: DAY_BYTES + sum(entry.size for entry in landed_entries(settings, day, feed))
        for day in days
    }
    workers = min(processes or settings.threads or os.cpu_count() or 1, len(days))
    if workers < 2 or (processes is None and sum(sizes.values()) < PARALLEL_FROM_BYTES):
        for day in days:
            yield _load_day(work, day, held.get(day, NOTHING))
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    chunks = _chunks(sizes, workers * CHUNKS_PER_PROCESS)
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, "pandas"])
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        of_chunks = ({day: held.get(day, NOTHING) for day in chunk} for chunk in chunks)
        futures = [pool.submit(_load_chunk, work, chunk) for chunk in of_chunks]
        try:
            for future in as_completed(futures):
                yield from future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _work(settings: Settings, feed: str, *, force: bool = False) -> _Work:
    rules = rule_folders(settings)
    said = (known_currencies(rules), order_roles(rules), known_channels(rules))
    names = (placeholder_ids(rules), event_aliases(rules))
    others = (*names, fingerprint(settings, feed), force, feed)
    return _Work(settings, *said, *others, erased_people(settings))


def erased_in(settings: Settings, day: date, feed: str = EVENTS) -> dict[str, set[int]]:
    """Return the rows of people who were erased in what landed on a day, by file and number."""
    work = _work(settings, feed)
    files = [look_at(path, source_name(path)) for path in landed_files(settings, day, feed)]
    with scratch(settings.lake_root, day.isoformat()) as folder:
        _, sink = _read_all(files, work, _limits(work, day), folder)
    return {name: dropped.rows for name, dropped in sink.dropped.items()}


def _held(settings: Settings, feed: str) -> dict[date, _Held]:
    """Return what the lake has of each day."""
    newest, listed = loaded(settings, feed), admitted(settings, feed)
    waiting: dict[date, set[Load]] = {}
    for load in loads_with(settings, "ledger", feed):
        if listed.get(load.day) != load.fingerprint:
            waiting.setdefault(load.day, set()).add(load)
    return {day: _Held(load, frozenset(waiting.get(day, ()))) for day, load in newest.items()}


def _chunks(sizes: dict[date, int], parts: int) -> list[list[date]]:
    """Cut days, in order, into runs of about the same size; the largest is started first."""
    limit = sum(sizes.values()) / parts
    chunks: list[list[date]] = []
    size = 0.0
    for day, own in sizes.items():
        if not chunks or size + own > limit:
            chunks.append([])
            size = 0.0
        chunks[-1].append(day)
        size += own
    return sorted(chunks, key=lambda chunk: -sum(sizes[day] for day in chunk))


def _load_chunk(work: _Work, days: dict[date, _Held]) -> list[DayResult]:
    return [_load_day(work, day, held) for day, held in days.items()]


def _load_day(work: _Work, day: date, held: _Held) -> DayResult:
    settings = work.settings
    load = held.newest
    known = _loaded(settings, load, work.mark) if load else None
    if load and known is not None and not is_landed(settings, day, work.feed):
        return _unchanged(settings, load, known)
    for _ in range(ATTEMPTS):
        try:
            found = landed_files(settings, day, work.feed)
            files = [look_at(path, source_name(path)) for path in found]
            if load and known is not None and not work.force and _same_files(known, files):
                return _unchanged(settings, load, known)
            return _replace_day(work, day, files, held.waiting)
        except FileChanged as change:
            changed = change
    raise UserError(
        f"a file keeps changing while it is read: {changed}",
        where=str(day_folder(settings, day, work.feed)),
        cure="wait until the upload is complete, then run again",
    )


def fingerprint(settings: Settings, feed: str = EVENTS) -> bytes:
    """Return a mark of everything that decides what a line becomes, beside the line itself."""
    said = [(c.name, c.data_type, c.kind.wants, c.kind.is_optional) for c in FEEDS[feed].columns]
    sources = [astuple(source) for source in settings.sources_of(feed)]
    # Whom a line names must not depend on when it was read, as what else a rule decides may.
    nobody = sorted(placeholder_ids(rule_folders(settings)))
    # A sign beside a number may be that of the currency reports are in, or of another one; a no at
    # a time that nobody can read is of the end of the load day.
    parts = (PARSER_VERSION, sources, settings.currency, settings.timezone, nobody, *said)
    return sha256(repr(parts).encode()).hexdigest().encode()


def limits_on(settings: Settings, day: date) -> Limits:
    """Return what lines of a load day are judged by, from the settings and the rules."""
    rules = rule_folders(settings)
    return Limits.of(
        day,
        future_days=settings.max_future_days,
        max_line_bytes=settings.max_line_bytes,
        currencies=known_currencies(rules),
        roles=order_roles(rules),
        channels=known_channels(rules),
        nobody=placeholder_ids(rules),
        home=settings.currency,
        timezone=settings.timezone,
    )


def rule_folders(settings: Settings) -> tuple[Path, ...]:
    """Return where rules are looked for, the first that has one counts."""
    return (settings.effective_rules_dir, settings.rules_dir, SHIPPED_DIR)


def _loaded(settings: Settings, load: Load, mark: bytes) -> tuple[Count, ...] | None:
    """Return the ledger of a load that is whole and by the present rules, else None."""
    try:
        ledger = pq.ParquetFile(readable(ledger_path(settings, load)))
        counts = tuple(Count(**row) for row in whole_ledger(ledger.read()).to_pylist())
        rows = pq.read_metadata(readable(rows_path(settings, load))).num_rows
        if _has_aside(counts):
            pq.read_metadata(readable(quarantine_path(settings, load)))
    except (OSError, pa.ArrowException, TypeError, ValueError):
        return None
    metadata = ledger.schema_arrow.metadata or {}
    is_whole = rows == sum(count.events for count in counts)
    return counts if is_whole and metadata.get(FINGERPRINT) == mark else None


def _has_aside(counts: Iterable[Count]) -> bool:
    """Tell whether anything of a day is in the quarantine."""
    return any(c.quarantined or c.outcome not in ("loaded", "empty") for c in counts)


def _same_files(known: tuple[Count, ...], files: list[Landed]) -> bool:
    held = {(landed_name(count.source_file), count.file_sha256) for count in known}
    return held == {(landed.name, landed.sha256) for landed in files}


def _replace_day(work: _Work, day: date, files: list[Landed], waiting: Iterable[Load]) -> DayResult:
    """Read a day anew, beside what was let in and in the place of what waits."""
    settings, limits = work.settings, _limits(work, day)
    with scratch(settings.lake_root, day.isoformat()) as folder, _garbage_collection_paused():
        counts, sink = _read_all(files, work, limits, folder)
        ledger = pa.Table.from_pylist([count.__dict__ for count in counts], LEDGER_SCHEMA)
        ledger = ledger.replace_schema_metadata({FINGERPRINT: work.mark})
        put_load(settings, day, folder, ledger, waiting, work.feed)
    return DayResult(day, True, tuple(counts), dict(sink.reasons))


def _limits(work: _Work, day: date) -> Limits:
    return Limits.of(
        day,
        future_days=work.settings.max_future_days,
        max_line_bytes=work.settings.max_line_bytes,
        currencies=work.currencies,
        roles=work.roles,
        channels=work.channels,
        nobody=work.nobody,
        aliases=work.aliases,
        home=work.settings.currency,
        timezone=work.settings.timezone,
    )


def _read_all(
    files: list[Landed], work: _Work, limits: Limits, folder: Path
) -> tuple[list[Count], DaySink]:
    """Judge all files of a day; one that turns out bad half-way makes the others start again."""
    sources, schema = work.settings.sources_of(work.feed), schema_of(work.feed)
    outlives = FEEDS[work.feed].outlives
    rows, quarantine = folder / "rows.parquet", folder / "quarantine.parquet"
    findings = Findings()
    while True:
        quarantine.unlink(missing_ok=True)
        findings.begin()
        with DaySink(rows, quarantine, schema, erased=work.erased, outlives=outlives) as sink:
            counts = [
                count
                for landed in files
                for count in read_file(landed, sources, limits, sink, work.feed, findings)
            ]
            findings.end(sink)
        if not findings.again:
            return [sink.settled(count) for count in counts], sink


@contextmanager
def _garbage_collection_paused() -> Generator[None]:
    """Hold the collector: lines become objects without cycles; it would search for nothing.

    A tenth of reading in Dagster's daemon and in tests (1.05 and 0.93 CPU seconds for 59,801
    lines); the command line has a limit of its own, and nothing to gain (0.84 and 0.85).
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _unchanged(settings: Settings, load: Load, counts: tuple[Count, ...]) -> DayResult:
    reasons: Counter[str] = Counter()
    if _has_aside(counts):
        path = readable(quarantine_path(settings, load))
        reasons.update(pq.ParquetFile(path).read(["reason"])["reason"].to_pylist())
    return DayResult(load.day, False, counts, dict(reasons))
