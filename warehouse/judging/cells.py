"""Rows of a CSV feed -> typed rows or reasons: each cell by what its column says of it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from warehouse.feeds import Column, Feed
from warehouse.judging.exact import Limits
from warehouse.judging.tables import Record
from warehouse.judging.values import WHITESPACE, Rejected, canonical_id, is_nobody
from warehouse.judging.verdicts import Judged, Refusal
from warehouse.lake.layout import schema_of
from warehouse.settings import Source

# By the family of the type, once the cell is known to be of its kind.
_READ: Mapping[str, Callable[[str], Any]] = {
    "string": str,
    "bigint": int,
    "double": float,
    "boolean": lambda text: text.lower() == "true",
    "date": date.fromisoformat,
}


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
