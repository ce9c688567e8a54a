"""A record of any table -> the Segment line it stands for, by a source's mapping -> its verdict."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import msgspec
import pyarrow as pa

from warehouse.judging.exact import Limits
from warehouse.judging.quick import judge_batch
from warehouse.judging.repeats import refuse_repeats_within
from warehouse.judging.tables import Record
from warehouse.judging.values import WHITESPACE, Rejected, Rejection
from warehouse.judging.verdicts import JUDGED_SCHEMA, Judged, Refusal, Row
from warehouse.settings import Source

OBJECTS = ("properties", "traits", "context")
TIMES = ("timestamp", "receivedAt", "sentAt", "originalTimestamp")

_encode = msgspec.json.Encoder(decimal_format="number").encode
_as_anything = msgspec.json.Decoder().decode
_as_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def mapped_row(
    record: Record, source: Source | None, limits: Limits, row_id: Callable[[int], str]
) -> Row:
    """Turn a record into the Segment line it stands for, or into the reason why it stands for none.

    Without a source, columns bear Segment's own names, dotted where they lie inside an object, and
    ``properties``, ``traits`` and ``context`` may hold JSON text. ``row_id`` names a row
    that brings no message id of its own.
    """
    original = record.original or _encode(_writable(record.values))
    if len(original) > limits.max_line_bytes:
        over = Rejection("too_long", f"over {limits.max_line_bytes} bytes")
        return Row(record.number, original, original, over)
    if record.refused:
        return Row(record.number, original, original, record.refused)
    if not record.values:
        return Row(record.number, b"", original)
    try:
        line = _segment_line(record, source, row_id)
    except Rejected as verdict:
        return Row(record.number, original, original, verdict.rejection)
    return Row(record.number, line, original)


def judge_mapped(rows: Sequence[Row], limits: Limits) -> Judged:
    """Judge rows of a table by the Segment lines they stand for, under their own numbers."""
    ready = [row for row in rows if not row.refused]
    judged = judge_batch([row.line for row in ready], 0, limits)
    *columns, places = judged.rows.columns
    numbers = pa.array([row.number for row in ready], pa.int64()).take(places)
    events = pa.RecordBatch.from_arrays([*columns, numbers], schema=JUDGED_SCHEMA)
    rejected = [Refusal(row.number, row.refused, row.original) for row in rows if row.refused]
    for place, verdict, _ in judged.rejected:
        rejected.append(Refusal(ready[place].number, verdict, ready[place].original))
    rejected.sort(key=lambda refusal: refusal.number)
    return Judged(events, rejected, judged.blank, placeholders=judged.placeholders)


def _segment_line(record: Record, source: Source | None, row_id: Callable[[int], str]) -> bytes:
    event: dict[str, Any] = {}
    columns = source.columns if source else {name: name for name in record.values}
    for field, value in (source.constants if source else {}).items():
        _put(event, field, value)
    # Whole objects first, so that a dotted column lands inside them.
    for field in sorted(columns, key=lambda name: name.count(".")):
        value = _value(_lookup(record.values, columns[field]))
        if value is not None and value != "":
            _put(event, field, _converted(field, value, source))
    if source and source.order_id == "row":
        _put(event, "properties.order_id", row_id(record.number))
    if not str(event.get("messageId") or "").strip(WHITESPACE):
        event["messageId"] = row_id(record.number)
    return _encode(event)


def _lookup(values: Mapping[str, Any], column: str) -> Any:
    """Find a column by its name, else by the path its dots describe."""
    if column in values:
        return values[column]
    found: Any = values
    for step in column.split("."):
        if isinstance(found, msgspec.Raw) and bytes(found)[:1] == b"{":
            found = _as_fields(found)
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def found_in(values: Mapping[str, Any], column: str) -> bool:
    """Tell whether a row has a column, be it null."""
    return column in values or _lookup(values, column) is not None


def _converted(field: str, value: Any, source: Source | None) -> Any:
    if field in TIMES and source and source.date_format and isinstance(value, str):
        return _iso_time(value, source.date_format)
    if field in OBJECTS and isinstance(value, msgspec.Raw):
        value = bytes(value).decode()
    if field in OBJECTS and isinstance(value, str):
        return _parsed_object(field, value)
    return value


@lru_cache(maxsize=4_096)
def _iso_time(value: str, form: str) -> str:
    try:
        moment = datetime.strptime(value.strip(), form)  # noqa: DTZ007 - the zone is set below
    except ValueError:
        raise Rejected("bad_time", f"not of the form {form}") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _parsed_object(field: str, text: str) -> dict[str, Any]:
    """Read JSON text to its fields, kept as written; what is no JSON must not reach the line."""
    try:
        raw = text.encode()
        fields = _as_fields(raw)
        refuse_repeats_within(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise Rejected("bad_json", f"{field}: {error}") from None
    return dict(fields)


def _put(event: dict[str, Any], field: str, value: Any) -> None:
    first, _, rest = field.partition(".")
    if not rest:
        event[first] = dict(value) if isinstance(value, dict) else value
        return
    inner = event.setdefault(first, {})
    if not isinstance(inner, dict):
        raise Rejected("bad_value", f"{first} is not an object")
    _put(inner, rest, value)


def _writable(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in values.items()}


def _value(value: Any) -> Any:
    """Return a value of a typed file as JSON can hold it without loss."""
    if isinstance(value, msgspec.Raw):
        # Numbers stay as they are written; only texts and null need to be known as such.
        return _as_anything(value) if bytes(value)[:1] in (b'"', b"n") else value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, dict):
        return _writable(value)
    return value
