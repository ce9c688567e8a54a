"""Rows of a CSV feed -> typed rows or reasons: each cell by what its column says of it."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from warehouse.feeds import DAY, EITHER, Column, Feed
from warehouse.judging.exact import Limits
from warehouse.judging.readings import as_written
from warehouse.judging.tables import Record
from warehouse.judging.values import WHITESPACE, Rejected, canonical_id, is_nobody
from warehouse.judging.verdicts import Judged, Refusal
from warehouse.lake.layout import schema_of
from warehouse.rules.kinds import FIRST_YEAR, LAST_YEAR
from warehouse.settings import Source

# By the family of the type, once the cell is known to be of its kind.
_READ: Mapping[str, Callable[[str], Any]] = {
    "string": str,
    "bigint": int,
    "double": float,
    "boolean": lambda text: text.lower() == "true",
}

_DAY_ALONE = re.compile(r"\d{8}|\d{4}\D+\d{1,2}\D+\d{1,2}\D?|\d{4}-W.*", re.ASCII)
# As spreadsheets leave them below a table.
BLANK_ROW = b" \t\r\n,;"


def columns_in(feed: Feed, source: Source | None) -> dict[str, str]:
    """Return what a file calls each column of its feed; what a constant stands for is left out."""
    mapped = source.columns if source else {}
    constants = source.constants if source else {}
    return {
        c.name: str(mapped.get(c.name, c.name)) for c in feed.columns if c.name not in constants
    }


def needed_in(feed: Feed, source: Source | None) -> frozenset[str]:
    """Return the columns without which a file of the feed is refused."""
    names = columns_in(feed, source)
    may_lack = {column.name for column in feed.columns if column.kind.is_optional}
    return frozenset(names[name] for name in names.keys() - may_lack)


def amounts_in(feed: Feed, source: Source | None) -> frozenset[str]:
    """Return the columns of a file of the feed that hold numbers with places."""
    names = columns_in(feed, source)
    decimal = (c.name for c in feed.columns if c.data_type.startswith("decimal"))
    return frozenset(names[name] for name in decimal if name in names)


def judge_cells(
    records: Iterable[Record], feed: Feed, source: Source | None, limits: Limits
) -> Judged:
    """Judge rows one by one; a row is refused for its first cell that does not fit."""
    names = columns_in(feed, source)
    constants = {name: str(value) for name, value in (source.constants if source else {}).items()}
    rows, numbers, rejected, blank = [], [], [], 0
    for record in records:
        if not record.original.strip(BLANK_ROW):
            blank += 1
            continue
        try:
            _refuse_unfit(record, limits)
            cells = {name: record.values.get(named, "") for name, named in names.items()}
            cells |= constants
            _write_ids_one_way(cells, feed, limits)
            row = [_value(cells[column.name], column) for column in feed.columns]
            if feed.names_one and not any(cells[name].strip(WHITESPACE) for name in feed.names_one):
                raise Rejected("no_id", f"neither {' nor '.join(feed.names_one)}")
            rows.append(row)
            numbers.append(record.number)
        except Rejected as verdict:
            rejected.append(Refusal(record.number, verdict.rejection, record.original))
    lake = schema_of(feed.name)
    schema = pa.schema([*list(lake)[: len(feed.columns)], lake.field("source_line")])
    columns = [*(zip(*rows, strict=True) if rows else [[]] * len(feed.columns)), numbers]
    arrays = [pa.array(values, f.type) for values, f in zip(columns, schema, strict=True)]
    return Judged(pa.RecordBatch.from_arrays(arrays, schema=schema), rejected, blank)


def _refuse_unfit(record: Record, limits: Limits) -> None:
    if record.refused:
        raise Rejected(*record.refused)
    if len(record.original) > limits.max_line_bytes:
        raise Rejected("too_long", f"over {limits.max_line_bytes} bytes")
    if b"\0" in record.original:
        raise Rejected("nul_character")


def _write_ids_one_way(cells: dict[str, str], feed: Feed, limits: Limits) -> None:
    """Write users as events do; a placeholder names nobody, nor does what has lost its digits.

    Raises Rejected for the latter where the row names its person by nothing else.
    """
    for name in {"user_id"} & cells.keys():
        try:
            found = canonical_id(cells[name])
        except Rejected:
            if not any(cells[other].strip(WHITESPACE) for other in feed.names_one if other != name):
                raise
            found = None
        cells[name] = "" if found is None or is_nobody(found, limits.nobody) else found


def _value(cell: str, column: Column) -> Any:
    """Return a cell as a value of its column's type; raises Rejected, and never names the cell."""
    text = cell.strip(WHITESPACE)
    if not text and column.kind.is_optional:
        return None
    if not text:
        raise Rejected("bad_value", f"{column.name} is blank")
    if column.time:
        return _time(text, column)
    if not column.kind.accepts(text):
        raise Rejected("bad_value", f"{column.name} is not {column.kind.wants}")
    family, _, size = column.data_type.rstrip(")").partition("(")
    if family != "decimal":
        return _READ[family](text)
    digits, places = map(int, size.split(","))
    value = Decimal(text)
    if value != round(value, places) or value.adjusted() >= digits - places:
        raise Rejected("bad_number", f"{column.name} does not fit {column.data_type}")
    return value


def _time(text: str, column: Column) -> Any:
    is_day = column.time == DAY or (column.time == EITHER and _DAY_ALONE.fullmatch(text))
    try:
        found = _day_in(text) if is_day else _moment_in(text)
    except Rejected:
        if column.kind.accepts(text):
            return text
        raise Rejected("bad_value", f"{column.name} is not {column.kind.wants}") from None
    return found if column.data_type == "date" else str(found)


def _moment_in(text: str) -> str:
    """Return a time as ISO 8601 in UTC, where it is if it names no zone.

    Raises Rejected for what is none, also for a day alone: nobody knows which hour was meant.
    """
    if _DAY_ALONE.fullmatch(text):
        raise Rejected("bad_time", "a day without an hour")
    found = as_written(text)
    in_utc = _of_our_times(found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    return f"{in_utc.replace(tzinfo=None).isoformat()}Z"


def _day_in(text: str) -> date:
    """Return a day: of a time, that of the place where it was written.

    Raises Rejected for what is none, and for an hour in UTC, where nobody's day need be that one:
    only midnight, as programs write days, is the day it says.
    """
    found = as_written(text)
    if found.utcoffset() == timedelta() and found.time() != time():
        raise Rejected("bad_time", "an hour in UTC, of which the day elsewhere may be another")
    return _of_our_times(found).date()


def _of_our_times(found: datetime) -> datetime:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Rejected("bad_time", f"before {FIRST_YEAR} or after {LAST_YEAR}")
    return found
