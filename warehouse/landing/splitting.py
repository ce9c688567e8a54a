"""Blocks of UTF-8 -> lines: of JSON, between two line feeds; of tables, by whatever ends a line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# At the beginning of a line it says nothing: files that each began with one were joined.
BOM = b"\xef\xbb\xbf"
# Of an over-long line this much is kept for the quarantine; the rest is passed over.
KEPT_LINE_BYTES = 20 << 20
BATCH_LINES = 4_096


@dataclass(frozen=True)
class LineBatch:
    """Consecutive lines without their line ends; ``first_line`` counts from 1."""

    first_line: int
    lines: list[bytes]
    # The last line of this batch had no line end: the file stopped there.
    is_open: bool = False


def split_lines(blocks: Iterable[bytes]) -> Iterator[LineBatch]:
    """Yield the lines of a file in order, a byte order mark at the start of any left out.

    Lines end with LF or CRLF; a lone CR ends nothing. Memory stays bounded for a line of any
    length: past ``KEPT_LINE_BYTES`` its bytes are dropped, never the line.
    """
    number, rest = 1, bytearray()
    for block in blocks:
        end = block.rfind(b"\n") + 1
        if not end:
            rest += block[: max(KEPT_LINE_BYTES - len(rest), 0)]
            continue
        lines = _whole_lines(rest, block[:end])
        rest = bytearray(block[end:])
        for start in range(0, len(lines), BATCH_LINES):
            batch = lines[start : start + BATCH_LINES]
            yield LineBatch(number, batch)
            number += len(batch)
    if last := bytes(rest).removeprefix(BOM):
        yield LineBatch(number, [last.removesuffix(b"\r")], is_open=True)


def physical_lines(blocks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the numbered lines of a table with their ends, which are LF, CRLF or CR.

    A byte order mark is left out at the start, and stands where files were joined: what follows it
    there may be a header. Memory is bounded as in `split_lines`.
    """
    number, rest, is_first = 1, b"", True
    for block in blocks:
        text = rest + block if len(rest) < KEPT_LINE_BYTES else rest + _from_line_end(block)
        if is_first and len(text) >= len(BOM):
            text, is_first = text.removeprefix(BOM), False
        lines = text.splitlines(keepends=True)
        # A CR at the end of a block may be half of a CRLF.
        rest = b"" if not lines or lines[-1].endswith(b"\n") else lines.pop()
        yield from enumerate(lines, number)
        number += len(lines)
    rest = rest.removeprefix(BOM) if is_first else rest
    if rest:
        yield number, rest


def _from_line_end(block: bytes) -> bytes:
    """Return a block from its first line end on: what stands before belongs to too long a line."""
    ends = [place for place in (block.find(b"\n"), block.find(b"\r")) if place >= 0]
    return block[min(ends) :] if ends else b""


def _whole_lines(rest: bytearray, block: bytes) -> list[bytes]:
    """Split a block that ends with a line feed; what was left before belongs to its first line."""
    lines = block.split(b"\n")
    lines.pop()
    if len(rest) >= KEPT_LINE_BYTES:
        lines[0] = bytes(rest)
    elif rest:
        lines[0] = bytes(rest) + lines[0]
    if b"\r" in block or rest.endswith(b"\r"):
        lines = [line.removesuffix(b"\r") for line in lines]
    if BOM in block or rest.startswith(BOM[:1]):
        lines = [line.removeprefix(BOM) for line in lines]
    return lines
