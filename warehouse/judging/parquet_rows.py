"""A Parquet file -> its rows, numbered from 1, their values as JSON can hold them without loss."""

import uuid
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute

from warehouse.judging.tables import Record, require
from warehouse.landing.streams import BadFile

pc: Any = pyarrow.compute  # its functions are made when it is imported
types: Any = pa.types
BATCH_ROWS = 8_192
_UNREADABLE = (pa.ArrowException, OSError, NotImplementedError)


def parquet_records(file: BinaryIO, expected: frozenset[str]) -> Iterator[Record]:
    """Yield the rows of a Parquet file; raises BadFile for what is none, or cannot be read."""
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file)
    except _UNREADABLE as error:
        raise BadFile(f"not a Parquet file: {error}") from None
    names = table.schema_arrow.names
    require(expected, names)
    number = 0
    try:
        for batch in table.iter_batches(batch_size=BATCH_ROWS):
            for values in zip(*map(plain_values, batch.columns), strict=True):
                number += 1
                yield Record(number, b"", dict(zip(names, values, strict=True)))
    except _UNREADABLE as error:
        told = f"cannot be read behind row {number}: {error}"
        raise BadFile(f"a Parquet file that {told}: write it again") from None


def plain_values(column: Any) -> list[Any]:
    """Return the values of an Arrow column as texts, numbers, lists and objects.

    Times are ISO 8601, in UTC where their zone is known, cut to microseconds. A map is an object.
    Bytes are the text they are, else hexadecimal, and a UUID where the file says so.
    """
    kind = column.type
    if types.is_dictionary(kind):
        return plain_values(column.dictionary_decode())
    if types.is_run_end_encoded(kind):
        return plain_values(pc.run_end_decode(column))
    if isinstance(kind, pa.UuidType):
        stored = column.storage.to_pylist()
        return [None if value is None else str(uuid.UUID(bytes=value)) for value in stored]
    if isinstance(kind, pa.BaseExtensionType):
        return plain_values(column.storage)
    if types.is_timestamp(kind):
        return _times(column)
    if types.is_date(kind) or types.is_time(kind):
        return column.cast(pa.string()).to_pylist()
    if types.is_duration(kind):
        return column.cast(pa.int64()).to_pylist()
    if types.is_float16(kind) or types.is_float32(kind):
        # As short as they were meant: 10.1 and not 10.100000381469727.
        texts = column.cast(pa.float32()).cast(pa.string()).to_pylist()
        return [None if text is None else float(text) for text in texts]
    if types.is_struct(kind):
        names = [kind.field(place).name for place in range(kind.num_fields)]
        rows = zip(*map(plain_values, column.flatten()), strict=True) if names else ()
        objects = [dict(zip(names, row, strict=True)) for row in rows] or [{}] * len(column)
        valid = column.is_valid().to_pylist()
        return [each if there else None for each, there in zip(objects, valid, strict=True)]
    if types.is_map(kind):
        entries = (plain_values(each.values) if each.is_valid else None for each in column)
        return [each if each is None else _object(each) for each in entries]
    if types.is_nested(kind) and not types.is_union(kind):
        return [plain_values(each.values) if each.is_valid else None for each in column]
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return [None if value is None else _text(value) for value in column.to_pylist()]
    return _others(column)


def _times(column: Any) -> list[str | None]:
    try:
        exact = column.cast(pa.timestamp("us", column.type.tz), safe=column.type.unit != "ns")
    except pa.ArrowInvalid:
        # Beyond what microseconds hold: as a number, which nobody takes for a time.
        return [None if value is None else f"{value}?" for value in column.cast(pa.int64())]
    texts = exact.cast(pa.timestamp("us")).cast(pa.string())
    zone = "" if column.type.tz is None else "Z"
    return [
        None if text is None else text.replace(" ", "T", 1) + zone for text in texts.to_pylist()
    ]


def _object(entries: list[dict[str, Any]]) -> dict[str, Any]:
    pairs = (entry.values() for entry in entries)
    return {key if isinstance(key, str) else str(key): value for key, value in pairs}


def _text(value: bytes) -> str:
    try:
        text = value.decode()
        if text.isprintable():
            return text
    except UnicodeDecodeError:
        pass
    return value.hex()


def _others(column: Any) -> list[Any]:
    """Return numbers, texts and the like; of what Python has no value, the text."""
    try:
        return column.to_pylist()
    except (ValueError, OverflowError, TypeError, *_UNREADABLE):
        return [str(value) if value.is_valid else None for value in column]
