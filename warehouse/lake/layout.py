"""The raw lake -> where its files are, what is in them: one schema for every engine."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.errors import UserError
from warehouse.feeds import EVENTS, FEEDS
from warehouse.settings import Settings
from warehouse.storage.files import write_bytes_atomically
from warehouse.storage.places import Place, all_readable, content_of, files_below

# In the order in which they are written.
KINDS = ("rows", "quarantine", "ledger")
PARTITION = "load_date="
FINGERPRINT = "load_fingerprint="
ROW_GROUP_ROWS = 65_536

_TIME = pa.timestamp("us")


class Load(NamedTuple):
    """What a day brought, under the fingerprint of its content: written once, never changed."""

    day: date
    fingerprint: str
    feed: str = EVENTS


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


_TYPES = {
    "string": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}
_LINEAGE = [
    _required("source_file", pa.string()),
    _required("source_line", pa.int64()),
    _required("file_sha256", pa.string()),
]

EVENTS_SCHEMA = pa.schema(
    [
        _required("message_id", pa.string()),
        _required("message_hash", pa.int64()),
        _required("payload_hash", pa.int64()),
        _required("type", pa.string()),
        pa.field("event", pa.string()),
        pa.field("user_id", pa.string()),
        pa.field("anonymous_id", pa.string()),
        pa.field("previous_id", pa.string()),
        pa.field("group_id", pa.string()),
        _required("occurred_at", _TIME),
        pa.field("received_at", _TIME),
        pa.field("sent_at", _TIME),
        pa.field("original_timestamp", _TIME),
        pa.field("platform", pa.string()),
        pa.field("country", pa.string()),
        pa.field("campaign_source", pa.string()),
        pa.field("campaign_medium", pa.string()),
        pa.field("campaign_name", pa.string()),
        pa.field("order_id", pa.string()),
        pa.field("amount", pa.decimal128(20, 4)),
        pa.field("currency", pa.string()),
        pa.field("properties", pa.string()),
        pa.field("traits", pa.string()),
        pa.field("context", pa.string()),
        *_LINEAGE,
    ]
)

QUARANTINE_SCHEMA = pa.schema(
    [
        _required("source_file", pa.string()),
        _required("source_line", pa.int64()),
        _required("file_sha256", pa.string()),
        _required("reason", pa.string()),
        pa.field("detail", pa.string()),
        _required("line", pa.binary()),
    ]
)

LEDGER_SCHEMA = pa.schema(
    [
        _required("source_file", pa.string()),
        _required("file_sha256", pa.string()),
        _required("bytes", pa.int64()),
        _required("lines", pa.int64()),
        _required("parsed", pa.int64()),
        _required("quarantined", pa.int64()),
        _required("blank", pa.int64()),
        _required("outcome", pa.string()),
        _required("format", pa.string()),
        # A ledger of before lacks these: see ``whole_ledger``.
        _required("events", pa.int64()),
        _required("left_out", pa.int64()),
        _required("left_out_by", pa.string()),
        _required("erased", pa.int64()),
        _required("placeholders", pa.int64()),
        _required("content_bytes", pa.int64()),
        _required("aside_bytes", pa.int64()),
    ]
)

# A list written before `rows` were counted has none until the next day is let in.
LOADS_SCHEMA = pa.schema(
    [
        _required("load_date", pa.date32()),
        _required("load_fingerprint", pa.string()),
        _required("rows", pa.int64()),
    ]
)

# How every file of the lake is written. Nothing here depends on the clock or the machine.
PARQUET = {"compression": "zstd", "compression_level": 3}


def schema_of(feed: str) -> pa.Schema:
    """Return what the rows of a feed are in the lake, the lineage of each behind its columns."""
    columns = FEEDS[feed].columns
    own = [pa.field(each.name, _arrow(each.data_type)) for each in columns]
    return pa.schema([*own, *_LINEAGE]) if columns else EVENTS_SCHEMA


def _arrow(data_type: str) -> pa.DataType:
    family, _, size = data_type.rstrip(")").partition("(")
    return pa.decimal128(*map(int, size.split(","))) if family == "decimal" else _TYPES[family]


def name_of(feed: str, kind: str) -> str:
    """Name the folder and files of a kind: `events` and `ledger`, `spend` and `spend_ledger`."""
    if kind == "rows":
        return feed
    return kind if feed == EVENTS else f"{feed}_{kind}"


def rows_path(settings: Settings, load: Load) -> Place:
    """Return the file of the rows of a load: what the models read once it is let in."""
    return _path(settings, "rows", load)


def quarantine_path(settings: Settings, load: Load) -> Place:
    """Return the file of the lines of a load that were not accepted; none, no file."""
    return _path(settings, "quarantine", load)


def ledger_path(settings: Settings, load: Load) -> Place:
    """Return the ledger of a load: written last, so it marks the load as whole."""
    return _path(settings, "ledger", load)


PATHS = {"rows": rows_path, "quarantine": quarantine_path, "ledger": ledger_path}


def loads_path(settings: Settings, feed: str = EVENTS) -> Place:
    """Return the list of the loads that were let in, one a day, as engines read it."""
    return settings.lake_root / f"{name_of(feed, 'loads')}.parquet"


def record_path(settings: Settings, feed: str = EVENTS) -> Place:
    """Return the note that the list is written from, and with which its damage is mended."""
    return settings.lake_root / f"{name_of(feed, 'loads')}.json"


def load_days(settings: Settings, feed: str = EVENTS) -> list[date]:
    """Return the days that are loaded, oldest first."""
    return sorted({load.day for load in loads_with(settings, "ledger", feed)})


def loads_with(settings: Settings, kind: str, feed: str = EVENTS) -> set[Load]:
    """Return the loads that have a file of a kind (rows, quarantine, ledger), by one listing."""
    return set(sizes_of(settings, kind, feed))


def sizes_of(settings: Settings, kind: str, feed: str = EVENTS) -> dict[Load, int]:
    """Return the same with the bytes that each of these files has."""
    folder = name_of(feed, kind)
    found: dict[Load, int] = {}
    for name, size in files_below(settings.lake_root / folder).items():
        at = name.split("/")
        if at[2:] == [f"{folder}.parquet"] and at[0].startswith(PARTITION):
            day = date.fromisoformat(at[0].removeprefix(PARTITION))
            found[Load(day, at[1].removeprefix(FINGERPRINT), feed)] = size
    found.pop(empty_load(feed), None)
    return found


def empty_load(feed: str) -> Load:
    """Return the load without a line: engines take the columns of a feed from it before any day."""
    return Load(date(1970, 1, 1), "none", feed)


def read_days(paths: Sequence[tuple[date, Place]], schema: pa.Schema) -> pa.Table:
    """Read one file per day into one table with the day in front, as ``load_date``.

    Raises UserError for one that cannot be read.
    """
    with_day = schema.insert(0, _required("load_date", pa.date32()))
    tables = [with_day.empty_table()]
    sources = all_readable([path for _, path in paths])
    for (day, path), source in zip(paths, sources, strict=True):
        with telling_damage(path, day):
            table = pq.ParquetFile(source).read()
            table = (whole_ledger(table) if schema is LEDGER_SCHEMA else table).cast(schema)
        column = pa.repeat(pa.scalar(day, pa.date32()), len(table))
        tables.append(table.add_column(0, with_day.field(0), column))
    return pa.concat_tables(tables)


@contextmanager
def telling_damage(path: Place, day: date) -> Generator[None]:
    """Turn what pyarrow says of a damaged file into a UserError with the cure."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UserError(
            f"a file of the lake cannot be read: {str(error).partition(chr(10))[0]}",
            where=str(path),
            cure=f"`userops run --date {day}` reads the day again from landing",
        ) from error


def whole_ledger(table: pa.Table) -> pa.Table:
    """Return a ledger with all its columns: formerly each line gave one event, or was refused."""
    formerly = {"events": "parsed", "content_bytes": "bytes"}
    for field in LEDGER_SCHEMA:
        if field.name in table.column_names:
            continue
        none = pa.scalar("{}" if field.name == "left_out_by" else 0, field.type)
        same = formerly.get(field.name)
        column = table[same] if same else pa.repeat(none, len(table))
        table = table.append_column(field.name, column)
    return table


def _path(settings: Settings, kind: str, load: Load) -> Place:
    name = name_of(load.feed, kind)
    folder = f"{name}/{PARTITION}{load.day}/{FINGERPRINT}{load.fingerprint}"
    return settings.lake_root / f"{folder}/{name}.parquet"


def put_empty(path: Place, schema: pa.Schema) -> None:
    """Let a file without rows stand there, unless it does, byte for byte."""
    sink = pa.BufferOutputStream()
    pq.write_table(schema.empty_table(), sink)
    content = sink.getvalue().to_pybytes()
    if content_of(path) != content:
        write_bytes_atomically(path, content)
