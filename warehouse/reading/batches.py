"""Many lines -> one Arrow batch: what ``warehouse.lines`` decides, a column at a time.

A line takes the fast way only where it is certain to be accepted as it stands; every doubt goes to
the exact judge. So this module may be slow on strange input, never wrong: a test compares the two.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute
import xxhash

from warehouse.lake import EVENTS_SCHEMA
from warehouse.lines import MAX_DEPTH, MONEY_EVENTS, VIEWS, Limits, judge, order_of
from warehouse.reading.repeats import has_distinct_fields, is_unrepeated
from warehouse.reading.values import WHITESPACE, Rejected, Rejection, moment_of

pc: Any = pyarrow.compute  # its functions are made when it is imported

# The columns the judge fills; lineage is added when the batch is written.
JUDGED_SCHEMA = pa.schema(
    [f for f in EVENTS_SCHEMA if f.name not in ("source_file", "file_sha256")]
)
_ROW_SCHEMA = pa.schema([f for f in JUDGED_SCHEMA if f.name != "source_line"])

Text = str | None
Part = msgspec.Raw


class _Envelope(msgspec.Struct, gc=False):
    """A line of the usual shape; the first ten fields are what the payload hash covers."""

    type: Literal["track", "page", "screen", "identify", "group", "alias"]
    messageId: str  # noqa: N815 - Segment's names
    event: Text = None
    userId: Text = None  # noqa: N815
    anonymousId: Text = None  # noqa: N815
    previousId: Text = None  # noqa: N815
    groupId: Text = None  # noqa: N815
    timestamp: Text = None
    receivedAt: Text = None  # noqa: N815
    sentAt: Text = None  # noqa: N815
    originalTimestamp: Text = None  # noqa: N815
    channel: Text = None
    properties: Part = Part()
    traits: Part = Part()
    context: Part = Part()
    integrations: Part = Part()


class _Named(msgspec.Struct, gc=False):
    name: Text = None


class _Device(msgspec.Struct, gc=False):
    type: Text = None


class _Place(msgspec.Struct, gc=False):
    country: Text = None


class _Campaign(msgspec.Struct, gc=False):
    source: Text = None
    medium: Text = None
    name: Text = None


class _Context(msgspec.Struct, gc=False):
    platform: Text = None
    country: Text = None
    device: _Device | None = None
    os: _Named | None = None
    location: _Place | None = None
    campaign: _Campaign | None = None


_NAMES = _Envelope.__struct_fields__
_TEXTS = tuple(
    name for name in _NAMES if name not in ("properties", "traits", "context", "integrations")
)
_PARTS = ("properties", "traits", "context", "integrations")
_IDS = ("messageId", "userId", "anonymousId", "previousId", "groupId")
_TIMES = ("timestamp", "receivedAt", "sentAt", "originalTimestamp")
_ABSENT = frozenset({b"", b"{}", b"null"})
_NO_CONTEXT = _Context()
_UTC = pa.timestamp("us", "UTC")

_decode = msgspec.json.Decoder(_Envelope).decode
_decode_context = msgspec.json.Decoder(_Context).decode
_pack = msgspec.msgpack.Encoder().encode
_row = msgspec.structs.astuple


class Row(NamedTuple):
    """One row of a file: its number, its Segment line, its own bytes, a verdict passed before."""

    number: int
    line: bytes
    original: bytes
    refused: Rejection | None = None


@dataclass(frozen=True)
class Judged:
    """The verdicts on consecutive lines: events in line order, rejected lines, blank ones."""

    events: pa.RecordBatch
    rejected: list[tuple[int, Rejection, bytes]]
    blank: int


def judge_batch(lines: Sequence[bytes], first_line: int, limits: Limits) -> Judged:
    """Judge consecutive lines, the first of which has the number ``first_line``."""
    places, rows = _decode_usual(lines, limits)
    sure, columns = _columns(places, rows, lines, limits)
    doubtful = np.ones(len(lines), dtype=bool)
    doubtful[sure] = False
    doubts = np.flatnonzero(doubtful).tolist()
    rest = judge_rows(
        (Row(place + first_line, lines[place], lines[place]) for place in doubts), limits
    )
    usual = pa.RecordBatch.from_arrays(
        [*columns, pa.array(sure + first_line)], schema=JUDGED_SCHEMA
    )
    return Judged(_in_order(usual, rest.events), rest.rejected, rest.blank)


def judge_rows(
    rows: Iterable[Row], limits: Limits, default_id: Callable[[int], str] | None = None
) -> Judged:
    """Judge rows one by one; ``default_id`` gives a row number its id where the row has none."""
    events, numbers, rejected, blank = [], [], [], 0
    for number, line, original, refused in rows:
        if not refused and (not line or line.isspace()):
            blank += 1
            continue
        verdict = refused or judge(line, limits, default_id(number) if default_id else "")
        if isinstance(verdict, Rejection):
            rejected.append((number, verdict, original))
        else:
            events.append(verdict)
            numbers.append(number)
    columns = zip(*events, strict=True) if events else [[]] * len(_ROW_SCHEMA)
    arrays = [pa.array(c, f.type) for c, f in zip(columns, _ROW_SCHEMA, strict=True)]
    arrays.append(pa.array(numbers, pa.int64()))
    return Judged(pa.RecordBatch.from_arrays(arrays, schema=JUDGED_SCHEMA), rejected, blank)


def _in_order(usual: pa.RecordBatch, rest: pa.RecordBatch) -> pa.RecordBatch:
    if not rest.num_rows:
        return usual
    if not usual.num_rows:
        return rest
    both = pa.concat_batches([usual, rest])
    return both.take(pc.sort_indices(both.column("source_line")))


def _decode_usual(lines: Sequence[bytes], limits: Limits) -> tuple[list[int], list[tuple]]:
    """Return the places and fields of the lines of the usual shape."""
    dubious = _suspects(lines, limits)
    places: list[int] = []
    rows: list[tuple] = []
    for place, line in enumerate(lines):
        try:
            envelope = _decode(line)
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            continue
        if place not in dubious:
            places.append(place)
            rows.append(_row(envelope))
    return places, rows


def _suspects(lines: Sequence[bytes], limits: Limits) -> set[int]:
    """Return the places of lines with bytes that the decoder lets pass unseen in kept JSON text."""
    found = {place for place, line in enumerate(lines) if len(line) > limits.max_line_bytes}
    whole = b"".join(lines)
    if b"\\" in whole:
        found.update(p for p, line in enumerate(lines) if b"\\" in line and b"\\u0000" in line)
    if not whole.isascii():
        found.update(place for place, line in enumerate(lines) if not _is_utf8(line))
    return found


def _is_utf8(line: bytes) -> bool:
    if line.isascii():
        return True
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _columns(
    places: list[int], rows: list[tuple], lines: Sequence[bytes], limits: Limits
) -> tuple[np.ndarray, list[pa.Array]]:
    """Return the places of the certain lines and their judged columns."""
    given: dict[str, Any] = dict(
        zip(_NAMES, zip(*rows, strict=True) if rows else [()] * 16, strict=True)
    )
    parts = {name: list(map(bytes, given[name])) for name in _PARTS}
    texts = {name: pa.array(given[name], pa.string()) for name in _TEXTS}
    contexts = _contexts(parts["context"])
    times = {name: _times(texts[name]) for name in _TIMES}
    occurred = _occurred(times)
    sure = _unrepeated(texts, parts, [lines[place] for place in places])
    sure &= _fits(occurred, limits) & contexts.pop("is_usual")
    for name in _TIMES[1:]:
        sure &= _certain(pc.or_(texts[name].is_null(), times[name].is_valid()))
    for name in ("properties", "traits"):
        sure &= np.fromiter(map(_is_kept, parts[name]), bool, len(rows))
    for name in ("context", "integrations"):
        sure &= np.fromiter(map(_is_shallow, parts[name]), bool, len(rows))
    for column in (*(texts[name] for name in _IDS), *contexts.values()):
        if column.null_count == len(column):
            continue
        sure &= _certain(pc.equal(column, pc.utf8_trim(column, WHITESPACE)), when_null=True)
        sure &= _certain(pc.not_equal(column, ""), when_null=True)
    if texts["userId"].null_count and texts["anonymousId"].null_count:
        sure &= _certain(pc.or_(texts["userId"].is_valid(), texts["anonymousId"].is_valid()))
    event, is_sure = _events(texts["type"], texts["event"])
    sure &= is_sure
    kept = {name: [_given(part) for part in parts[name]] for name in _PARTS[:3]}
    orders = _orders(given, kept["properties"], limits, sure)
    payload = zip(
        *(
            given[name]
            for name in ("type", "event", "userId", "anonymousId", "previousId", "groupId")
        ),
        *(given["timestamp"], kept["properties"], kept["traits"], kept["context"]),
        strict=True,
    )
    columns = [
        texts["messageId"],
        _hashes(map(str.encode, given["messageId"])),
        _hashes(map(_pack, payload)),
        *(texts["type"], event, *(texts[name] for name in _IDS[1:])),
        *(occurred, *(times[name] for name in _TIMES[1:])),
        *contexts.values(),
        *orders,
        *(pa.array(kept[name], pa.string()) for name in _PARTS[:3]),
    ]
    where = np.asarray(places, dtype=np.int64)
    if sure.all():
        return where, columns
    chosen = pa.array(np.flatnonzero(sure))
    return where[sure], [column.take(chosen) for column in columns]


def _given(part: bytes) -> bytes | None:
    """Return JSON text, or None for what stands for nothing."""
    return None if len(part) < 5 and part in _ABSENT else part


def _is_kept(part: bytes) -> bool:
    """Tell whether JSON text can be kept as it stands."""
    return _given(part) is None or (is_unrepeated(part) and _is_shallow(part))


def _is_shallow(part: bytes) -> bool:
    """Tell whether JSON text cannot be nested too deep: it is short, or has few brackets."""
    return len(part) < MAX_DEPTH or part.count(b"{") + part.count(b"[") < MAX_DEPTH


def _unrepeated(
    texts: dict[str, pa.Array], parts: dict[str, list[bytes]], lines: list[bytes]
) -> np.ndarray:
    """Tell of each line whether its fields, written compactly once each, fill it exactly.

    A repeated key, an unknown field, an escape or a space makes the line longer than that; only
    such lines are looked at one by one.
    """
    lengths = np.fromiter(map(len, lines), np.int64, len(lines))
    total = np.ones(len(lines), dtype=np.int64)
    for name, column in texts.items():
        if column.null_count < len(column):
            total += _sizes(column) + (len(name) + 6) * _certain(column.is_valid())
    for name, values in parts.items():
        size = np.fromiter(map(len, values), np.int64, len(values))
        total += np.where(size > 0, size + len(name) + 4, 0)
    fills = total == lengths
    for place in np.flatnonzero(~fills).tolist():
        fills[place] = has_distinct_fields(lines[place]) and _is_shallow(lines[place])
    return fills


def _sizes(column: pa.Array) -> np.ndarray:
    """Return the bytes of each text of a fresh (unsliced) column; null has none."""
    return np.diff(np.frombuffer(column.buffers()[1], np.int32, len(column) + 1))


def _orders(
    given: dict[str, Any], properties: list[bytes | None], limits: Limits, sure: np.ndarray
) -> list[pa.Array]:
    """Return order id, amount and currency; what cannot be an order is no longer ``sure``."""
    rows: list[tuple] = [(None, None, None)] * len(properties)
    for place, event in enumerate(given["event"]):
        if event in MONEY_EVENTS and given["type"][place] == "track" and sure[place]:
            try:
                rows[place] = order_of(event, properties[place], limits)
            except Rejected:
                sure[place] = False
    columns = zip(*rows, strict=True) if rows else [()] * 3
    kinds = [_ROW_SCHEMA.field(name).type for name in ("order_id", "amount", "currency")]
    return [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]


def _contexts(parts: list[bytes]) -> dict[str, Any]:
    """Return the promoted columns of the contexts, and which contexts are of the usual shape."""
    found = [_context(part) for part in parts]
    usual = np.fromiter((context is not None for context in found), bool, len(parts))
    rows = [_row(context or _NO_CONTEXT) for context in found]
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    platform, country, devices, systems, places, campaigns = columns
    if any(devices) or any(systems):
        platform = [
            (d and d.type) or p or (s and s.name)
            for p, d, s in zip(platform, devices, systems, strict=True)
        ]
    if any(places):
        country = [(p and p.country) or c for c, p in zip(country, places, strict=True)]
    texts = {"platform": platform, "country": country}
    for name in ("source", "medium", "name"):
        texts[f"campaign_{name}"] = [c and getattr(c, name) for c in campaigns]
    return {name: pa.array(text, pa.string()) for name, text in texts.items()} | {"is_usual": usual}


def _context(part: bytes) -> _Context | None:
    if _given(part) is None:
        return _NO_CONTEXT
    try:
        return _decode_context(part)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None


def _times(column: pa.Array) -> pa.Array:
    """Return texts as UTC times; what is no ISO 8601 time is null."""
    for kind in (_UTC, pa.timestamp("us")):
        try:
            return column.cast(kind).cast(pa.timestamp("us"))
        except pa.ArrowInvalid:
            continue
    return pa.array([_time(text) for text in column.to_pylist()], pa.timestamp("us"))


def _time(text: Text) -> int | None:
    try:
        return None if text is None else moment_of(text, "")
    except Rejected:
        return None


def _occurred(times: dict[str, pa.Array]) -> pa.Array:
    received = times["receivedAt"]
    if not times["timestamp"].null_count:
        return times["timestamp"]
    skew = pc.subtract(times["sentAt"], times["originalTimestamp"])
    return pc.coalesce(times["timestamp"], pc.subtract(received, skew), received)


def _fits(occurred: pa.Array, limits: Limits) -> np.ndarray:
    value = pc.fill_null(occurred.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    return (value >= 0) & (value < limits.latest)


def _events(kind: pa.Array, event: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Return the event column, and where it is certain: all but nameless tracks."""
    is_track = pc.equal(kind, "track")
    named = event
    for view in ("page", "screen"):
        named = pc.if_else(pc.equal(kind, view), VIEWS[view], named)
    other = pc.invert(pc.is_in(kind, pa.array(["track", *VIEWS])))
    named = pc.if_else(other, pa.scalar(None, pa.string()), named)
    is_blank = pc.fill_null(pc.equal(pc.utf8_trim(event, WHITESPACE), ""), True)
    return named, _certain(pc.invert(pc.and_(is_track, is_blank)))


def _certain(mask: pa.Array, *, when_null: bool = False) -> np.ndarray:
    return pc.fill_null(mask, when_null).to_numpy(zero_copy_only=False)


def _hashes(parts: Any) -> pa.Array:
    values = np.fromiter(map(xxhash.xxh3_64_intdigest, parts), np.uint64)
    return pa.array(values.view(np.int64))
