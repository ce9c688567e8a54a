"""Compressed file -> blocks of bytes: bounded in memory, and honest about how the file ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

READ_BYTES = 1 << 20
BLOCK_BYTES = 4 << 20
# Zstandard can turn a few bytes into megabytes, so it is fed in small bites.
ZSTD_READ_BYTES = 1 << 12
MAX_RATIO = 200
RATIO_APPLIES_FROM = 1 << 30
GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


class BadFile(Exception):  # noqa: N818 - a verdict on a file, not a failure of ours
    """The whole file is refused; its text says why."""


@dataclass
class Stream:
    """Iterates over a file's decompressed bytes; ``cut`` then says what ended it early, if so."""

    file: BinaryIO
    compression: str
    cut: str = ""

    def __iter__(self) -> Iterator[bytes]:
        """Yield blocks of at most some megabytes; raises BadFile for what must not be read."""
        if self.compression == "gz":
            yield from _coalesced(self._checked(self._gunzip()))
        elif self.compression == "zst":
            yield from _coalesced(self._checked(self._unzstd()))
        else:
            while block := self.file.read(BLOCK_BYTES):
                yield block

    def _checked(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        size = 0
        for block in blocks:
            size += len(block)
            if size > RATIO_APPLIES_FROM and size > MAX_RATIO * self.file.tell():
                raise BadFile(f"decompresses to more than {MAX_RATIO} times its size")
            yield block

    def _gunzip(self) -> Iterator[bytes]:
        zlib = _gzip_engine()
        pending = self._start(GZIP_MAGIC, "gzip")
        while pending:
            member = zlib.decompressobj(wbits=31)
            while not member.eof:
                if not pending and not (pending := self.file.read(READ_BYTES)):
                    self.cut = "the file ends before its gzip data does"
                    return
                try:
                    block = member.decompress(pending, BLOCK_BYTES)
                except Exception as error:  # noqa: BLE001 - isal and zlib raise types of their own
                    self.cut = f"corrupt gzip data: {error}"
                    return
                pending = member.unconsumed_tail
                if block:
                    yield block
            # Members may follow one another; zeros after the last one are padding.
            pending = member.unused_data.lstrip(b"\0")
            while not pending and (more := self.file.read(READ_BYTES)):
                pending = more.lstrip(b"\0")
            if len(pending) == 1:
                pending += self.file.read(1)
            if pending and not pending.startswith(GZIP_MAGIC):
                self.cut = "bytes that are no gzip data follow the end"
                return

    def _unzstd(self) -> Iterator[bytes]:
        import zstandard

        pending = self._start(ZSTD_MAGIC, "zstandard")
        while pending:
            frame = zstandard.ZstdDecompressor().decompressobj()
            while not frame.eof:
                if not pending and not (pending := self.file.read(ZSTD_READ_BYTES)):
                    self.cut = "the file ends before its zstandard data does"
                    return
                try:
                    block = frame.decompress(pending)
                except zstandard.ZstdError as error:
                    self.cut = f"corrupt zstandard data: {error}"
                    return
                pending = b""
                if block:
                    yield block
            pending = frame.unused_data or self.file.read(ZSTD_READ_BYTES)

    def _start(self, magic: bytes, name: str) -> bytes:
        start = self.file.read(len(magic) if name == "zstandard" else READ_BYTES)
        if start and not start.startswith(magic[: len(start)]):
            raise BadFile(f"not {name} data")
        return start


def _coalesced(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Join small blocks: files of many members come in crumbs, and a batch has its own cost."""
    waiting: list[bytes] = []
    size = 0
    for block in blocks:
        waiting.append(block)
        size += len(block)
        if size >= BLOCK_BYTES // 2:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def _gzip_engine():
    try:
        from isal import isal_zlib
    except ImportError:
        import zlib

        return zlib
    return isal_zlib
