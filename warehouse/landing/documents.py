"""JSON that is not one object a line -> its objects, as if each stood on a line of its own.

Arrays, objects over many lines or behind one another, and pages: an object that holds the one list
of objects that is the data. Either every object comes out, byte for byte, or BadFile is raised.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from warehouse.landing.json_pages import is_page, lists_in, page_of, several, way_to_list
from warehouse.landing.json_text import (
    BETWEEN,
    MORE_BEHIND,
    Window,
    as_bytes,
    balanced,
    goes_on,
    indent_of,
    joined,
    next_object,
    pass_over,
    scan,
)
from warehouse.landing.splitting import BATCH_LINES, BOM, KEPT_LINE_BYTES, LineBatch
from warehouse.landing.streams import BadFile

# By so much text it is decided what is wrong.
LOOK_AHEAD = 1 << 18
# A broken line with so many objects in it is more than one bad line.
MANY_JOINED = 3
# Without a piece of the text, which may hold whatever people have written down.
BROKEN = (
    "JSON that breaks inside an object, and others may be lost with it: send it again, one object"
    " a line, so that it costs its own line only"
)


def is_document(head: bytes, names: frozenset[str], *, is_whole: bool) -> bool:
    """Tell by its beginning whether a JSON file is something else than one object a line.

    ``names`` are what a row is known by: an object that has as many of them as those in a list it
    holds is a row.
    """
    text = head.removeprefix(BOM).decode("utf-8", "replace")
    at = pass_over(BETWEEN, text, 0)
    if text[at : at + 1] == "[" or "\x1e" in text[:at]:
        return True
    if text[at : at + 1] != "{":
        return False
    end_of_line = text.find("\n", at)
    first = text[at:] if end_of_line < 0 else text[at:end_of_line]
    try:
        value, end = scan(text, at)
    except (StopIteration, ValueError, RecursionError) as error:
        # Past the beginning that is known it may go on; a broken first line is a bad line.
        place = error.value if isinstance(error, StopIteration) else getattr(error, "pos", 0)
        may_go_on = not is_whole and "\n" not in text[place or 0 :].strip()
        return may_go_on or joined(first) > 0 or bool(way_to_list(text, at, names))
    behind = text[end : at + len(first)].strip()
    is_row_of_lines = end <= at + len(first) and behind != "," and not goes_on(behind)
    return not is_row_of_lines or is_page(value, names)


def has_several(line: bytes) -> bool:
    """Tell whether a line nobody could read is several objects, or an array of them."""
    text = line.decode("utf-8", "replace").strip(" \t\r\n\x1e\ufeff")
    # Most bad lines are one object, and are seen to be at a glance.
    is_perhaps = text.startswith("[") or text.endswith(",") or MORE_BEHIND.search(text)
    if not is_perhaps or not text.startswith(("{", "[")):
        return False
    try:
        value, end = scan(text, 0)
    except (StopIteration, ValueError, RecursionError):
        return joined(text) >= MANY_JOINED
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, dict) for each in value)
    return text[end:].strip() == "," or goes_on(text[end:])


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
    text = Window(iter(blocks))
    number, waiting = 1, []
    for value in _Values(text, names, told).all():
        if text.is_cut:
            break
        waiting.append(as_bytes(value))
        if len(waiting) == BATCH_LINES:
            yield LineBatch(number, waiting)
            number, waiting = number + len(waiting), []
    if waiting:
        yield LineBatch(number, waiting)
    if text.is_cut:
        tell_cut("the file ends before its JSON does")
    if text.is_cut and text.lost:
        yield LineBatch(number + len(waiting), [as_bytes(text.lost)], is_open=True)


@dataclass
class _Values:
    text: Window
    names: frozenset[str]
    told: tuple[str, ...] = ()
    # Of the values taken so far.
    longest: int = 0

    def all(self) -> Iterator[str]:
        """Yield the text of every object, at the top, in an array, or in the list of a page."""
        text = self.text
        while sign := text.skip(BETWEEN):
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
        while (sign := text.skip(BETWEEN)) and sign != "]":
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
        indent = indent_of(text.text, text.at)
        while True:
            try:
                _, end = scan(text.text, text.at)
            except RecursionError:
                end = balanced(text.text, text.at)
            except (StopIteration, ValueError):
                # What is wrong shows by what stands behind it.
                if len(text.text) - text.at < LOOK_AHEAD and text.more():
                    continue
                line = next_object(text.text, text.at, indent)
                if line > 0 and joined(text.text[text.at : line]) < MANY_JOINED:
                    return line
                # Without lines to go by, what was meant is a guess.
                if balanced(text.text, text.at) >= 0:
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
        if len(rest) > 2 * self.longest and (self.longest or MORE_BEHIND.search(rest)):
            raise BadFile(BROKEN)

    def _page(self) -> tuple[str, ...]:
        """Return the way to the list of objects, if what begins here is a page of them."""
        text = self.text
        while True:
            try:
                value, _ = scan(text.text, text.at)
                return page_of(value, self.names)
            except RecursionError:
                return ()
            except (StopIteration, ValueError):
                is_known = balanced(text.text, text.at) >= 0
            if is_known or len(text.text) - text.at > KEPT_LINE_BYTES or not text.more():
                break
        # Too long to be looked at whole, broken somewhere, or cut.
        return way_to_list(text.text, text.at, self.names)

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
        while (sign := text.skip(BETWEEN)) and sign != "}":
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
                if not self.told and lists_in({key: _read(value)}):
                    raise BadFile(several([".".join(path), key]))
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
        while (sign := text.skip(BETWEEN)) and sign != "]":
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


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
