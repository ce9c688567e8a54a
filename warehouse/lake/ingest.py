"""Landing -> raw lake, by load day: every line accounted for, every day whole or absent."""

import gc
import os
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.errors import UserError
from warehouse.judging.currencies import known_currencies
from warehouse.judging.exact import Limits
from warehouse.judging.files import Count, Landed, look_at, read_file, refuse_file
from warehouse.lake.layout import (
    LEDGER_SCHEMA,
    PARQUET,
    events_path,
    ledger_path,
    quarantine_path,
)
from warehouse.lake.sinks import DaySink
from warehouse.landing.days import day_folder, is_landed, landed_entries, landed_files, source_name
from warehouse.landing.streams import BadFile
from warehouse.settings import Settings
from warehouse.storage.files import remove_durably, remove_leftover, write_atomically
from warehouse.storage.objects import FileChanged
from warehouse.storage.places import readable

# Raise it when the same lines would become other rows: every day is then read again.
PARSER_VERSION = "1"
FINGERPRINT = b"userops.fingerprint"
ATTEMPTS = 3
# A day costs this much beside its bytes; below the limit, other processes cost more than they save.
DAY_BYTES = 48 << 10
PARALLEL_FROM_BYTES = 16 << 20
CHUNKS_PER_PROCESS = 8


@dataclass(frozen=True)
class IngestReport:
    """What an ingest found and did; the counts are of all its days, also of unchanged ones."""

    days: tuple[date, ...]
    files: int = 0
    lines: int = 0
    parsed: int = 0
    quarantined: int = 0
    blank: int = 0
    reloaded: tuple[date, ...] = ()
    unchanged: tuple[date, ...] = ()
    reasons: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class DayResult:
    """One load day after ingest."""

    day: date
    is_reloaded: bool
    files: tuple[Count, ...]
    reasons: dict[str, int]


def ingest_days(
    settings: Settings,
    days: Sequence[date],
    *,
    processes: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    force: bool = False,
) -> IngestReport:
    """Bring the lake's days up to what lies in landing; a day that is so already is left alone.

    A day is replaced whole, its ledger last: killed anywhere, the next call repairs it. A day
    whose landing folder is gone keeps what was loaded. ``progress`` is told (days done, days).
    Raises UserError for a file that keeps changing while it is read.
    """
    started = time.perf_counter()
    chosen = sorted(set(days))
    currencies = known_currencies((settings.effective_rules_dir, settings.rules_dir))
    results = []
    for result in _load_all(settings, chosen, currencies, processes=processes, force=force):
        results.append(result)
        if progress:
            progress(len(results), len(chosen))
    return _report(results, time.perf_counter() - started)


def _load_all(
    settings: Settings,
    days: list[date],
    currencies: frozenset[str],
    *,
    processes: int | None,
    force: bool,
) -> Iterator[DayResult]:
    """Yield the results of days in any order, by several processes where that is quicker."""
    sizes = {
        day: DAY_BYTES + sum(entry.size for entry in landed_entries(settings, day)) for day in days
    }
    workers = min(processes or settings.threads or os.cpu_count() or 1, len(days))
    if workers < 2 or (processes is None and sum(sizes.values()) < PARALLEL_FROM_BYTES):
        for day in days:
            yield _load_day(settings, day, currencies, force)
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    chunks = _chunks(sizes, workers * CHUNKS_PER_PROCESS)
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, "pandas"])
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        futures = [pool.submit(_load_chunk, settings, c, currencies, force) for c in chunks]
        try:
            for future in as_completed(futures):
                yield from future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


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


def _load_chunk(
    settings: Settings, days: list[date], currencies: frozenset[str], force: bool
) -> list[DayResult]:
    return [_load_day(settings, day, currencies, force) for day in days]


def _load_day(settings: Settings, day: date, currencies: frozenset[str], force: bool) -> DayResult:
    mark = fingerprint(settings)
    known = _loaded(settings, day, mark)
    if known is not None and not is_landed(settings, day):
        return DayResult(day, False, known, _reasons(settings, day, known))
    limits = Limits.of(
        day,
        future_days=settings.max_future_days,
        max_line_bytes=settings.max_line_bytes,
        currencies=currencies,
    )
    for _ in range(ATTEMPTS):
        try:
            files = [look_at(path, source_name(path)) for path in landed_files(settings, day)]
            if not force and known is not None and _same_files(known, files):
                for path in (events_path, quarantine_path, ledger_path):
                    remove_leftover(path(settings, day))
                return DayResult(day, False, known, _reasons(settings, day, known))
            return _replace_day(settings, day, files, limits, mark)
        except FileChanged as change:
            changed = change
    raise UserError(
        f"a file keeps changing while it is read: {changed}",
        where=str(day_folder(settings, day)),
        cure="wait until the upload is complete, then run again",
    )


def fingerprint(settings: Settings) -> bytes:
    """Return a mark of everything that decides what a line becomes, beside the line itself."""
    parts = (PARSER_VERSION, [astuple(source) for source in settings.sources])
    return sha256(repr(parts).encode()).hexdigest().encode()


def _loaded(settings: Settings, day: date, mark: bytes) -> tuple[Count, ...] | None:
    """Return the ledger of a day that is loaded whole by the present rules, else None."""
    try:
        ledger = pq.ParquetFile(readable(ledger_path(settings, day)))
        counts = tuple(Count(**row) for row in ledger.read().to_pylist())
        events = pq.read_metadata(readable(events_path(settings, day))).num_rows
        pq.read_metadata(readable(quarantine_path(settings, day)))
    except (OSError, pa.ArrowInvalid, TypeError):
        return None
    metadata = ledger.schema_arrow.metadata or {}
    is_whole = events == sum(count.parsed for count in counts)
    return counts if is_whole and metadata.get(FINGERPRINT) == mark else None


def _same_files(known: tuple[Count, ...], files: list[Landed]) -> bool:
    return {(c.source_file, c.file_sha256) for c in known} == {(f.name, f.sha256) for f in files}


def _replace_day(
    settings: Settings, day: date, files: list[Landed], limits: Limits, mark: bytes
) -> DayResult:
    """Write a day's three files; between the first rename and the last the day counts as absent."""
    counts: list[Count] = []
    reasons: Counter[str] = Counter()
    ledger = ledger_path(settings, day)

    def write_ledger(path: Path) -> None:
        rows = [count.__dict__ for count in counts]
        table = pa.Table.from_pylist(rows, LEDGER_SCHEMA)
        pq.write_table(table.replace_schema_metadata({FINGERPRINT: mark}), path, **PARQUET)

    def write_events(events: Path) -> None:
        def write_quarantine(quarantine: Path) -> None:
            found, seen = _read_all(files, settings, limits, events, quarantine)
            counts.extend(found)
            reasons.update(seen)
            remove_durably(ledger)

        write_atomically(quarantine_path(settings, day), write_quarantine)

    with _garbage_collection_paused():
        write_atomically(events_path(settings, day), write_events)
        write_atomically(ledger, write_ledger)
    return DayResult(day, True, tuple(counts), dict(reasons))


def _read_all(
    files: list[Landed], settings: Settings, limits: Limits, events: Path, quarantine: Path
) -> tuple[list[Count], Counter[str]]:
    """Judge all files of a day; one that turns out bad half-way makes the others start again."""
    refused = {landed.name: landed.refused for landed in files if landed.refused}
    while True:
        with DaySink(events, quarantine) as sink:
            counts: list[Count] = []
            for landed in files:
                if landed.name in refused:
                    counts.append(refuse_file(landed, refused[landed.name], sink))
                    continue
                try:
                    counts.append(read_file(landed, settings.sources, limits, sink))
                except BadFile as verdict:
                    refused[landed.name] = str(verdict)
                    break
            else:
                return counts, sink.reasons


@contextmanager
def _garbage_collection_paused() -> Generator[None]:
    """Hold the collector: lines become objects without cycles; it would search for nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _reasons(settings: Settings, day: date, counts: tuple[Count, ...]) -> dict[str, int]:
    if all(c.outcome in ("loaded", "empty") and not c.quarantined for c in counts):
        return {}
    path = readable(quarantine_path(settings, day))
    column = pq.read_table(path, columns=["reason"], partitioning=None)
    return dict(Counter(column.column("reason").to_pylist()))


def _report(results: list[DayResult], seconds: float) -> IngestReport:
    results.sort(key=lambda result: result.day)
    files = [count for result in results for count in result.files]
    reasons: Counter[str] = Counter()
    for result in results:
        reasons.update(result.reasons)
    return IngestReport(
        days=tuple(result.day for result in results),
        files=len(files),
        lines=sum(count.lines for count in files),
        parsed=sum(count.parsed for count in files),
        quarantined=sum(count.quarantined for count in files),
        blank=sum(count.blank for count in files),
        reloaded=tuple(result.day for result in results if result.is_reloaded),
        unchanged=tuple(result.day for result in results if not result.is_reloaded),
        reasons=dict(sorted(reasons.items())),
        seconds=seconds,
    )
