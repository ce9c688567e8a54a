"""Many lines -> one Arrow batch: what ``warehouse.judging.exact`` decides, a column at a time.

A line takes the fast way only where it is certain to be accepted as it stands; every doubt goes to
the exact judge. So this module may be slow on strange input, never wrong: a test compares the two.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from warehouse.judging.columns import (
    brackets,
    certain,
    events_of,
    fits,
    hashes_of,
    occurred,
    pc,
    sizes,
    times_of,
    trimmed,
)
from warehouse.judging.exact import MAX_DEPTH, MONEY_EVENTS, Limits, order_of
from warehouse.judging.repeats import has_distinct_fields, is_plain, is_unrepeated
from warehouse.judging.usual import (
    ABSENT,
    NAMES,
    PARTS,
    TEXTS,
    decode_contexts,
    decode_usual,
)
from warehouse.judging.values import Rejected
from warehouse.judging.verdicts import EVENT_SCHEMA, JUDGED_SCHEMA, Judged, Row, judge_rows

IDS = ("messageId", "userId", "anonymousId", "previousId", "groupId")
TIMES = ("timestamp", "receivedAt", "sentAt", "originalTimestamp")
OBJECTS = ("properties", "traits", "context")
_PAYLOAD = ("type", "event", "userId", "anonymousId", "previousId", "groupId", "timestamp")

_pack = msgspec.msgpack.Encoder().encode


def judge_batch(lines: Sequence[bytes], first_line: int, limits: Limits) -> Judged:
    """Judge consecutive lines, the first of which has the number ``first_line``."""
    places, fields = decode_usual(lines, limits)
    columns, sure = _columns(fields, [lines[place] for place in places], limits)
    usual = np.asarray(places, dtype=np.int64)
    if not sure.all():
        usual = usual[sure]
        chosen = pa.array(np.flatnonzero(sure))
        columns = [column.take(chosen) for column in columns]
    doubtful = np.ones(len(lines), dtype=bool)
    doubtful[usual] = False
    doubts = np.flatnonzero(doubtful).tolist()
    exact = judge_rows(
        (Row(place + first_line, lines[place], lines[place]) for place in doubts), limits
    )
    quick = pa.RecordBatch.from_arrays(
        [*columns, pa.array(usual + first_line)], schema=JUDGED_SCHEMA
    )
    return Judged(_in_order(quick, exact.events), exact.rejected, exact.blank)


def judge_mapped(rows: Sequence[Row], limits: Limits) -> Judged:
    """Judge rows of a table by the Segment lines they stand for, under their own numbers."""
    ready = [row for row in rows if not row.refused]
    judged = judge_batch([row.line for row in ready], 0, limits)
    *columns, places = judged.events.columns
    numbers = pa.array([row.number for row in ready], pa.int64()).take(places)
    events = pa.RecordBatch.from_arrays([*columns, numbers], schema=JUDGED_SCHEMA)
    rejected = [(row.number, row.refused, row.original) for row in rows if row.refused]
    for place, verdict, _ in judged.rejected:
        rejected.append((ready[place].number, verdict, ready[place].original))
    return Judged(events, sorted(rejected, key=lambda item: item[0]), judged.blank)


def _in_order(usual: pa.RecordBatch, rest: pa.RecordBatch) -> pa.RecordBatch:
    if not rest.num_rows:
        return usual
    if not usual.num_rows:
        return rest
    both = pa.concat_batches([usual, rest])
    return both.take(pc.sort_indices(both.column("source_line")))


def _columns(
    fields: list[tuple], lines: list[bytes], limits: Limits
) -> tuple[list[pa.Array], np.ndarray]:
    """Return the judged columns of lines of the usual shape, and which lines are certain."""
    by_name = zip(*fields, strict=True) if fields else [()] * len(NAMES)
    given: dict[str, Any] = dict(zip(NAMES, by_name, strict=True))
    parts = {name: list(map(bytes, given[name])) for name in PARTS}
    texts = {name: pa.array(given[name], pa.string()) for name in TEXTS}
    times = {name: times_of(texts[name]) for name in TIMES}
    happened = occurred(times)
    contexts, sure = decode_contexts(parts["context"])
    event, is_named = events_of(texts["type"], texts["event"])
    kept = {name: [_or_none(part) for part in parts[name]] for name in OBJECTS}
    objects = [pa.array(kept[name], pa.string()) for name in OBJECTS]
    sure &= is_named & fits(happened, limits) & (brackets(objects[-1]) < MAX_DEPTH)
    sure &= _whole(texts, parts, lines) & _clean(texts, times, contexts)
    orders = _orders(given, kept["properties"], limits, sure)
    payload = zip(*(given[name] for name in _PAYLOAD), *kept.values(), strict=True)
    columns = [
        texts["messageId"],
        hashes_of(map(str.encode, given["messageId"])),
        hashes_of(map(_pack, payload)),
        *(texts["type"], event, *(texts[name] for name in IDS[1:])),
        *(happened, *(times[name] for name in TIMES[1:])),
        *(*contexts.values(), *orders, *objects),
    ]
    return columns, sure


def _clean(
    texts: dict[str, pa.Array], times: dict[str, pa.Array], contexts: dict[str, pa.Array]
) -> np.ndarray:
    """Tell where ids and names need no trimming, an actor is named, and every time is one."""
    sure = certain(pc.or_(texts["userId"].is_valid(), texts["anonymousId"].is_valid()))
    for name in TIMES:
        if times[name].null_count > texts[name].null_count:
            sure = sure & certain(pc.or_(texts[name].is_null(), times[name].is_valid()))
    for column in (*(texts[name] for name in IDS), *contexts.values()):
        sure = sure & trimmed(column)
    return sure


def _whole(
    texts: dict[str, pa.Array], parts: dict[str, list[bytes]], lines: list[bytes]
) -> np.ndarray:
    """Tell where no name is repeated, no number too large and nothing nested too deep."""
    sure = _unrepeated(texts, parts, lines)
    for name in ("properties", "traits"):
        if any(parts[name]):
            sure &= np.fromiter(map(_is_kept, parts[name]), bool, len(lines))
    if max(map(len, parts["integrations"]), default=0) >= MAX_DEPTH:
        sure &= np.fromiter(map(_is_shallow, parts["integrations"]), bool, len(lines))
    return sure


def _or_none(part: bytes) -> bytes | None:
    return None if len(part) < 5 and part in ABSENT else part


def _is_kept(part: bytes) -> bool:
    """Tell whether JSON text can be kept as it stands."""
    if len(part) < 5 and part in ABSENT:
        return True
    return (is_plain(part) or is_unrepeated(part)) and _is_shallow(part)


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
            total += sizes(column) + (len(name) + 6) * certain(column.is_valid())
    for name, values in parts.items():
        size = np.fromiter(map(len, values), np.int64, len(values))
        total += np.where(size > 0, size + len(name) + 4, 0)
    fills = total == lengths
    for place in np.flatnonzero(~fills).tolist():
        fills[place] = has_distinct_fields(lines[place]) and _is_shallow(lines[place])
    return fills


def _orders(
    given: dict[str, Any], properties: list[bytes | None], limits: Limits, sure: np.ndarray
) -> list[pa.Array]:
    """Return order id, amount and currency; what cannot be an order is no longer ``sure``."""
    columns: list[list] = [[None] * len(properties) for _ in range(3)]
    for place, event in enumerate(given["event"]):
        if event in MONEY_EVENTS and given["type"][place] == "track" and sure[place]:
            try:
                order = order_of(event, properties[place], limits)
            except Rejected:
                sure[place] = False
                continue
            for column, value in zip(columns, order, strict=True):
                column[place] = value
    kinds = [EVENT_SCHEMA.field(name).type for name in ("order_id", "amount", "currency")]
    return [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
