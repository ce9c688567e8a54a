"""Rows -> verdicts: the exact judge applied one by one, its findings as one Arrow batch."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa

from warehouse.judging.exact import PLACEHOLDER, Limits, judge
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
    """A row that is no event: its number, why, its own bytes, and what they are as a line."""

    number: int
    why: Rejection
    original: bytes
    line: bytes = b""


@dataclass(frozen=True)
class Judged:
    """The verdicts on consecutive rows of a file: events in row order, refused rows, blank ones.

    ``left_out`` counts, by rule, the rows that a source does not want; ``used`` those of which any
    event came, where one row can give several events or several rows one: else each gives one.
    ``placeholders`` are events of which an id was a placeholder, and counts as none.
    """

    rows: pa.RecordBatch
    rejected: list[Refusal]
    blank: int
    left_out: Mapping[str, int] = field(default_factory=dict)
    used: int | None = None
    placeholders: int = 0
    # Rows left out, with their rule and bytes; rows an event was made of beside its first.
    apart: Sequence[Refusal] = ()
    members: Mapping[int, Sequence[int]] = field(default_factory=dict)

    @property
    def refused_rows(self) -> int:
        """How many rows were refused; what is told of number 0 is no row."""
        return sum(refusal.number > 0 for refusal in self.rejected)

    @property
    def used_rows(self) -> int:
        """How many rows of the file any event came of."""
        return self.rows.num_rows if self.used is None else self.used


@dataclass(frozen=True)
class Count:
    """A row of the ledger: ``lines == parsed + quarantined + blank + left_out + erased``.

    ``parsed`` are the lines of which any event came, ``events`` the events: one line can give
    several, several lines one. ``left_out_by`` counts by rule what a source does not want, as JSON.
    ``placeholders`` are events of which an id named nobody. ``content_bytes`` is the size of the
    file unpacked, of which ``aside_bytes`` are not accepted: all of them, where it is refused.
    """

    source_file: str
    file_sha256: str
    bytes: int
    lines: int
    parsed: int
    quarantined: int
    blank: int
    outcome: str
    format: str
    events: int = 0
    left_out: int = 0
    left_out_by: str = "{}"
    erased: int = 0
    placeholders: int = 0
    content_bytes: int = 0
    aside_bytes: int = 0

    @property
    def rules_of_left_out(self) -> dict[str, int]:
        """How many lines each rule of the source leaves out."""
        return json.loads(self.left_out_by)


def written_rules(left_out: Mapping[str, int]) -> str:
    """Return how many rows each rule leaves out, as the ledger holds it."""
    return json.dumps(dict(sorted(left_out.items())), ensure_ascii=False)


def judge_rows(lines: Iterable[Row], limits: Limits) -> Judged:
    """Judge rows one by one."""
    events, numbers, rejected, blank = [], [], [], 0
    remarks: Counter[str] = Counter()
    for number, line, original, refused in lines:
        if not refused and (not line or line.isspace()):
            blank += 1
            continue
        verdict = refused or judge(line, limits, remarks)
        if isinstance(verdict, Rejection):
            rejected.append(Refusal(number, verdict, original, line))
        else:
            events.append(verdict)
            numbers.append(number)
    columns = zip(*events, strict=True) if events else [[]] * len(EVENT_SCHEMA)
    arrays = [pa.array(c, f.type) for c, f in zip(columns, EVENT_SCHEMA, strict=True)]
    arrays.append(pa.array(numbers, pa.int64()))
    rows = pa.RecordBatch.from_arrays(arrays, schema=JUDGED_SCHEMA)
    return Judged(rows, rejected, blank, placeholders=remarks[PLACEHOLDER])
