"""Blocks of bytes -> batches of whole lines: every byte between two line feeds is one line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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
    """Yield the lines of a file in order, a byte order mark at its start left out.

    Lines end with LF or CRLF; a lone CR ends nothing. Memory stays bounded for a line of any
    length: past ``KEPT_LINE_BYTES`` its bytes are dropped, never the line.
    """
    number, rest, is_first = 1, bytearray(), True
    for block in blocks:
        if is_first and len(rest) + len(block) >= len(BOM):
            block = bytes(rest) + block
            block, rest, is_first = block.removeprefix(BOM), bytearray(), False
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
    last = bytes(rest).removeprefix(BOM) if is_first else bytes(rest)
    if last:
        yield LineBatch(number, [last.removesuffix(b"\r")], is_open=True)


def _whole_lines(rest: bytearray, block: bytes) -> list[bytes]:
    """Split a block that ends with a line feed; what was left before belongs to its first line."""
    lines = block.split(b"\n")
    lines.pop()
    if len(rest) >= KEPT_LINE_BYTES:
        lines[0] = bytes(rest)
    elif rest:
        lines[0] = bytes(rest) + lines[0]
    if b"\r" in block or rest.endswith(b"\r"):
        return [line.removesuffix(b"\r") for line in lines]
    return lines
