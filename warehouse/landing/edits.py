"""A landed file -> the same file without some lines; every other byte of its text stays."""

import gzip
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from warehouse.judging.files import format_of, source_of
from warehouse.judging.tables import csv_records
from warehouse.landing.days import open_landed
from warehouse.landing.splitting import split_lines
from warehouse.landing.streams import Stream
from warehouse.settings import Settings, Source
from warehouse.storage.files import write_atomically
from warehouse.storage.places import Place, readable

GZIP_LEVEL = 6


def without_lines(path: Place, lines: Collection[int], settings: Settings) -> None:
    """Replace a landed file by one without these lines (numbers as in the lake), atomically.

    Compressed files are compressed anew. A file that broke off ends where it broke off.
    """
    form, compression = format_of(path, _source_of(path, settings))
    mode = path.stat().st_mode & 0o777 if isinstance(path, Path) else 0o600
    if form == "parquet":
        write_atomically(path, lambda new: _parquet_without(path, new, lines), mode=mode)
        return
    gone = _csv_lines(path, compression, lines, settings) if form == "csv" else set(lines)

    def write(new: Path) -> None:
        with open_landed(path) as source, _opened(new, compression) as target:
            for number, line in _raw_lines(Stream(source, compression)):
                if number not in gone:
                    target.write(line)

    write_atomically(path, write, mode=mode)


def _raw_lines(blocks: Stream) -> Iterator[tuple[int, bytes]]:
    """Yield lines with their line ends, numbered as the reader numbers them."""
    number, rest = 1, b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            yield number, line + b"\n"
            number += 1
    if rest:
        yield number, rest


def _csv_lines(
    path: Place, compression: str, records: Collection[int], settings: Settings
) -> set[int]:
    """Turn records into lines: a quoted field may go on over several."""
    source = _source_of(path, settings)
    gone: set[int] = set()
    with open_landed(path) as file:
        for record in csv_records(
            split_lines(Stream(file, compression)),
            header=source.header if source else True,
            expected=frozenset(),
            delimiter=source.delimiter if source else ",",
            max_bytes=settings.max_line_bytes,
        ):
            if record.number in records:
                last = record.number + record.original.count(b"\n")
                gone.update(range(record.number, last + 1))
    return gone


def _source_of(path: Place, settings: Settings) -> Source | None:
    return source_of(path, settings.sources_of(path.parent.parent.name))


def _parquet_without(path: Place, new: Path, rows: Collection[int]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.ParquetFile(readable(path)).read()
    stays = pa.array([number not in rows for number in range(1, len(table) + 1)], pa.bool_())
    pq.write_table(table.filter(stays), new)


@contextmanager
def _opened(path: Path, compression: str) -> Generator[BinaryIO]:
    with path.open("wb") as file:
        if compression == "gz":
            # Without name and time, so that the same lines give the same bytes.
            with gzip.GzipFile("", "wb", GZIP_LEVEL, file, mtime=0) as packed:
                yield cast("BinaryIO", packed)
        elif compression == "zst":
            import zstandard

            with zstandard.ZstdCompressor().stream_writer(file, closefd=False) as packed:
                yield cast("BinaryIO", packed)
        else:
            yield file
