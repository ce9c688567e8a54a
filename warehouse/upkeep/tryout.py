"""A file, wherever it lies -> what its first rows would become; nothing is loaded.

What is shown of a row names no contact: ids that look like one are masked, traits not shown.
"""

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.feeds import EVENTS, FEEDS
from warehouse.judging.contents import Content
from warehouse.judging.files import Findings, look_at, read_file, source_of
from warehouse.judging.verdicts import Count
from warehouse.lake.ingest import limits_on
from warehouse.lake.layout import schema_of
from warehouse.lake.sinks import DaySink
from warehouse.landing.archives import is_archive, open_archive, open_member
from warehouse.landing.days import open_landed, source_name
from warehouse.landing.kinds import CSV, PARQUET
from warehouse.landing.streams import BadFile
from warehouse.settings import Settings, Source

# So many rows are read: enough to see what a file is, and quick with a file of any size.
ROWS = 10_000
# No time is too late for a file of which nobody knows when it will land.
FAR = date(9_000, 1, 1)


@dataclass
class Tryout:
    """What the first rows of a file became: events, rows by what became of them, and why not."""

    source: str = ""
    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)

    def total(self, name: str) -> int:
        """Add up a count of all files of an archive."""
        return sum(getattr(count, name) for count in self.counts)

    @property
    def is_whole(self) -> bool:
        """Tell whether something came of the file, and nothing was refused."""
        return bool(self.total("events")) and not self.reasons


def try_file(
    settings: Settings, path: Path, sources: Sequence[Source] | None = None, *, shown: int = 10
) -> Tryout:
    """Read the first rows of a file as an ingest would, by the settings' sources or by others."""
    feed = path.parent.parent.name if path.parent.parent.name in FEEDS else EVENTS
    told = settings.sources_of(feed) if sources is None else tuple(sources)
    landed = look_at(path, source_name(path))
    limits = limits_on(settings, FAR)
    with tempfile.TemporaryDirectory(prefix="userops-") as scratch:
        rows, aside = Path(scratch) / "rows.parquet", Path(scratch) / "aside.parquet"
        findings = Findings()
        while True:
            findings.begin()
            aside.unlink(missing_ok=True)
            with DaySink(rows, aside, schema_of(feed)) as sink:
                counts = read_file(landed, told, limits, sink, feed, findings, ROWS)
                findings.end(sink)
            if not findings.again:
                break
        found = Tryout(counts=counts, reasons=Counter(sink.reasons))
        first = next(pq.ParquetFile(rows).iter_batches(batch_size=shown), None)
        found.events = first.to_pylist() if first else []
        if aside.exists():
            table = pq.ParquetFile(aside).read(["source_line", "reason", "detail"])
            found.refused = _of_each_reason(table)
    for count in counts:
        found.left_out.update(count.rules_of_left_out)
    found.format = next((count.format for count in counts if count.format), "")
    _describe(found, path, told, feed)
    return found


def _of_each_reason(table: pa.Table, most: int = 3) -> list[dict[str, Any]]:
    seen: Counter[str] = Counter()
    kept = []
    for row in table.to_pylist():
        seen[row["reason"]] += 1
        if seen[row["reason"]] <= most:
            kept.append(row)
    return kept


def _describe(found: Tryout, path: Path, sources: Sequence[Source], feed: str) -> None:
    """Say what the file was taken for."""
    source = source_of((path.name,), sources)
    found.source = source.name if source else ""
    try:
        with open_landed(path) as file:
            if is_archive(file):
                found.format = f"{found.format} in a zip"
                member = next(iter(open_archive(file)), None)
                if member is None:
                    return
                source = source or source_of((member.name.rpartition("/")[2],), sources)
                found.source = source.name if source else ""
                opened, name, packed = open_member(member), member.name, max(member.size, 1)
            else:
                opened, name, packed = file, path.name, 0
            content = Content(opened, name, source, FEEDS[feed], size=0, packed_size=packed)
    except (BadFile, OSError):
        return
    found.encoding = "" if content.form == PARQUET else content.encoding
    found.delimiter = content.dialect.delimiter if content.form == CSV else ""
