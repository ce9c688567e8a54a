"""JSON text -> where its values begin and end: also of text that is broken, cut or joined.

Knows nothing of what the values mean; ``documents`` decides by it what is a row.
"""

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from warehouse.landing.splitting import KEPT_LINE_BYTES
from warehouse.landing.streams import BadFile

# By the first good one of so many lines it is decided where a broken one ends.
BROKEN_LINES = 50
MAX_INDENT = 200
BETWEEN = re.compile(r"[\s,\x1e\ufeff]*")
SPACE = re.compile(r"\s*")
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|["{}\[\]]', re.DOTALL)
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_JOINED = re.compile(r"\}[\s\ufeff]*\{")
MORE_BEHIND = re.compile(r"\}[\s\ufeff]*,?[\s\ufeff]*\{")
scan: Callable[[str, int], tuple[Any, int]] = getattr(json.JSONDecoder(strict=False), "scan_once")  # noqa: B009
_LINE_OF_OBJECT = re.compile(r"\n([ \t]*),?[ \t]*(?=\{)")


class Window:
    """A window on the text: what is behind is dropped, what is ahead is read when it is asked."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._rest = blocks, b""
        self.text, self.at = "", 0
        # The document ended too early: at the beginning of a value, or between two.
        self.is_cut, self.lost = False, ""

    def more(self) -> bool:
        """Read on; tell whether there was anything."""
        block = next(self._blocks, b"")
        # A character may lie on the border of two blocks.
        whole = self._rest + block
        end = _end_of_text(whole) if block else len(whole)
        if not whole:
            return False
        self._rest = whole[end:]
        self.text = self.text[self.at :] + whole[:end].decode("utf-8", "surrogateescape")
        self.at = 0
        if len(self.text) > KEPT_LINE_BYTES + (16 << 20):
            raise BadFile("one JSON value is longer than 20 MB: write one object a line")
        return True

    def skip(self, pattern: re.Pattern[str] = SPACE) -> str:
        """Pass over what says nothing; return the character behind it, "" at the end."""
        while True:
            self.at = pass_over(pattern, self.text, self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""


def pass_over(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Return where what says nothing ends; the pattern fits everywhere, be it nothing."""
    found = pattern.match(text, at)
    return found.end() if found else at


def goes_on(text: str) -> bool:
    """Tell whether another object follows on the same line."""
    return text.lstrip(" \t\r\n,\x1e\ufeff")[:1] == "{"


def indent_of(text: str, at: int) -> str | None:
    """Return the space before a value that begins its line, else None."""
    # Looked for so far back only: else a long line would be gone through for each of its values.
    start = max(at - MAX_INDENT, 0)
    begin = text.rfind("\n", start, at) + 1
    before = text[max(begin, start) : at].lstrip(",")
    return before if (begin or not start) and not before.strip() else None


def next_object(text: str, at: int, indent: str | None) -> int:
    """Return where a broken line ends, if one of the next objects stands whole below it, or -1."""
    below = (line for line in _LINE_OF_OBJECT.finditer(text, at) if line[1] == (indent or ""))
    first = -1
    for line in islice(below, BROKEN_LINES):
        first = line.start() if first < 0 else first
        try:
            scan(text, line.end())
        except (StopIteration, ValueError, RecursionError):
            continue
        return first
    return -1


def joined(text: str) -> int:
    """Count where one object ends and the next begins, which never is inside of an object."""
    return len(_JOINED.findall(_STRINGS.sub("", text))) if "}" in text else 0


def balanced(text: str, at: int) -> int:
    """Return where the brackets that open here are closed again, or -1; strings are passed over."""
    if text[at] not in "{[":
        # A word that is no JSON ends where the next value may begin.
        found = re.compile(r"[\s,\]\}]").search(text, at + 1)
        return found.start() if found else -1
    opened: list[str] = []
    for token in _TOKENS.finditer(text, at):
        sign = token[0]
        if sign in "{[":
            opened.append("}" if sign == "{" else "]")
        elif sign in "}]":
            if opened.pop() != sign:
                return -1
            if not opened:
                return token.end()
        elif sign == '"':
            return -1
    return -1


def as_bytes(value: str) -> bytes:
    """Return the bytes a text was read from, also where they were none of UTF-8."""
    return value.encode("utf-8", "surrogateescape")


def _end_of_text(block: bytes) -> int:
    """Return where the last whole character of a block ends."""
    for back in range(1, min(4, len(block)) + 1):
        byte = block[-back]
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(block) if back >= needed else len(block) - back
        if byte < 0x80:
            break
    return len(block)
