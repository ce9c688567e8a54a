"""CSV, Parquet and plain text -> rows of named values with their number and their own bytes."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

import msgspec

from warehouse.judging.exact import Limits, readable_fields
from warehouse.judging.values import Rejected, Rejection
from warehouse.landing.splitting import LineBatch
from warehouse.landing.streams import BadFile

# A quoted field may go on over this many lines; past it, its quote was a mistake.
MAX_RECORD_LINES = 1_000


class Record(NamedTuple):
    """One row of a table: its line (or row) number, its bytes, its values by column."""

    number: int
    original: bytes
    values: Mapping[str, Any]
    refused: Rejection | None = None


def text_records(
    batches: Iterable[LineBatch], *, header: bool, expected: frozenset[str]
) -> Iterator[Record]:
    """Yield the rows of a text whose columns stand between white space."""
    yield from _named(
        ((number, line, line.split()) for number, line in _lines(batches)),
        header=header,
        expected=expected,
    )


def csv_records(
    batches: Iterable[LineBatch],
    *,
    header: bool,
    expected: frozenset[str],
    delimiter: str,
    max_bytes: int,
) -> Iterator[Record]:
    """Yield the rows of a CSV (RFC 4180); a row may span lines and has the number of its first.

    A quote that is never closed costs its own line only, not the rest of the file.
    """
    rows = _csv_rows(_lines(batches), delimiter, max_bytes)
    yield from _named(rows, header=header, expected=expected)


def parquet_records(file: BinaryIO, expected: frozenset[str]) -> Iterator[Record]:
    """Yield the rows of a Parquet file, numbered from 1; raises BadFile for what is none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file)
    except (pa.ArrowInvalid, OSError) as error:
        raise BadFile(f"not a Parquet file: {error}") from None
    _require(expected, table.schema_arrow.names)
    number = 0
    for batch in table.iter_batches(batch_size=8_192):
        for values in batch.to_pylist():
            number += 1
            yield Record(number, b"", values)


def json_records(batches: Iterable[LineBatch], limits: Limits) -> Iterator[Record]:
    """Yield the objects of an NDJSON file of any shape, their values as JSON text."""
    for number, line in _lines(batches):
        try:
            fields = readable_fields(line, limits) if line.strip() else {}
            values = {name: msgspec.Raw(value) for name, value in fields.items()}
            yield Record(number, line, values)
        except Rejected as verdict:
            yield Record(number, line, {}, verdict.rejection)


def _lines(batches: Iterable[LineBatch]) -> Iterator[tuple[int, bytes]]:
    for batch in batches:
        yield from enumerate(batch.lines, batch.first_line)


def _named(
    rows: Iterable[tuple[int, bytes, list[bytes] | None]], *, header: bool, expected: frozenset[str]
) -> Iterator[Record]:
    """Give fields their column names; a row of another width than the first is refused."""
    names: list[str] = []
    for number, original, fields in rows:
        if not original.strip():
            yield Record(number, original, {})
        elif fields is None:
            refused = Rejection("bad_value", "a quote is not closed")
            yield Record(number, original, {}, refused)
        elif not names:
            names = _column_names(fields, header=header)
            _require(expected, names)
            if not header:
                yield _record(number, original, names, fields)
        else:
            yield _record(number, original, names, fields)


def _record(number: int, original: bytes, names: list[str], fields: list[bytes]) -> Record:
    if len(fields) != len(names):
        detail = f"{len(fields)} fields where the first line has {len(names)}"
        return Record(number, original, {}, Rejection("bad_value", detail))
    try:
        return Record(
            number, original, dict(zip(names, (f.decode("utf-8") for f in fields), strict=True))
        )
    except UnicodeDecodeError:
        return Record(number, original, {}, Rejection("bad_encoding", "not UTF-8"))


def _column_names(fields: list[bytes], *, header: bool) -> list[str]:
    if header:
        return [field.decode("utf-8", "replace").strip() for field in fields]
    return [str(place) for place in range(1, len(fields) + 1)]


def _require(expected: frozenset[str], names: list[str]) -> None:
    missing = sorted(expected - set(names))
    if missing:
        raise BadFile(f"no column {', '.join(missing)}; the file has {', '.join(names)}")


def _csv_rows(
    lines: Iterator[tuple[int, bytes]], delimiter: str, max_bytes: int
) -> Iterator[tuple[int, bytes, list[bytes] | None]]:
    waiting: list[tuple[int, bytes]] = []
    while True:
        number, record = waiting.pop(0) if waiting else next(lines, (0, b""))
        if not number:
            return
        taken: list[tuple[int, bytes]] = []
        while record.count(b'"') % 2 and len(taken) < MAX_RECORD_LINES and len(record) <= max_bytes:
            follower = waiting.pop(0) if waiting else next(lines, None)
            if follower is None:
                break
            taken.append(follower)
            record += b"\n" + follower[1]
        if record.count(b'"') % 2:
            waiting = taken + waiting
            yield number, record.split(b"\n", 1)[0], None
        else:
            yield number, record, _csv_fields(record, delimiter, max_bytes)


def _csv_fields(record: bytes, delimiter: str, max_bytes: int) -> list[bytes] | None:
    if b'"' not in record:
        return record.split(delimiter.encode())
    csv.field_size_limit(max(max_bytes, len(record)))
    try:
        # Latin-1 keeps every byte, so that encoding is judged field by field afterwards.
        text = record.decode("latin-1")
        fields = next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return [field.encode("latin-1") for field in fields]
