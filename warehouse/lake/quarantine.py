"""Lines that were not accepted -> seen, shown byte for byte, and judged again once mended."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from warehouse.errors import UserError
from warehouse.feeds import FEEDS
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import (
    QUARANTINE_SCHEMA,
    loads_with,
    quarantine_path,
    read_days,
)
from warehouse.lake.loads import loaded, read_ledger
from warehouse.lake.outcome import IngestReport, together
from warehouse.landing.days import landed_days
from warehouse.settings import Settings
from warehouse.storage.places import is_file, readable

pc: Any = pyarrow.compute  # its functions are made when it is imported


def list_quarantine(settings: Settings, days: Sequence[date] | None = None) -> pa.Table:
    """Return the quarantine of the given days (default: all) of all feeds, ``load_date`` in front.

    Rows with ``source_line`` 0 are about a whole file and count as no line.
    """
    paths = []
    for feed in FEEDS:
        there = loads_with(settings, "quarantine", feed)
        paths += [
            (day, quarantine_path(settings, load))
            for day, load in (loaded(settings, feed).items() if there else ())
            if load in there and (days is None or day in days)
        ]
    return read_days(paths, QUARANTINE_SCHEMA)


def show(settings: Settings, day: date, source_file: str, line: int) -> bytes:
    """Return a quarantined line as it stood in its file; raises UserError where there is none."""
    feed = source_file.partition("/")[0]
    load = loaded(settings, feed).get(day) if feed in FEEDS else None
    path = quarantine_path(settings, load) if load else settings.lake_root / "quarantine"
    if load and is_file(path):
        wanted = (pc.field("source_file") == source_file) & (pc.field("source_line") == line)
        found = pq.read_table(readable(path), filters=wanted, partitioning=None).column("line")
        if len(found):
            return found[0].as_py()
    raise UserError(
        f"no line {line} of {source_file} is in the quarantine of {day}",
        where=str(path),
        cure="userops quarantine list names what is there",
    )


def replay(settings: Settings, days: Sequence[date] | None = None) -> IngestReport:
    """Judge again what landed on the given days (default: all days with something set aside).

    Call it after the rules, the mapping or the files were mended: the lake is then the same as if
    nothing had ever been wrong.
    """
    reports = []
    for feed in FEEDS.values():
        chosen = _days_with_something_aside(settings, feed.name) if days is None else days
        there = chosen if feed.every_day else set(chosen) & {*landed_days(settings, feed.name)}
        reports.append(ingest_days(settings, [*there], feed.name, force=True))
    return together(reports)


def _days_with_something_aside(settings: Settings, feed: str) -> list[date]:
    ledger = read_ledger(settings, feed=feed)
    aside = pc.or_(
        pc.greater(ledger["quarantined"], 0),
        pc.is_in(ledger["outcome"], pa.array(["rejected", "incomplete"])),
    )
    return sorted(set(ledger.filter(aside)["load_date"].to_pylist()))
