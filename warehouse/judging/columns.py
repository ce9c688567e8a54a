"""Arrow columns -> Arrow columns and masks: the arithmetic of the judge on whole columns."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import xxhash

from warehouse.judging.exact import NO_TIME, VIEWS, Limits, why_out_of_time
from warehouse.judging.spelling import UNSEEN
from warehouse.judging.values import (
    AROUND_IDS,
    NULL,
    WHITESPACE,
    Rejected,
    Rejection,
    moment_of,
)

pc: Any = pyarrow.compute  # its functions are made when it is imported
_UTC = pa.timestamp("us", "UTC")
# What only the exact judge may say of an id: signs unseen, digits of another script, floats.
_ODD_ID = rf"[{UNSEEN}]|[^\P{{Nd}}0-9]|\.0+$|^[+-]?\d+(\.\d*[eE]|[eE][+-])"
_MARKS_OF_ODD_IDS = np.zeros(256, bool)
_MARKS_OF_ODD_IDS[[*b".+-", *range(128, 256)]] = True
_BEYOND_ASCII = 128


def times_of(column: pa.Array, name: str) -> tuple[pa.Array, dict[int, Rejection]]:
    """Return texts as UTC times, null for what is no time, and what the judge says of those."""
    for kind in (_UTC, pa.timestamp("us")):
        try:
            return column.cast(kind).cast(pa.timestamp("us")), {}
        except pa.ArrowInvalid:
            continue
    refused: dict[int, Rejection] = {}
    times = [_time(text, name, at, refused) for at, text in enumerate(column.to_pylist())]
    return pa.array(times, pa.timestamp("us")), refused


def _time(text: str | None, name: str, at: int, refused: dict[int, Rejection]) -> int | None:
    try:
        return None if text is None else moment_of(text, name)
    except Rejected as verdict:
        # With blanks around it is a time perhaps, or none at all.
        if text and text[0] not in WHITESPACE and text[-1] not in WHITESPACE:
            refused[at] = verdict.rejection
        return None


def occurred(times: dict[str, pa.Array]) -> pa.Array:
    """Return when events happened: as stamped, else received less the clock skew, else received."""
    received = times["receivedAt"]
    if not times["timestamp"].null_count:
        return times["timestamp"]
    skew = pc.subtract(times["sentAt"], times["originalTimestamp"])
    return pc.coalesce(times["timestamp"], pc.subtract(received, skew), received)


def out_of_time(occurred: pa.Array, limits: Limits) -> dict[int, Rejection]:
    """Return what is said of times that are unknown, before 1970, or too late for the load day."""
    value = pc.fill_null(occurred.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    unfit = np.flatnonzero((value < 0) | (value >= limits.latest))
    is_known = certain(occurred.is_valid())
    return {
        int(at): why_out_of_time(int(value[at]), limits) if is_known[at] else NO_TIME
        for at in unfit
    }


def events_of(kind: pa.Array, event: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Return the event column, and where it is certain: all but nameless tracks."""
    is_track = pc.equal(kind, "track")
    named = event
    for view in ("page", "screen"):
        named = pc.if_else(pc.equal(kind, view), VIEWS[view], named)
    other = pc.invert(pc.is_in(kind, pa.array(["track", *VIEWS])))
    named = pc.if_else(other, pa.scalar(None, pa.string()), named)
    is_blank = pc.fill_null(pc.equal(pc.utf8_trim(event, WHITESPACE), ""), True)
    return named, certain(pc.invert(pc.and_(is_track, is_blank)))


def certain(mask: pa.Array, *, when_null: bool = False) -> np.ndarray:
    """Return a mask as numpy, null as ``when_null``."""
    return pc.fill_null(mask, when_null).to_numpy(zero_copy_only=False)


def hashes_of(parts: Iterable[bytes]) -> pa.Array:
    """Return the signed 64-bit hash of each text, as ``warehouse.judging.exact`` makes it."""
    values = np.fromiter(map(xxhash.xxh3_64_intdigest, parts), np.uint64)
    return pa.array(values.view(np.int64))


def json_column(raws: Sequence[Any], lengths: np.ndarray) -> tuple[pa.Array, list[bytes | None]]:
    """Return JSON texts as a column and as bytes; absent, null and empty objects are null.

    They must be UTF-8: nobody looks at that again.
    """
    there = lengths > 0
    for place in np.flatnonzero(there & (lengths <= len(NULL))).tolist():
        there[place] = bytes(raws[place]) not in (NULL, b"{}")
    kept: list[bytes | None] = [None] * len(raws)
    if there.all():
        kept = list(map(bytes, raws))
    else:
        for place in np.flatnonzero(there).tolist():
            kept[place] = bytes(raws[place])
    ends = np.zeros(len(raws) + 1, np.int32)
    np.cumsum(np.where(there, lengths, 0), out=ends[1:])
    valid = pa.py_buffer(np.packbits(there, bitorder="little"))
    text = pa.py_buffer(b"".join(filter(None, kept)))
    return pa.StringArray.from_buffers(len(raws), pa.py_buffer(ends), text, valid), kept


def brackets(column: pa.Array) -> np.ndarray:
    """Count the opening brackets in each text of a fresh (unsliced) column."""
    _, offsets, data = column.buffers()
    if data is None:
        return np.zeros(len(column), dtype=np.int64)
    # Setting one bit makes "[" the same byte as "{".
    places = np.flatnonzero((np.frombuffer(data, np.uint8) | 0x20) == ord("{"))
    return np.diff(np.searchsorted(places, np.frombuffer(offsets, np.int32, len(column) + 1)))


def sizes(column: pa.Array) -> np.ndarray:
    """Return the bytes of each text of a fresh (unsliced) column; null has none."""
    return np.diff(np.frombuffer(column.buffers()[1], np.int32, len(column) + 1))


def trimmed(column: pa.Array, around: str = WHITESPACE) -> np.ndarray:
    """Tell where a text is null, or neither empty nor with space around it."""
    if column.null_count == len(column):
        return np.ones(len(column), dtype=bool)
    same = pc.and_(pc.equal(column, pc.utf8_trim(column, around)), pc.not_equal(column, ""))
    return certain(same, when_null=True)


def usual_ids(column: pa.Array, nobody: frozenset[str]) -> np.ndarray:
    """Tell where an id is null, or stands as it is: in its one writing, and no placeholder."""
    usual = trimmed(column, AROUND_IDS)
    if column.null_count == len(column):
        return usual
    if nobody:
        is_placeholder = pc.is_in(pc.utf8_lower(column), pa.array(nobody, pa.string()))
        usual = usual & ~certain(is_placeholder)
    data = column.buffers()[2]
    if data is not None and _MARKS_OF_ODD_IDS[signs := np.frombuffer(data, np.uint8)].any():
        usual = usual & ~certain(pc.match_substring_regex(column, _ODD_ID))
        if (signs >= _BEYOND_ASCII).any():
            narrow = pc.utf8_normalize(column, form="NFKC")
            usual = usual & certain(pc.equal(column, narrow), when_null=True)
    return usual
