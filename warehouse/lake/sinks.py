"""Judged batches -> the Parquet files of one load day: the same input gives the same bytes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from warehouse.judging.asides import noes_in
from warehouse.judging.erased import Erased
from warehouse.judging.exact import Limits
from warehouse.judging.verdicts import Count, Judged, Refusal, written_rules
from warehouse.lake.layout import EVENTS_SCHEMA, PARQUET, QUARANTINE_SCHEMA, ROW_GROUP_ROWS

pc: Any = pyarrow.compute  # its functions are made when it is imported
NOBODY = Erased()
# Long lines make a row group full before its rows do; memory is what is bounded.
ROWS_GROUP_BYTES = 128 << 20
QUARANTINE_GROUP_BYTES = 32 << 20
# Columns of few different values: a dictionary of others is work for nothing.
_REPEATING = frozenset(
    {
        *("type", "event", "platform", "country", "campaign_source", "campaign_medium", "currency"),
        *("source_file", "file_sha256", "reason"),
    }
)
# Hashes do not shrink, and what a dictionary says in a few bits hardly does.
_UNCOMPRESSED = _REPEATING - {"event"} | {"message_hash", "payload_hash"}
_NO_STATISTICS = frozenset({"properties", "traits", "context", "line", "detail"})


class RowGroups:
    """Collects batches and writes them as row groups of a fixed number of rows."""

    def __init__(self, path: Path, schema: pa.Schema, group_bytes: int) -> None:
        self._schema = schema
        self._group_bytes = group_bytes
        self._waiting: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0
        packed = [name for name in schema.names if name not in _UNCOMPRESSED]
        unpacked = {name: "none" for name in schema.names if name in _UNCOMPRESSED}
        self._writer = pq.ParquetWriter(
            path,
            schema,
            use_dictionary=[name for name in schema.names if name in _REPEATING],
            write_statistics=[name for name in schema.names if name not in _NO_STATISTICS],
            compression=dict.fromkeys(schema.names, PARQUET["compression"]) | unpacked,
            compression_level=dict.fromkeys(packed, PARQUET["compression_level"]),
        )

    def add(self, batch: pa.RecordBatch) -> None:
        """Take a batch; full row groups go to the file."""
        if not batch.num_rows:
            return
        self._waiting.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._bytes >= self._group_bytes:
            self._flush(self._rows)
        while self._rows >= ROW_GROUP_ROWS:
            self._flush(ROW_GROUP_ROWS)

    def close(self) -> None:
        """Write what is waiting, and the end of the file."""
        if self._rows:
            self._flush(self._rows)
        self._writer.close()

    def _flush(self, rows: int) -> None:
        table = pa.Table.from_batches(self._waiting, self._schema)
        self._writer.write_table(table.slice(0, rows), row_group_size=ROW_GROUP_ROWS)
        rest = table.slice(rows)
        self._waiting = rest.to_batches()
        self._rows = rest.num_rows
        self._bytes = rest.nbytes


@dataclass
class Dropped:
    """What of a file was of people who were erased: their rows, by number, and what they were."""

    rows: set[int] = field(default_factory=set)
    used: int = 0
    events: int = 0
    quarantined: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def _all_of(events: pa.RecordBatch, judged: Judged) -> set[int]:
    """Return all rows that events were made of."""
    firsts = set(events["source_line"].to_pylist())
    return firsts.union(*(judged.members.get(first, ()) for first in firsts))


class DaySink:
    """The rows and the quarantine of one day under construction; nothing aside, no quarantine.

    Rows and lines of people who were ``erased`` go no further; ``dropped`` counts them by file. A
    row that fills ``outlives`` stays, whomever it names.
    """

    def __init__(
        self,
        rows: Path,
        quarantine: Path,
        schema: pa.Schema = EVENTS_SCHEMA,
        *,
        erased: Erased = NOBODY,
        outlives: str = "",
    ) -> None:
        self.reasons: Counter[str] = Counter()
        # Rows taken so far, accepted and refused.
        self.taken = 0
        # Where whatever is needed while the day is read may lie, and goes with it.
        self.folder = rows.parent
        self.dropped: dict[str, Dropped] = {}
        self._erased = erased
        self._outlives = outlives
        self._schema = schema
        self._rows = RowGroups(rows, schema, ROWS_GROUP_BYTES)
        self._path = quarantine
        self._quarantine: RowGroups | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._rows.close()
        if self._quarantine:
            self._quarantine.close()

    def add(self, judged: Judged, source_file: str, sha256: str, limits: Limits) -> int:
        """Take the verdicts on some lines of a file, in the order of the lines.

        Return how many events there are more: the noes of lines that are set aside.
        """
        if self._erased:
            judged = self._without_erased(judged, source_file)
        rows = judged.rows
        self.taken += rows.num_rows
        if rows.num_rows:
            *columns, line = rows.columns
            file, digest = (pa.repeat(pa.scalar(t), rows.num_rows) for t in (source_file, sha256))
            self._rows.add(
                pa.RecordBatch.from_arrays([*columns, file, line, digest], schema=self._schema)
            )
        if not judged.rejected:
            return 0
        self.refuse(judged.rejected, source_file, sha256)
        noes = [
            no | {"source_file": source_file, "source_line": number, "file_sha256": sha256}
            for number, _, _, line in judged.rejected
            for no in noes_in(line, (source_file, number), limits)
        ]
        heard = pa.RecordBatch.from_pylist(noes, self._schema)
        if self._erased:
            heard = heard.filter(pa.array(~self._erased.own(heard)))
        self._rows.add(heard)
        return heard.num_rows

    def settled(self, count: Count) -> Count:
        """Return a row of the ledger as it is without the people who were erased."""
        gone = self.dropped.get(count.source_file)
        if gone is None or count.outcome == "rejected":
            return count
        return replace(
            count,
            parsed=count.parsed - gone.used,
            events=count.events - gone.events,
            quarantined=count.quarantined - gone.quarantined,
            left_out=count.left_out - gone.left_out.total(),
            left_out_by=written_rules(Counter(count.rules_of_left_out) - gone.left_out),
            erased=gone.used + gone.quarantined + gone.left_out.total(),
        )

    def _without_erased(self, judged: Judged, source_file: str) -> Judged:
        own = self._erased.own(judged.rows)
        if self._outlives:
            own &= pc.is_null(judged.rows[self._outlives]).to_numpy(zero_copy_only=False)
        # Of a line that cannot be read it is not known whether it may go.
        theirs = [
            each.number
            for each in ([] if self._outlives else judged.rejected)
            if each.number and self._erased.own_line(each.original)
        ]
        left = [each for each in judged.apart if self._erased.own_line(each.original)]
        if not own.any() and not theirs and not left:
            return judged
        gone = self.dropped.setdefault(source_file, Dropped())
        stays = judged.rows.filter(pa.array(~own))
        numbers = _all_of(judged.rows.filter(pa.array(own)), judged)
        numbers -= _all_of(stays, judged) | gone.rows
        used = len(numbers) if stays.num_rows else judged.used_rows
        gone.rows.update(numbers, theirs, (each.number for each in left))
        gone.left_out.update(each.why.detail for each in left)
        gone.used += used
        gone.events += int(own.sum())
        gone.quarantined += len(theirs)
        rejected = [each for each in judged.rejected if each.number not in theirs]
        return replace(judged, rows=stays, rejected=rejected)

    def refuse(self, rejected: Sequence[Refusal], source_file: str, sha256: str) -> None:
        """Put lines aside; number 0 stands for what is to be said about the whole file."""
        self.taken += len(rejected)
        numbers, rejections, lines, _ = zip(*rejected, strict=True)
        reasons, details = zip(*rejections, strict=True)
        self.reasons.update(reasons)
        files, digests = ([text] * len(rejected) for text in (source_file, sha256))
        # A name in a file may hold bytes that are no text; what is told of it is text.
        told = [d.encode(errors="replace").decode() if d else None for d in details]
        columns = (files, numbers, digests, reasons, told, lines)
        arrays = [pa.array(c, f.type) for c, f in zip(columns, QUARANTINE_SCHEMA, strict=True)]
        if not self._quarantine:
            self._quarantine = RowGroups(self._path, QUARANTINE_SCHEMA, QUARANTINE_GROUP_BYTES)
        self._quarantine.add(pa.RecordBatch.from_arrays(arrays, schema=QUARANTINE_SCHEMA))
