"""Landing, lake and published marts -> how the installation stands: reads, never writes or waits.

Totals come from the published revision: the build database belongs to the run that writes it.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pyarrow.parquet as pq

from warehouse.errors import UserError
from warehouse.feeds import FEEDS
from warehouse.lake.layout import Load, loads_with, quarantine_path, telling_damage
from warehouse.lake.loads import admitted, loaded
from warehouse.landing.days import landed_days
from warehouse.report.exceptions import Counted, read_exceptions
from warehouse.serving.marts import SCHEMA, open_marts, open_published
from warehouse.serving.publish import current
from warehouse.settings import Settings
from warehouse.storage.places import all_readable


@dataclass(frozen=True)
class Freshness:
    """What has landed and what of it is in the marts; ``waiting`` has landed and is not."""

    landed: tuple[date, ...]
    admitted: tuple[date, ...]
    waiting: tuple[date, ...]

    @property
    def missing(self) -> list[date]:
        """The days between others that never came."""
        came = {*self.landed, *self.admitted}
        first, last = min(came, default=date.max), max(came, default=date.min)
        between = (first + timedelta(days=number) for number in range(1, (last - first).days))
        return [day for day in between if day not in came]


@dataclass(frozen=True)
class Totals:
    """Lines by what became of them; all but ``events`` and ``placeholders`` add up to ``lines``.

    ``placeholders`` are events of which an id named nobody.
    """

    files: int = 0
    lines: int = 0
    accepted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    blank: int = 0
    left_out: int = 0
    erased: int = 0
    events: int = 0
    placeholders: int = 0

    def __str__(self) -> str:
        """Tell the classes that have lines; accepted ones, copies and refusals in any case."""
        told = f"{self.lines:,} = {self.accepted:,} accepted + {self.duplicates:,} duplicate"
        told += f" + {self.quarantined:,} quarantined + {self.blank:,} blank"
        told += f" + {self.left_out:,} left out" if self.left_out else ""
        told += f" + {self.erased:,} erased" if self.erased else ""
        told += f"; {self.events:,} events" if self.events != self.accepted else ""
        return told + (
            f"; {self.placeholders:,} with a placeholder for an id" if self.placeholders else ""
        )


@dataclass(frozen=True)
class Conflict:
    """A line that gives a known message id another content: it is kept out of every table."""

    load_date: date
    source_file: str
    source_line: int
    message_id: str


def today(settings: Settings) -> date:
    """Return the present day of the business; only the command line may ask."""
    return datetime.now(ZoneInfo(settings.timezone)).date()


def runnable_days(settings: Settings) -> list[date]:
    """Return the landed days a run can take: not in the future, not before ``first_day``."""
    first, last = settings.first_day or date.min, today(settings)
    return [day for day in landed_days(settings) if first <= day <= last]


def freshness(settings: Settings) -> Freshness:
    """Compare what has landed with what has been let in."""
    landed, known = runnable_days(settings), admitted(settings)
    return Freshness(
        landed=tuple(landed),
        admitted=tuple(sorted(known)),
        waiting=tuple(day for day in landed if day not in known),
    )


def totals(settings: Settings, first: date = date.min, last: date = date.max) -> Totals | None:
    """Add up the published ledger of some load days; None where nothing readable is published."""
    if current(settings) is None:
        return None
    with suppress(duckdb.Error, OSError), open_published(settings, "load_ledger") as published:
        found = published.execute(
            "select count(*), sum(lines), sum(accepted), sum(duplicates), sum(quarantined),"
            " sum(blank), sum(left_out), sum(erased), sum(events), sum(placeholders)"
            " from marts.load_ledger"
            " where load_date between cast(? as date) and cast(? as date)",
            [first, last],
        ).fetchall()
        return Totals(*(int(value or 0) for value in found[0]))
    return None


def exceptions(settings: Settings) -> list[Counted]:
    """Count what the published marts set apart or are unsure of; empty where none can be read."""
    if current(settings) is None:
        return []
    with suppress(duckdb.Error, OSError), open_published(settings) as published:
        return [each for each in read_exceptions(published, SCHEMA) if each.found]
    return []


def quarantine_counts(
    settings: Settings, days: Sequence[date] | None = None
) -> dict[tuple[date, str], int]:
    """Count what was set aside by load day and reason; reads no line."""
    counts: Counter[tuple[date, str]] = Counter()
    wanted: list[Load] = []
    for feed in FEEDS:
        newest, there = loaded(settings, feed), loads_with(settings, "quarantine", feed)
        chosen = newest if days is None else days
        wanted += [newest[day] for day in chosen if newest.get(day) in there]
    sources = all_readable([quarantine_path(settings, load) for load in wanted])
    for load, source in zip(wanted, sources, strict=True):
        with telling_damage(quarantine_path(settings, load), load.day):
            reasons = pq.ParquetFile(source).read(["reason"]).column("reason").to_pylist()
        counts.update((load.day, reason) for reason in reasons)
    return dict(sorted(counts.items()))


def conflicts(settings: Settings, day: date | None = None) -> list[Conflict]:
    """List the conflicts that the last build found, none where nothing is built.

    Raises UserError while a run has the build database.
    """
    if not settings.build_db.is_file() or not settings.serving_build_db.is_file():
        return []
    wanted = "is_conflict" if day is None else "is_conflict and load_date = $day"
    query = (
        "select load_date, source_file, source_line, message_id"
        f" from build.intermediate.int_event_duplicates where {wanted} order by all"
    )
    try:
        with open_marts(settings) as build:
            rows = build.execute(query, {} if day is None else {"day": day}).fetchall()
    except duckdb.CatalogException:
        return []
    except duckdb.IOException as error:
        raise UserError(
            "the build database is in use, so conflicts cannot be listed",
            where=str(settings.build_db),
            cure="try again when a run has ended well; `userops status` says who is writing",
        ) from error
    return [Conflict(*row) for row in rows]
