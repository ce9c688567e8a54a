"""A file -> blocks of its text, decompressed by what its bytes are, whatever its name says.

Bounded in memory, also for what means harm, and honest about how the file ended.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import BinaryIO

READ_BYTES = 1 << 20
BLOCK_BYTES = 4 << 20
# Zstandard can turn a few bytes into megabytes, so it is fed in small bites.
ZSTD_READ_BYTES = 1 << 12
MAX_RATIO = 200
# Small files may repeat themselves as much as they like.
RATIO_APPLIES_FROM = 16 << 20
# A file compressed by two tools, one after the other, is no rarity; more is a trick.
MAX_LAYERS = 3
GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
# Frames that carry no data: pzstd writes one before each frame, seekable files end with one.
ZSTD_SKIPPABLE = tuple(bytes([kind]) + b"\x2a\x4d\x18" for kind in range(0x50, 0x60))


class BadFile(Exception):  # noqa: N818 - a verdict on a file, not a failure of ours
    """The whole file is refused; its text says why."""


class Stream:
    """Iterates once over a file's decompressed bytes, in blocks of at most some megabytes.

    ``cut`` then says what ended it early, if so, and ``size`` how many bytes came out; ``layers``
    are its compressions, the outermost first. Opening it and reading it raise BadFile for what must
    not be read.
    """

    def __init__(self, file: BinaryIO, packed_size: int = 0) -> None:
        """Open a file, or what was taken out of ``packed_size`` bytes of an archive."""
        self.file = file
        self.cut = ""
        self.size = 0
        self.layers: list[str] = []
        self._taken = packed_size
        self._is_member = bool(packed_size)
        self._blocks: Iterator[bytes] = self._checked(self._raw()) if packed_size else self._raw()
        while unpack := self._next_layer():
            self._blocks = self._checked(unpack(_Source(self._blocks)))
        if self.layers:
            self._blocks = _coalesced(self._blocks)

    def head(self, size: int = 1 << 16) -> bytes:
        """Return the beginning of the text, at least ``size`` bytes where there are so many."""
        blocks, length = [], 0
        while length < size and (block := next(self._blocks, b"")):
            blocks.append(block)
            length += len(block)
        self._blocks = chain(blocks, self._blocks)
        return b"".join(blocks)

    def __iter__(self) -> Iterator[bytes]:
        """Yield what has not been read yet."""
        for block in self._blocks:
            self.size += len(block)
            yield block

    def _raw(self) -> Iterator[bytes]:
        while block := self.file.read(READ_BYTES if self.layers else BLOCK_BYTES):
            if not self._is_member:
                self._taken += len(block)
            yield block

    def _next_layer(self) -> "Callable[[_Source], Iterator[bytes]] | None":
        # Four bytes are enough for a magic, and also the first block of a file that has fewer.
        start = self.head(4)
        name = next((name for name, magics in _MAGICS.items() if start.startswith(magics)), "")
        if name and len(self.layers) == MAX_LAYERS:
            raise BadFile(f"compressed more than {MAX_LAYERS} times: unpack it")
        if not name:
            return None
        self.layers.append(name)
        return self._gunzip if name == "gz" else self._unzstd

    def _checked(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        size = 0
        for block in blocks:
            size += len(block)
            if size > RATIO_APPLIES_FROM and size > MAX_RATIO * self._taken:
                raise BadFile(f"decompresses to more than {MAX_RATIO} times its size")
            yield block

    def _gunzip(self, source: "_Source") -> Iterator[bytes]:
        zlib = _gzip_engine()
        pending = source.take()
        while pending:
            member = zlib.decompressobj(wbits=31)
            while not member.eof:
                if not pending and not (pending := source.take()):
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
            while len(pending) < len(GZIP_MAGIC) and (more := source.take()):
                pending = (pending + more).lstrip(b"\0")
            if pending and not pending.startswith(GZIP_MAGIC):
                self.cut = "bytes that are no gzip data follow the end"
                return

    def _unzstd(self, source: "_Source") -> Iterator[bytes]:
        import zstandard

        pending = b""
        while True:
            while len(pending) < 8 and (more := source.take(ZSTD_READ_BYTES)):
                pending += more
            if not pending:
                return
            if pending.startswith(ZSTD_SKIPPABLE):
                over = 8 + int.from_bytes(pending[4:8], "little")
                while len(pending) < over and (more := source.take(ZSTD_READ_BYTES)):
                    over -= len(pending)
                    pending = more
                if len(pending) < over:
                    self.cut = "the file ends before its zstandard data does"
                    return
                pending = pending[over:]
                continue
            frame = zstandard.ZstdDecompressor().decompressobj()
            while not frame.eof:
                if not pending and not (pending := source.take(ZSTD_READ_BYTES)):
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
            pending = frame.unused_data


_MAGICS = {"gz": (GZIP_MAGIC,), "zst": (ZSTD_MAGIC, *ZSTD_SKIPPABLE)}


class _Source:
    """Blocks that are taken as whole as they come, or in bites."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._rest = memoryview(b"")

    def take(self, most: int = 0) -> bytes:
        if not self._rest:
            self._rest = memoryview(next(self._blocks, b""))
        most = most or len(self._rest)
        bite, self._rest = self._rest[:most], self._rest[most:]
        return bytes(bite)


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
