"""The records of a table -> lines and verdicts, under the rows' own numbers and bytes."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import pyarrow as pa

from warehouse.judging.exact import Limits
from warehouse.judging.mapper import LeftOut, Mapper
from warehouse.judging.quick import judge_batch
from warehouse.judging.tables import Record
from warehouse.judging.values import Rejected, Rejection
from warehouse.judging.verdicts import JUDGED_SCHEMA, Judged, Refusal, Row
from warehouse.judging.written import encode, json_values


def mapped_row(record: Record, mapper: Mapper, limits: Limits, row_id: Callable[[int], str]) -> Row:
    """Turn a record into the Segment line it stands for, or into the reason why it stands for none.

    ``row_id`` names a row that brings no message id of its own. Raises LeftOut.
    """
    original, refused = checked(record, limits)
    if refused:
        return Row(record.number, original, original, refused)
    if not record.values:
        return Row(record.number, b"", original)
    try:
        return Row(record.number, mapper.line(record, row_id), original)
    except Rejected as verdict:
        return Row(record.number, mapper.readable_line(record), original, verdict.rejection)


def checked(record: Record, limits: Limits) -> tuple[bytes, Rejection | None]:
    """Return a record's own bytes, and why they are refused before anything is read, if so."""
    original = record.original or encode(json_values(record.values))
    if len(original) > limits.max_line_bytes:
        return original, Rejection("too_long", f"over {limits.max_line_bytes} bytes")
    return original, record.refused


def mapped_rows(
    records: Iterable[Record],
    mapper: Mapper,
    limits: Limits,
    row_id: Callable[[int], str],
    apart: list[Refusal],
) -> Iterator[Row]:
    """Yield the rows of records; those that the source leaves out go to ``apart``."""
    for record in records:
        try:
            yield mapped_row(record, mapper, limits, row_id)
        except LeftOut as rule:
            apart.append(left_out(record, str(rule)))


def left_out(record: Record, rule: str) -> Refusal:
    """Return a row that a source does not want, with the rule that says so."""
    original = record.original or encode(json_values(record.values))
    return Refusal(record.number, Rejection("left_out", rule), original)


def rules_in(apart: Iterable[Refusal]) -> Counter[str]:
    """Count rows that were left out by rule."""
    return Counter(row.why.detail for row in apart)


def judge_mapped(rows: Sequence[Row], limits: Limits) -> Judged:
    """Judge rows of a table by the Segment lines they stand for, under their own numbers."""
    ready = [row for row in rows if not row.refused]
    judged = judge_batch([row.line for row in ready], 0, limits)
    *columns, places = judged.rows.columns
    numbers = pa.array([row.number for row in ready], pa.int64()).take(places)
    events = pa.RecordBatch.from_arrays([*columns, numbers], schema=JUDGED_SCHEMA)
    rejected = [
        Refusal(row.number, row.refused, row.original, row.line) for row in rows if row.refused
    ]
    for place, verdict, line, _ in judged.rejected:
        rejected.append(Refusal(ready[place].number, verdict, ready[place].original, line))
    rejected.sort(key=lambda refusal: refusal.number)
    return Judged(events, rejected, judged.blank, placeholders=judged.placeholders)
