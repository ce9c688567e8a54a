"""Rows -> verdicts: the exact judge applied one by one, its findings as one Arrow batch."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa

from warehouse.judging.exact import Limits, judge
from warehouse.judging.values import Rejection
from warehouse.lake.layout import EVENTS_SCHEMA

# The columns the judge fills; lineage is added when the batch is written.
JUDGED_SCHEMA = pa.schema(
    [f for f in EVENTS_SCHEMA if f.name not in ("source_file", "file_sha256")]
)
EVENT_SCHEMA = pa.schema([f for f in JUDGED_SCHEMA if f.name != "source_line"])


class Row(NamedTuple):
    """One row of a file: its number, its Segment line, its own bytes, a verdict passed before."""

    number: int
    line: bytes
    original: bytes
    refused: Rejection | None = None


class Refusal(NamedTuple):
    """A row that is no event: its number, why, and its own bytes."""

    number: int
    why: Rejection
    original: bytes


@dataclass(frozen=True)
class Judged:
    """The verdicts on consecutive lines: rows in line order, rejected lines, blank ones."""

    rows: pa.RecordBatch
    rejected: list[Refusal]
    blank: int


def judge_rows(rows: Iterable[Row], limits: Limits) -> Judged:
    """Judge rows one by one."""
    events, numbers, rejected, blank = [], [], [], 0
    for number, line, original, refused in rows:
        if not refused and (not line or line.isspace()):
            blank += 1
            continue
        verdict = refused or judge(line, limits)
        if isinstance(verdict, Rejection):
            rejected.append(Refusal(number, verdict, original))
        else:
            events.append(verdict)
            numbers.append(number)
    columns = zip(*events, strict=True) if events else [[]] * len(EVENT_SCHEMA)
    arrays = [pa.array(c, f.type) for c, f in zip(columns, EVENT_SCHEMA, strict=True)]
    arrays.append(pa.array(numbers, pa.int64()))
    return Judged(pa.RecordBatch.from_arrays(arrays, schema=JUDGED_SCHEMA), rejected, blank)
