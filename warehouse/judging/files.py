"""One landed file -> verdicts on all its lines: picks the format, counts every line once."""

import fnmatch
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, NamedTuple

import pyarrow as pa

from warehouse.feeds import EVENTS, FEEDS, Feed
from warehouse.judging.cells import judge_cells, needed_in
from warehouse.judging.exact import Limits
from warehouse.judging.mapping import judge_mapped, mapped_row
from warehouse.judging.quick import judge_batch
from warehouse.judging.tables import (
    Record,
    csv_records,
    json_records,
    parquet_records,
    text_records,
)
from warehouse.judging.values import Rejection
from warehouse.judging.verdicts import JUDGED_SCHEMA, Judged, Refusal
from warehouse.lake.sinks import DaySink
from warehouse.landing.ahead import ahead
from warehouse.landing.days import open_landed, refusal, state_of
from warehouse.landing.splitting import LineBatch, split_lines
from warehouse.landing.streams import BadFile, Stream
from warehouse.settings import Source
from warehouse.storage.files import sha256_of_stream
from warehouse.storage.objects import FileChanged
from warehouse.storage.places import Place

COMPRESSIONS = ("gz", "zst")
FORMATS = {
    "ndjson": "ndjson",
    "jsonl": "ndjson",
    "json": "ndjson",
    "csv": "csv",
    "parquet": "parquet",
}
UNKNOWN_TYPE = (
    "unknown file type: give it the ending .ndjson, .jsonl, .json (also .gz, .zst), .csv or"
    " .parquet, or map it by [[sources]] in userops.toml"
)
ROW_BATCH = 8_192
# Reading a little ahead in a thread pays only where there is much to read.
AHEAD_FROM_BYTES = 1 << 20


class Landed(NamedTuple):
    """A file of a landing day as it was found: what it is called, and its content."""

    path: Place
    name: str
    sha256: str
    size: int = 0
    version: str = ""
    refused: str = ""


@dataclass(frozen=True)
class Count:
    """A row of the ledger: ``lines == parsed + quarantined + blank + left_out``.

    ``parsed`` are the lines of which any event came, ``events`` the events: one line can give
    several, several lines one. ``left_out_by`` counts by rule what a source does not want, as JSON.
    """

    source_file: str
    file_sha256: str
    bytes: int
    lines: int
    parsed: int
    quarantined: int
    blank: int
    outcome: str
    format: str
    events: int = 0
    left_out: int = 0
    left_out_by: str = "{}"


def look_at(path: Place, name: str) -> Landed:
    """Take the checksum of a landed file; what must not be read is refused, not raised."""
    refused = refusal(path)
    if not refused:
        try:
            with open_landed(path) as file:
                size, version = state_of(file)
                return Landed(path, name, sha256_of_stream(file), size, version)
        except OSError as error:
            refused = f"cannot be read: {error.strerror}"
    return Landed(path, name, "", refused=refused)


def source_of(path: Place, sources: Iterable[Source]) -> Source | None:
    """Return the first mapped source whose glob fits the file's name."""
    return next((s for s in sources if fnmatch.fnmatchcase(path.name, s.glob)), None)


def format_of(path: Place, source: Source | None) -> tuple[str, str]:
    """Return format and compression by the file's name; an empty format is an unknown one."""
    *_, extension = (stem := path.name.lower()).rpartition(".")
    compression = extension if extension in COMPRESSIONS else ""
    if compression:
        extension = stem.removesuffix(f".{compression}").rpartition(".")[2]
    return (source.format if source else FORMATS.get(extension, "")), compression


def read_file(
    landed: Landed,
    sources: tuple[Source, ...],
    limits: Limits,
    sink: DaySink,
    feed: str = EVENTS,
) -> Count:
    """Judge every line of a file into the sink and return its row of the ledger.

    Raises BadFile (possibly after some lines went to the sink) and FileChanged, when the file was
    written to meanwhile: after either, the sink is to be thrown away.
    """
    source = source_of(landed.path, sources)
    form, compression = format_of(landed.path, source)
    if not form or (compression and form == "parquet"):
        raise BadFile(UNKNOWN_TYPE)
    if FEEDS[feed].columns and form not in ("csv", "text"):
        raise BadFile(f"a file of {feed} is a CSV with a header: give it the ending .csv")
    parsed = quarantined = blank = events = 0
    left_out: Counter[str] = Counter()
    with _reopened(landed) as file:
        stream = Stream(file, compression)
        for judged in _verdicts(landed, FEEDS[feed], source, form, stream, limits):
            sink.add(judged, landed.name, landed.sha256)
            parsed += judged.used_rows
            events += judged.rows.num_rows
            quarantined += len(judged.rejected)
            blank += judged.blank
            left_out.update(judged.left_out)
        _require_same(landed, file)
    if stream.cut:
        # Stands beside the lines and is not counted among them: it is about the whole file.
        _refuse_whole(landed, Rejection("cut_file", stream.cut), sink)
    lines = parsed + quarantined + blank + left_out.total()
    outcome = "incomplete" if stream.cut else "loaded" if lines else "empty"
    counts = (lines, parsed, quarantined, blank)
    by_rule = json.dumps(dict(sorted(left_out.items())), ensure_ascii=False)
    told = (outcome, form, events, left_out.total(), by_rule)
    return Count(landed.name, landed.sha256, landed.size, *counts, *told)


def refuse_file(landed: Landed, why: str, sink: DaySink) -> Count:
    """Put a whole file aside: one row in the quarantine, no lines in the ledger."""
    _refuse_whole(landed, Rejection("bad_file", why), sink)
    return Count(landed.name, landed.sha256, landed.size, 0, 0, 0, 0, "rejected", "")


def _refuse_whole(landed: Landed, why: Rejection, sink: DaySink) -> None:
    sink.refuse([Refusal(0, why, b"")], landed.name, landed.sha256)


def _reopened(landed: Landed) -> BinaryIO:
    try:
        file = open_landed(landed.path)
    except OSError as error:
        raise FileChanged(landed.name) from error
    _require_same(landed, file)
    return file


def _require_same(landed: Landed, file: BinaryIO) -> None:
    if state_of(file) != (landed.size, landed.version):
        file.close()
        raise FileChanged(landed.name)


def _verdicts(
    landed: Landed,
    feed: Feed,
    source: Source | None,
    form: str,
    stream: Stream,
    limits: Limits,
) -> Iterator[Judged]:
    blocks = ahead(stream) if landed.size >= AHEAD_FROM_BYTES and form != "parquet" else stream
    cut: list[LineBatch] = []
    batches = _whole(split_lines(blocks), stream, cut)
    if feed.columns:
        needed = needed_in(feed, source)
        records = _records(form, source, batches, stream, limits, needed)
        while some := list(islice(records, ROW_BATCH)):
            yield judge_cells(some, feed, source, limits)
    elif form == "ndjson" and source is None:
        for batch in batches:
            yield judge_batch(batch.lines, batch.first_line, limits)
    else:
        yield from _row_verdicts(landed, source, form, batches, stream, limits)
    for batch in cut:
        rejected = [Refusal(batch.first_line, Rejection("cut_file", stream.cut), batch.lines[0])]
        yield Judged(pa.RecordBatch.from_pylist([], JUDGED_SCHEMA), rejected, 0)


def _whole(
    batches: Iterable[LineBatch], stream: Stream, cut: list[LineBatch]
) -> Iterator[LineBatch]:
    """Pass on whole lines; the beginning of a line at which a broken file ends goes to ``cut``."""
    for batch in batches:
        if batch.is_open and stream.cut:
            cut.append(batch)
        else:
            yield batch


def _row_verdicts(
    landed: Landed,
    source: Source | None,
    form: str,
    batches: Iterator[LineBatch],
    stream: Stream,
    limits: Limits,
) -> Iterator[Judged]:
    # From the file's content and the row's place, not from the row alone: equal rows are separate
    # events, and the same file under another name brings nothing new.
    def row_id(number: int) -> str:
        return f"gen-{landed.sha256[:32]}-{number}"

    # A dotted column of JSON may lie inside an object and be absent from some lines.
    expected = frozenset(source.columns.values() if source else ("type",))
    records = _records(form, source, batches, stream, limits, expected)
    rows = (mapped_row(record, source, limits, row_id) for record in records)
    while some := list(islice(rows, ROW_BATCH)):
        yield judge_mapped(some, limits)


def _records(
    form: str,
    source: Source | None,
    batches: Iterator[LineBatch],
    stream: Stream,
    limits: Limits,
    expected: frozenset[str],
) -> Iterator[Record]:
    header = source.header if source else True
    if form == "ndjson":
        return json_records(batches, limits)
    if form == "parquet":
        expected = frozenset(column.partition(".")[0] for column in expected)
        return parquet_records(stream.file, expected)
    if form == "text":
        return text_records(batches, header=header, expected=expected)
    return csv_records(
        batches,
        header=header,
        expected=expected,
        delimiter=source.delimiter if source else ",",
        max_bytes=limits.max_line_bytes,
    )
