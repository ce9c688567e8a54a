"""Judged batches -> the Parquet files of one load day: the same input gives the same bytes."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.judging.verdicts import Judged, Refusal
from warehouse.lake.layout import EVENTS_SCHEMA, PARQUET, QUARANTINE_SCHEMA, ROW_GROUP_ROWS

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


class DaySink:
    """The rows and the quarantine of one day under construction; nothing aside, no quarantine."""

    def __init__(self, rows: Path, quarantine: Path, schema: pa.Schema = EVENTS_SCHEMA) -> None:
        self.reasons: Counter[str] = Counter()
        # Rows taken so far, accepted and refused.
        self.taken = 0
        # Where whatever is needed while the day is read may lie, and goes with it.
        self.folder = rows.parent
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

    def add(self, judged: Judged, source_file: str, sha256: str) -> None:
        """Take the verdicts on some lines of a file, in the order of the lines."""
        rows = judged.rows
        self.taken += rows.num_rows
        if rows.num_rows:
            *columns, line = rows.columns
            file, digest = (pa.repeat(pa.scalar(t), rows.num_rows) for t in (source_file, sha256))
            self._rows.add(
                pa.RecordBatch.from_arrays([*columns, file, line, digest], schema=self._schema)
            )
        if judged.rejected:
            self.refuse(judged.rejected, source_file, sha256)

    def refuse(self, rejected: Sequence[Refusal], source_file: str, sha256: str) -> None:
        """Put lines aside; number 0 stands for what is to be said about the whole file."""
        self.taken += len(rejected)
        numbers, rejections, lines = zip(*rejected, strict=True)
        reasons, details = zip(*rejections, strict=True)
        self.reasons.update(reasons)
        files, digests = ([text] * len(rejected) for text in (source_file, sha256))
        told = [detail or None for detail in details]
        columns = (files, numbers, digests, reasons, told, lines)
        arrays = [pa.array(c, f.type) for c, f in zip(columns, QUARANTINE_SCHEMA, strict=True)]
        if not self._quarantine:
            self._quarantine = RowGroups(self._path, QUARANTINE_SCHEMA, QUARANTINE_GROUP_BYTES)
        self._quarantine.add(pa.RecordBatch.from_arrays(arrays, schema=QUARANTINE_SCHEMA))
