"""The raw lake -> where its files are, what is in them: one schema for every engine."""

from collections.abc import Sequence
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.settings import Settings
from warehouse.storage.places import Place, all_readable, files_below

PARTITION = "load_date="
ROW_GROUP_ROWS = 65_536

_TIME = pa.timestamp("us")


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


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
        _required("source_file", pa.string()),
        _required("source_line", pa.int64()),
        _required("file_sha256", pa.string()),
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
    ]
)

# How every file of the lake is written. Nothing here depends on the clock or the machine.
PARQUET = {"compression": "zstd", "compression_level": 3}


def events_path(settings: Settings, day: date) -> Place:
    """Return the file of the events that arrived on a day."""
    return _path(settings, "events", day)


def admitted_folder(settings: Settings) -> Place:
    """Return the folder of the events as they were let in, by day and fingerprint."""
    return settings.lake_root / "admitted"


def admitted_path(settings: Settings, day: date, fingerprint: str) -> Place:
    """Return the file of a day's events as they were let in: what the models read."""
    folder = admitted_folder(settings) / f"{PARTITION}{day.isoformat()}"
    return folder / f"load_fingerprint={fingerprint}" / "events.parquet"


def quarantine_path(settings: Settings, day: date) -> Place:
    """Return the file of the lines of a day that were not accepted."""
    return _path(settings, "quarantine", day)


def ledger_path(settings: Settings, day: date) -> Place:
    """Return the ledger of a day: written last, so it marks the day as loaded."""
    return _path(settings, "ledger", day)


def load_days(settings: Settings) -> list[date]:
    """Return the days that are loaded, oldest first."""
    return days_with(settings, "ledger")


def days_with(settings: Settings, kind: str) -> list[date]:
    """Return the days that have a file of a kind (events, quarantine, ledger), by one listing."""
    there = (name.split("/") for name in files_below(settings.lake_root / kind))
    folders = (at[0] for at in there if at[1:] == [f"{kind}.parquet"])
    return sorted(
        date.fromisoformat(folder.removeprefix(PARTITION))
        for folder in folders
        if folder.startswith(PARTITION)
    )


def read_ledger(settings: Settings, days: Sequence[date] | None = None) -> pa.Table:
    """Return one row per file of the given days (default: all loaded), with ``load_date``."""
    loaded = load_days(settings)
    wanted = loaded if days is None else sorted(set(days).intersection(loaded))
    return read_days([(day, ledger_path(settings, day)) for day in wanted], LEDGER_SCHEMA)


def read_days(paths: Sequence[tuple[date, Place]], schema: pa.Schema) -> pa.Table:
    """Read one file per day into one table with the day in front, as ``load_date``."""
    with_day = schema.insert(0, _required("load_date", pa.date32()))
    tables = [with_day.empty_table()]
    sources = all_readable([path for _, path in paths])
    for (day, _), source in zip(paths, sources, strict=True):
        table = pq.ParquetFile(source).read().cast(schema)
        column = pa.repeat(pa.scalar(day, pa.date32()), len(table))
        tables.append(table.add_column(0, with_day.field(0), column))
    return pa.concat_tables(tables)


def _path(settings: Settings, kind: str, day: date) -> Place:
    folder = settings.lake_root / kind / f"{PARTITION}{day.isoformat()}"
    return folder / f"{kind}.parquet"
