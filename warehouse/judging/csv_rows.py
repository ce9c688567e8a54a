"""Lines of a CSV -> its rows: RFC 4180, and where a writer does not quote, no row lost for it.

A quote opens a field only where the field begins. One that closes nothing, or whose field would
hold rows of the file itself, is a sign of the text: it never costs more than its own line.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from warehouse.judging.tables import (
    HEADER_AGAIN,
    Record,
    as_name,
    column_names,
    is_header,
    named,
    require,
)
from warehouse.judging.values import Rejection
from warehouse.landing.splitting import BOM
from warehouse.landing.streams import BadFile

# A quoted field may go on over this many lines; past it, its quote was a mistake.
MAX_RECORD_LINES = 1_000
# What the columns of a file look like is learnt from so many rows.
LEARNT_ROWS = 50
# So many lines of the file's own width are rows, where no column tells them by its figures.
LIKE_ROWS = 3
DELIMITERS = (",", ";", "\t", "|")
ODD_QUOTE = Rejection("bad_value", 'a quote is not closed; quote = "" is for files without quotes')

_FIGURES = re.compile(r'\s*"?[-+]?\d[\d\s.,:/+\-TZ%]*"?\s*')
_SEP = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
Numbered = tuple[int, bytes]


@dataclass(frozen=True)
class Dialect:
    """How a CSV is written; ``is_told``: its delimiter was said, not only assumed."""

    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    skip_lines: int = 0
    is_told: bool = False


@dataclass(frozen=True)
class Wanted:
    """What is asked of the columns: the ``needed`` ones; all are ``used``, or only those.

    In a ``names`` column a quote that closes nothing is never taken as a sign of the text: an id
    with a quote sign would be somebody else.
    """

    needed: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    are_all_used: bool = False


class _Row(NamedTuple):
    number: int
    original: bytes
    fields: list[str] | None
    lines: int
    # Another file began here: they were joined.
    is_joined: bool = False


def csv_records(
    lines: Iterable[Numbered],
    dialect: Dialect,
    wanted: Wanted,
    *,
    max_bytes: int,
    tell: Callable[[str], None],
    parted_by: Callable[[str], None] = lambda _: None,
) -> Iterator[Record]:
    """Yield the rows of numbered lines (with their line ends); a row has the number of its first.

    ``parted_by`` is told the delimiter before the first row, which may be another than was assumed.
    ``tell`` is told, at the end, of quotes that closed nothing and were read as they stand.
    Raises BadFile for a header that lacks what is wanted.
    """
    reader = _Reader(_Again(iter(lines)), dialect, wanted, max_bytes)
    reader.pass_over_head()
    names: list[str] = []
    for row in reader.rows():
        if row.fields is not None and not any(map(str.strip, row.fields)):
            # As spreadsheets leave them below a table: nothing but delimiters.
            yield Record(row.number, row.original, {}, None, row.lines)
        elif row.fields is None:
            yield Record(row.number, row.original, {}, ODD_QUOTE, row.lines)
        elif not names:
            names = reader.start(row)
            parted_by(reader.delimiter)
            if not dialect.header:
                yield named(row.number, row.original, names, row.fields, row.lines)
        elif dialect.header and is_header(row.number, names, row.fields, is_joined=row.is_joined):
            yield Record(row.number, row.original, {}, HEADER_AGAIN, row.lines)
        else:
            record = named(row.number, row.original, names, row.fields, row.lines)
            reader.learn(row.fields, record)
            yield record
    if reader.odd:
        tell(
            f"quote signs that close nothing were read as they stand: {len(reader.odd)} (the first"
            f' on line {reader.odd[0]}); if the writer does not quote, say quote = "" in the source'
        )


@dataclass
class _Again:
    """Lines that can be given back."""

    lines: Iterator[Numbered]
    waiting: list[Numbered] = field(default_factory=list)

    def next(self) -> Numbered | None:
        return self.waiting.pop() if self.waiting else next(self.lines, None)

    def give_back(self, lines: Sequence[Numbered]) -> None:
        self.waiting.extend(reversed(lines))


@dataclass
class _Reader:
    lines: _Again
    dialect: Dialect
    wanted: Wanted
    max_bytes: int
    delimiter: str = ""
    width: int = 0
    # Columns in which an odd quote is not taken as it stands.
    strict: frozenset[int] = frozenset()
    odd: list[int] = field(default_factory=list)
    # A field was quoted that had to be: so the writer quotes, and an odd quote is damage.
    is_quoting: bool = False
    learnt: int = 0
    figures: set[int] = field(default_factory=set)
    words: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.delimiter = self.dialect.delimiter
        csv.field_size_limit(max(csv.field_size_limit(), 1 << 30))

    def pass_over_head(self) -> None:
        """Pass over the lines above the header; Excel's own first line names the delimiter."""
        for place in range(self.dialect.skip_lines + 1):
            line = self.lines.next()
            if line is None:
                return
            told = _SEP.fullmatch(_text(line[1]).lstrip("\ufeff"))
            if told:
                self.delimiter = told[1]
            elif place == self.dialect.skip_lines:
                self.lines.give_back([line])

    def rows(self) -> Iterator[_Row]:
        quote, give = self.dialect.quote, self.lines.next
        while line := give():
            number, original = line
            if is_joined := original.startswith(BOM):
                original = original.removeprefix(BOM)
            text = _text(original)
            if quote and quote in text:
                row = self._quoted(number, original, text)
                yield row._replace(is_joined=True) if is_joined else row
            else:
                whole = original.rstrip(b"\r\n")
                yield _Row(number, whole, text.split(self.delimiter), 1, is_joined)

    def start(self, row: _Row) -> list[str]:
        """Take the first row as header, or only as wide as all others; return the names."""
        header, fields = self.dialect.header, row.fields or []
        names = column_names(fields, header=header)
        if header and not self.wanted.needed <= set(names):
            names = self._by_another_delimiter(row, names)
        require(self.wanted.needed, names, used=self.wanted.are_all_used and header)
        self.width = len(names)
        self.strict = frozenset(n for n, name in enumerate(names) if name in self.wanted.names)
        return names

    def learn(self, fields: Sequence[str], record: Record) -> None:
        """Keep in mind which columns hold figures: by them rows are told from text."""
        if self.learnt >= LEARNT_ROWS or record.refused or record.lines > 1:
            return
        self.learnt += 1
        for place, text in enumerate(fields):
            if text.strip():
                (self.figures if _FIGURES.fullmatch(text) else self.words).add(place)

    def _by_another_delimiter(self, row: _Row, names: list[str]) -> list[str]:
        """Return the names by the delimiter of which the header leaves no doubt; else raise."""
        if row.lines > 1:
            return names
        header = _text(row.original)
        for sign in DELIMITERS:
            fields = _fields(header, sign, self.dialect.quote) or []
            found = column_names(fields, header=True)
            if sign == self.delimiter or len(found) <= len(names):
                continue
            if self.wanted.needed <= set(found) and not self.dialect.is_told:
                self.delimiter = sign
                return found
            if len(names) == 1:
                raise BadFile(
                    f"the header is one column by the delimiter {self.delimiter!r}, and"
                    f" {len(found)} by {sign!r} ({', '.join(map(as_name, found))[:1_000]}): say"
                    f' delimiter = "{repr(sign)[1:-1]}" in the source'
                )
        return names

    def _quoted(self, number: int, original: bytes, text: str) -> _Row:
        fields = _fields(text, self.delimiter, self.dialect.quote)
        if fields is not None:
            self._learn_quoting(fields, text)
            return _Row(number, original.rstrip(b"\r\n"), fields, 1)
        scan = _Scan(self.delimiter, self.dialect.quote)
        is_open = scan.feed(text, _end(original))
        taken: list[Numbered] = []
        size, like = len(original), 0
        while is_open:
            follower = self.lines.next() if len(taken) < MAX_RECORD_LINES else None
            if follower is None:
                break
            taken.append(follower)
            size += len(follower[1])
            text_of = _text(follower[1])
            like += self._is_like_a_row(text_of)
            if size > self.max_bytes or self._are_rows(like, len(taken)):
                break
            is_open = scan.feed(text_of, _end(follower[1]))
        if is_open is False and self.width in (0, len(scan.fields)):
            self.is_quoting |= bool(self.width)
            whole = b"".join([original, *(line for _, line in taken)]).rstrip(b"\r\n")
            return _Row(number, whole, scan.fields, 1 + len(taken))
        self.lines.give_back(taken)
        # A last line without an end may be cut in the middle of a field.
        is_cut = is_open and not _end(original)
        if is_cut:
            return _Row(number, original, None, 1)
        return self._as_it_stands(number, original.rstrip(b"\r\n"), text)

    def _as_it_stands(self, number: int, original: bytes, text: str) -> _Row:
        """Read a line whose quotes make no sense without them, if nothing speaks against it."""
        fields = text.split(self.delimiter)
        quote = self.dialect.quote
        whole = {place: _unquoted(each, quote) for place, each in enumerate(fields)}
        is_odd = any(whole[place] is None for place in self.strict if place < len(fields))
        if len(fields) != self.width or is_odd or self.is_quoting:
            return _Row(number, original, None, 1)
        self.odd.append(number)
        as_text = [each if (plain := whole[n]) is None else plain for n, each in enumerate(fields)]
        return _Row(number, original, as_text, 1)

    def _learn_quoting(self, fields: Sequence[str], text: str) -> None:
        if not self.is_quoting and self.width == len(fields):
            quote = self.dialect.quote
            self.is_quoting = any(
                self.delimiter in each
                or (quote in each and f"{quote}{each.replace(quote, quote * 2)}{quote}" in text)
                for each in fields
            )

    def _is_like_a_row(self, text: str) -> bool:
        if self.width < 2 or not text:
            return False
        fields = _fields(text, self.delimiter, self.dialect.quote)
        if fields is None or len(fields) != self.width:
            fields = text.split(self.delimiter)
        if len(fields) != self.width:
            return False
        told = [fields[place] for place in self.figures - self.words]
        filled = [text for text in told if text.strip()]
        return (not told or bool(filled)) and all(map(_FIGURES.fullmatch, filled))

    def _are_rows(self, like: int, lines: int) -> bool:
        """Tell whether the lines inside a quoted field are rows, for all that is known."""
        return like > 0 if self.figures - self.words else like >= LIKE_ROWS and like * 2 >= lines


class _Scan:
    """A record under way: `feed` takes a line, and says whether a field is still open.

    None is said of a quote that closes where a field does not end.
    """

    def __init__(self, delimiter: str, quote: str) -> None:
        self.fields: list[str] = []
        self._delimiter, self._quote = delimiter, quote
        self._inside: list[str] | None = None

    def feed(self, text: str, end: str) -> bool | None:
        at = 0
        while True:
            if self._inside is None:
                if text.startswith(self._quote, at):
                    self._inside = []
                    at += 1
                    continue
                close = text.find(self._delimiter, at)
                self.fields.append(text[at:] if close < 0 else text[at:close])
                if close < 0:
                    return False
                at = close + 1
                continue
            close = text.find(self._quote, at)
            if close < 0:
                self._inside.append(text[at:] + end)
                return True
            if text.startswith(self._quote, close + 1):
                self._inside.append(text[at : close + 1])
                at = close + 2
                continue
            self.fields.append("".join([*self._inside, text[at:close]]))
            self._inside, at = None, close + 1
            if at == len(text):
                return False
            if not text.startswith(self._delimiter, at):
                return None
            at += 1


def _fields(text: str, delimiter: str, quote: str) -> list[str] | None:
    """Return the fields of a line that is a row by itself, else None."""
    if not quote or quote not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, quotechar=quote, strict=True))
    except csv.Error:
        return None


def _unquoted(text: str, quote: str) -> str | None:
    """Return what a field says, or None where its quotes are odd."""
    if quote not in text:
        return text
    inner = text[1:-1].replace(quote * 2, "")
    is_whole = len(text) > 1 and text[0] == text[-1] == quote and quote not in inner
    return text[1:-1].replace(quote * 2, quote) if is_whole else None


def _text(line: bytes) -> str:
    """Return a line without its end; what is no UTF-8 is a lone surrogate."""
    return line.rstrip(b"\r\n").decode("utf-8", "surrogateescape")


def _end(line: bytes) -> str:
    return line[len(line.rstrip(b"\r\n")) :].decode()
