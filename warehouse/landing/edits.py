"""A landed file -> the same file without some lines; every other byte of its text stays.

Of JSON that is not one object a line, the objects that stay are written one a line.
"""

import gzip
import zipfile
from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from warehouse.feeds import FEEDS
from warehouse.judging.contents import Content
from warehouse.judging.exact import Limits
from warehouse.judging.files import source_of
from warehouse.landing.archives import is_archive, open_archive, open_member
from warehouse.landing.days import open_landed, source_name
from warehouse.landing.documents import has_several
from warehouse.landing.encodings import from_utf8
from warehouse.landing.kinds import CSV, NDJSON, PARQUET
from warehouse.landing.splitting import physical_lines
from warehouse.settings import Settings
from warehouse.storage.files import write_atomically
from warehouse.storage.places import Place, readable

GZIP_LEVEL = 6


def without_lines(path: Place, gone: Mapping[str, Collection[int]], settings: Settings) -> None:
    """Replace a landed file by one without these lines (names, numbers as in the lake), atomically.

    Compressed files and archives are packed anew. A file that broke off ends where it broke off.
    """
    mode = path.stat().st_mode & 0o777 if isinstance(path, Path) else 0o600
    name = source_name(path)
    with open_landed(path) as file:
        members = open_archive(file) if is_archive(file) else None
        if members is not None:
            write_atomically(path, partial(_archive_without, path, gone, settings), mode=mode)
            return
        opened = partial(_opened, path, settings)
        form = opened(file, name, 0).form
    if form == PARQUET:
        write_atomically(path, lambda new: _parquet_without(path, new, gone[name]), mode=mode)
        return

    def write(new: Path) -> None:
        with new.open("wb") as target:
            _write_without(lambda: opened(open_landed(path), name, 0), gone[name], target, settings)

    write_atomically(path, write, mode=mode)


def _archive_without(
    path: Place, gone: Mapping[str, Collection[int]], settings: Settings, new: Path
) -> None:
    name = source_name(path)
    with open_landed(path) as file, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as target:
        for member in open_archive(file):
            full = f"{name}/{member.name}"
            # Without a time, so that the same lines give the same bytes.
            with target.open(zipfile.ZipInfo(member.name), "w", force_zip64=True) as into:
                if full not in gone:
                    _copy(open_member(member), cast("BinaryIO", into))
                    continue
                opened = partial(_opened_member, path, settings, full, member)
                _write_without(opened, gone[full], cast("BinaryIO", into), settings)


def _opened(path: Place, settings: Settings, file: BinaryIO, name: str, packed: int) -> Content:
    feed = path.parent.parent.name
    names = (path.name, name.rpartition("/")[2])
    source = source_of(names, settings.sources_of(feed))
    return Content(file, name, source, FEEDS[feed], size=0, packed_size=packed)


def _opened_member(path: Place, settings: Settings, name: str, member) -> Content:
    return _opened(path, settings, open_member(member), name, max(member.size, 1))


def _write_without(opened, gone: Collection[int], target: BinaryIO, settings: Settings) -> None:
    """Write a text without some rows, in its encoding and its compressions."""
    content = opened()
    encoding = content.encoding
    if content.form == NDJSON:
        is_document = content.is_document or _has_documents(opened())
        content.is_document = is_document
        lines = _objects(content) if is_document else _raw_lines(content.blocks())
    else:
        lines = physical_lines(content.blocks())
        gone = _lines_of(opened(), gone, settings) if content.form == CSV else set(gone)
    with _packed(target, content.stream.layers) as into:
        # The mark says how the rest is to be read; it stands in the first of raw lines.
        is_raw = content.form == NDJSON and not content.is_document
        if not is_raw or 1 in gone:
            into.write(content.mark)
        for number, line in lines:
            if number not in gone:
                into.write(from_utf8(line, encoding))


def _raw_lines(blocks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield lines with their line ends, numbered as the reader numbers them."""
    number, rest = 1, b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            yield number, line + b"\n"
            number += 1
    if rest:
        yield number, rest


def _objects(content: Content) -> Iterator[tuple[int, bytes]]:
    for batch in content.objects():
        for number, line in enumerate(batch.lines, batch.first_line):
            # Between the tokens of JSON a line end is a space like any other.
            yield number, line.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"


def _has_documents(content: Content) -> bool:
    """Tell whether the reader found several objects on a line, and so read a document."""
    for batch in content.objects():
        for line in batch.lines:
            try:
                msgspec.json.decode(line, type=dict[str, msgspec.Raw])
            except (msgspec.MsgspecError, RecursionError, UnicodeError):
                if has_several(line):
                    return True
    return False


def _lines_of(content: Content, rows: Collection[int], settings: Settings) -> set[int]:
    """Turn rows into lines: a quoted field may go on over several."""
    limits = Limits(0, frozenset(), settings.max_line_bytes)
    gone: set[int] = set()
    for record in content.records(limits, iter(()), lambda _: None):
        if record.number in rows:
            gone.update(range(record.number, record.number + record.lines))
    return gone


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    while block := source.read(1 << 20):
        target.write(block)


def _parquet_without(path: Place, new: Path, rows: Collection[int]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.ParquetFile(readable(path)).read()
    stays = pa.array([number not in rows for number in range(1, len(table) + 1)], pa.bool_())
    pq.write_table(table.filter(stays), new)


@contextmanager
def _packed(file: BinaryIO, layers: list[str]) -> Generator[BinaryIO]:
    """Compress what is written as it was compressed, the outermost layer first."""
    with ExitStack() as stack:
        for layer in layers:
            if layer == "gz":
                # Without name and time, so that the same lines give the same bytes.
                packed = gzip.GzipFile("", "wb", GZIP_LEVEL, file, mtime=0)
            else:
                import zstandard

                packed = zstandard.ZstdCompressor().stream_writer(file, closefd=False)
            file = cast("BinaryIO", stack.enter_context(packed))
        yield file
