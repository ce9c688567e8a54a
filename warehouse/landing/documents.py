"""JSON that is not one object a line -> its objects, as if each stood on a line of its own.

Arrays, objects over many lines or behind one another, and pages: an object that holds the one list
of objects that is the data. Either every object comes out, byte for byte, or BadFile is raised.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from warehouse.landing.splitting import BATCH_LINES, BOM, KEPT_LINE_BYTES, LineBatch
from warehouse.landing.streams import BadFile

# By so much text it is decided what is wrong, and by the first good one of so many lines.
LOOK_AHEAD = 1 << 18
BROKEN_LINES = 50
MAX_INDENT = 200
# A broken line with so many objects in it is more than one bad line.
MANY_JOINED = 3
# Without a piece of the text, which may hold whatever people have written down.
BROKEN = (
    "JSON that breaks inside an object, and others may be lost with it: send it again, one object"
    " a line, so that it costs its own line only"
)
# How far into a page its list of objects may lie.
MAX_PAGE_DEPTH = 4
# What the list of a page is called where it is empty.
LISTS = frozenset(
    (
        *("data", "items", "results", "records", "rows", "events", "list", "value", "values"),
        *("hits", "entries", "objects", "orders", "users", "edges", "nodes", "content"),
    )
)
_BETWEEN = re.compile(r"[\s,\x1e\ufeff]*")
_SPACE = re.compile(r"\s*")
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|["{}\[\]]', re.DOTALL)
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_JOINED = re.compile(r"\}[\s\ufeff]*\{")
_MORE_BEHIND = re.compile(r"\}[\s\ufeff]*,?[\s\ufeff]*\{")
_scan: Callable[[str, int], tuple[Any, int]] = getattr(json.JSONDecoder(strict=False), "scan_once")  # noqa: B009
_LINE_OF_OBJECT = re.compile(r"\n([ \t]*),?[ \t]*(?=\{)")


def is_document(head: bytes, names: frozenset[str], *, is_whole: bool) -> bool:
    """Tell by its beginning whether a JSON file is something else than one object a line.

    ``names`` are what a row is known by: an object that has as many of them as those in a list it
    holds is a row.
    """
    text = head.removeprefix(BOM).decode("utf-8", "replace")
    at = _behind(_BETWEEN, text, 0)
    if text[at : at + 1] == "[" or "\x1e" in text[:at]:
        return True
    if text[at : at + 1] != "{":
        return False
    end_of_line = text.find("\n", at)
    first = text[at:] if end_of_line < 0 else text[at:end_of_line]
    try:
        value, end = _scan(text, at)
    except (StopIteration, ValueError, RecursionError) as error:
        # Past the beginning that is known it may go on; a broken first line is a bad line.
        place = error.value if isinstance(error, StopIteration) else getattr(error, "pos", 0)
        goes_on = not is_whole and "\n" not in text[place or 0 :].strip()
        return goes_on or _joined(first) > 0 or bool(_way_to_list(text, at, names))
    behind = text[end : at + len(first)].strip()
    is_row_of_lines = end <= at + len(first) and behind != "," and not _goes_on(behind)
    return not is_row_of_lines or _is_page(value, names)


def has_several(line: bytes) -> bool:
    """Tell whether a line nobody could read is several objects, or an array of them."""
    text = line.decode("utf-8", "replace").strip(" \t\r\n\x1e\ufeff")
    # Most bad lines are one object, and are seen to be at a glance.
    is_perhaps = text.startswith("[") or text.endswith(",") or _MORE_BEHIND.search(text)
    if not is_perhaps or not text.startswith(("{", "[")):
        return False
    try:
        value, end = _scan(text, 0)
    except (StopIteration, ValueError, RecursionError):
        return _joined(text) >= MANY_JOINED
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, dict) for each in value)
    return text[end:].strip() == "," or _goes_on(text[end:])


def split_documents(
    blocks: Iterable[bytes],
    names: frozenset[str],
    tell_cut: Callable[[str], None],
    told: tuple[str, ...] = (),
) -> Iterator[LineBatch]:
    """Yield the objects of a document as lines, numbered from 1 in their order.

    ``told`` is the way to the list of them in every page, where a source says it.
    What is balanced and yet no JSON is a line too, for the judge to refuse. ``tell_cut`` is told if
    the document ends too early, before the beginning at which it ends comes as an open line. Raises
    BadFile where it cannot be told what the objects are, or where they end.
    """
    text = _Text(iter(blocks))
    number, waiting = 1, []
    for value in _Values(text, names, told).all():
        if text.is_cut:
            break
        waiting.append(_bytes(value))
        if len(waiting) == BATCH_LINES:
            yield LineBatch(number, waiting)
            number, waiting = number + len(waiting), []
    if waiting:
        yield LineBatch(number, waiting)
    if text.is_cut:
        tell_cut("the file ends before its JSON does")
    if text.is_cut and text.lost:
        yield LineBatch(number + len(waiting), [_bytes(text.lost)], is_open=True)


class _Text:
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

    def skip(self, pattern: re.Pattern[str] = _SPACE) -> str:
        """Pass over what says nothing; return the character behind it, "" at the end."""
        while True:
            self.at = _behind(pattern, self.text, self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""


@dataclass
class _Values:
    text: _Text
    names: frozenset[str]
    told: tuple[str, ...] = ()
    # Of the values taken so far.
    longest: int = 0

    def all(self) -> Iterator[str]:
        """Yield the text of every object, at the top, in an array, or in the list of a page."""
        text = self.text
        while sign := text.skip(_BETWEEN):
            if self.told:
                yield from self._of_told(sign)
            elif sign == "[":
                text.at += 1
                yield from self._elements()
            elif sign == "{" and (path := self._page()):
                yield from self._of_page(path)
            else:
                yield self._one()

    def _elements(self) -> Iterator[str]:
        text = self.text
        while (sign := text.skip(_BETWEEN)) and sign != "]":
            yield self._one()
        text.is_cut |= not sign
        text.at += 1

    def _one(self) -> str:
        """Take one value, whatever it is, as it is written."""
        text = self.text
        end = self._end()
        value, text.at = text.text[text.at : end], end
        self.longest = max(self.longest, len(value))
        return value

    def _end(self) -> int:
        text = self.text
        indent = _indent(text.text, text.at)
        while True:
            try:
                _, end = _scan(text.text, text.at)
            except RecursionError:
                end = _balanced(text.text, text.at)
            except (StopIteration, ValueError):
                # What is wrong shows by what stands behind it.
                if len(text.text) - text.at < LOOK_AHEAD and text.more():
                    continue
                line = _next_object(text.text, text.at, indent)
                if line > 0 and _joined(text.text[text.at : line]) < MANY_JOINED:
                    return line
                # Without lines to go by, what was meant is a guess.
                if _balanced(text.text, text.at) >= 0:
                    raise BadFile(BROKEN) from None
                if text.more():
                    continue
                text.is_cut, text.lost = True, text.text[text.at :]
                self._refuse_lost(text.lost)
                return len(text.text)
            # A number at the end of what is known may go on.
            if end < len(text.text) or not text.more():
                return end

    def _refuse_lost(self, rest: str) -> None:
        """Raise BadFile if more than one object may be lost with what cannot be read."""
        if len(rest) > 2 * self.longest and (self.longest or _MORE_BEHIND.search(rest)):
            raise BadFile(BROKEN)

    def _page(self) -> tuple[str, ...]:
        """Return the way to the list of objects, if what begins here is a page of them."""
        text = self.text
        while True:
            try:
                value, _ = _scan(text.text, text.at)
                return _page_of(value, self.names)
            except RecursionError:
                return ()
            except (StopIteration, ValueError):
                is_known = _balanced(text.text, text.at) >= 0
            if is_known or len(text.text) - text.at > KEPT_LINE_BYTES or not text.more():
                break
        # Too long to be looked at whole, broken somewhere, or cut.
        return _way_to_list(text.text, text.at, self.names)

    def _of_told(self, sign: str) -> Iterator[str]:
        """Yield the rows of a page by the way that is told; pages may stand in an array."""
        if sign not in "[]{":
            raise BadFile(self._lost(self.told, []))
        if sign == "{":
            yield from self._of_page(self.told)
        else:
            self.text.at += 1

    def _of_page(self, path: Sequence[str]) -> Iterator[str]:
        """Yield the rows at the end of a path, and pass over everything around it.

        A path that is told must be there, may lead through lists, and to a single row or null.
        """
        text = self.text
        passed: list[str] = []
        is_there = False
        text.at += 1
        while (sign := text.skip(_BETWEEN)) and sign != "}":
            key = _read(self._one())
            if not isinstance(key, str) or text.skip() != ":":
                raise BadFile(BROKEN)
            text.at += 1
            sign = text.skip()
            passed.append(key)
            is_way = key == path[0] and sign in ("[{" if self.told or len(path) > 1 else "[")
            is_there |= is_way
            if is_way and len(path) == 1 and sign == "[":
                text.at += 1
                yield from self._elements()
            elif is_way and len(path) > 1:
                yield from self._further(path[1:], sign)
            elif is_way:
                yield self._one()
            else:
                value = self._one()
                is_there |= key == path[0] and value == "null"
                if not self.told and _lists_in({key: _read(value)}):
                    raise BadFile(_several([".".join(path), key]))
        if sign and self.told and not is_there:
            raise BadFile(self._lost(path, passed))
        text.is_cut |= not sign
        text.at += 1

    def _further(self, path: Sequence[str], sign: str) -> Iterator[str]:
        """Follow a path into an object, or into each of a list of them."""
        text = self.text
        if sign == "{":
            yield from self._of_page(path)
            return
        text.at += 1
        while (sign := text.skip(_BETWEEN)) and sign != "]":
            if sign != "{":
                raise BadFile(self._lost(path, []))
            yield from self._of_page(path)
        text.is_cut |= not sign
        text.at += 1

    def _lost(self, path: Sequence[str], passed: Sequence[str]) -> str:
        told = f", where it has {', '.join(passed)[:500]}" if passed else ""
        return (
            f"rows of its source are at {'.'.join(self.told)}, and an object of the file has no"
            f" list {path[0]}{told}: mend rows, or give such files a source of their own"
        )


def _is_page(value: Any, names: frozenset[str]) -> bool:
    try:
        return bool(_page_of(value, names))
    except BadFile:
        return True


def _page_of(value: Any, names: frozenset[str]) -> tuple[str, ...]:
    if not isinstance(value, dict):
        return ()
    lists = _lists_in(value)
    known = len(names & value.keys())
    if known and all(known >= len(names & _at(value, path)[0].keys()) for path in lists):
        return ()
    if len(lists) > 1:
        # The likeliest first: it is told as an example.
        lists.sort(key=lambda path: -len(names & _at(value, path)[0].keys()))
        raise BadFile(_several([".".join(path) for path in lists]))
    if lists:
        return lists[0]
    # A page of a day on which nothing happened; by another name, a list in a row.
    empty = [path for path in _lists_in(value, are_empty=True) if path[-1].lower() in LISTS]
    return empty[0] if len(empty) == 1 else ()


def _lists_in(
    value: Any, depth: int = MAX_PAGE_DEPTH, *, are_empty: bool = False
) -> list[tuple[str, ...]]:
    """Return the ways to every list of objects inside an object, lists themselves not entered.

    Or to every list that is empty.
    """
    found: list[tuple[str, ...]] = []
    for key, inner in value.items() if isinstance(value, dict) and depth else ():
        is_list = isinstance(inner, list) and all(isinstance(each, dict) for each in inner)
        if is_list and bool(inner) is not are_empty:
            found.append((key,))
        inside = _lists_in(inner, depth - 1, are_empty=are_empty)
        found += [(key, *rest) for rest in inside]
    return found


def _at(value: Any, path: Sequence[str]) -> Any:
    for key in path:
        value = value[key]
    return value


def _behind(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Return where what says nothing ends; the pattern fits everywhere, be it nothing."""
    found = pattern.match(text, at)
    return found.end() if found else at


def _goes_on(text: str) -> bool:
    """Tell whether another object follows on the same line."""
    return text.lstrip(" \t\r\n,\x1e\ufeff")[:1] == "{"


def _indent(text: str, at: int) -> str | None:
    """Return the space before a value that begins its line, else None."""
    # Looked for so far back only: else a long line would be gone through for each of its values.
    start = max(at - MAX_INDENT, 0)
    begin = text.rfind("\n", start, at) + 1
    before = text[max(begin, start) : at].lstrip(",")
    return before if (begin or not start) and not before.strip() else None


def _next_object(text: str, at: int, indent: str | None) -> int:
    """Return where a broken line ends, if one of the next objects stands whole below it, or -1."""
    below = (line for line in _LINE_OF_OBJECT.finditer(text, at) if line[1] == (indent or ""))
    first = -1
    for line in islice(below, BROKEN_LINES):
        first = line.start() if first < 0 else first
        try:
            _scan(text, line.end())
        except (StopIteration, ValueError, RecursionError):
            continue
        return first
    return -1


def _joined(text: str) -> int:
    """Count where one object ends and the next begins, which never is inside of an object."""
    return len(_JOINED.findall(_STRINGS.sub("", text))) if "}" in text else 0


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


def _several(names: Sequence[str]) -> str:
    return (
        f"a JSON object with several lists of objects ({', '.join(names)[:500]}): say which are"
        f' its rows, as rows = "{names[0]}" in its source, or write them alone, one a line'
    )


def _way_to_list(text: str, at: int, names: frozenset[str]) -> tuple[str, ...]:
    """Find the first list of objects in an object too long to be looked at whole."""
    path: list[str] = []
    while text[at : at + 1] == "{" and len(path) < MAX_PAGE_DEPTH:
        at += 1
        while True:
            at = _behind(_BETWEEN, text, at)
            try:
                key, at = _scan(text, at)
                at = _behind(_SPACE, text, at)
                if text[at : at + 1] != ":" or (not path and key in names):
                    return ()
                at = _behind(_SPACE, text, at + 1)
                if re.compile(r"\[\s*\{").match(text, at):
                    return (*path, key)
                _, at = _scan(text, at)
            except (StopIteration, ValueError, RecursionError):
                if text[at : at + 1] != "{":
                    return ()
                path.append(key)
                break
    return ()


def _balanced(text: str, at: int) -> int:
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


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


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
