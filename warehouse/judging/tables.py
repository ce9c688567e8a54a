"""Rows of named values with their number and their own bytes: what every table comes to.

How rows are cut out of bytes is said in ``csv_rows``, ``parquet_rows`` and here, for plain text and
for lines of JSON. A record is what ``warehouse.judging.mapper`` and ``cells`` begin with.
"""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from warehouse.judging.exact import Limits, readable_fields
from warehouse.judging.values import Rejected, Rejection
from warehouse.landing.splitting import BOM, LineBatch
from warehouse.landing.streams import BadFile

# Around a column's name these say nothing: spaces, a byte order mark, zero-width characters.
AROUND_NAMES = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b\u200c\u200d"
# A header that is missing makes the first row one, with whatever it holds of people.
MOST_DIGITS_IN_NAMES = 6
NOT_UTF_8 = Rejection(
    "bad_encoding", "not in the encoding of its file (UTF-8, or encoding in its source)"
)
HEADER_AGAIN = Rejection("bad_value", "the header once more: take it out where files are joined")


class Record(NamedTuple):
    """One row of a table: its line (or row) number, its bytes, its values by column.

    ``number`` is the physical line it begins at, ``lines`` how many it takes; rows of files without
    lines are counted from 1 instead. A record without values and without a refusal is blank.
    """

    number: int
    original: bytes
    values: Mapping[str, Any]
    refused: Rejection | None = None
    lines: int = 1


def text_records(
    lines: Iterable[tuple[int, bytes]],
    *,
    header: bool,
    expected: frozenset[str],
    skip_lines: int = 0,
) -> Iterator[Record]:
    """Yield the rows of a text whose columns stand between white space."""
    names: list[str] = []
    for number, line in lines:
        is_joined = line.startswith(BOM)
        original = line.removeprefix(BOM).rstrip(b"\r\n")
        if number <= skip_lines:
            continue
        if not original.strip():
            yield Record(number, original, {})
            continue
        fields = original.decode("utf-8", "surrogateescape").split()
        if not names:
            names = column_names(fields, header=header)
            require(expected, names)
            if header:
                continue
        if header and is_header(number, names, fields, is_joined=is_joined):
            yield Record(number, original, {}, HEADER_AGAIN)
        else:
            yield named(number, original, names, fields)


def json_records(batches: Iterable[LineBatch], limits: Limits) -> Iterator[Record]:
    """Yield the objects of an NDJSON file of any shape, their values as JSON text."""
    for batch in batches:
        for number, line in enumerate(batch.lines, batch.first_line):
            try:
                fields = readable_fields(line, limits) if line.strip() else {}
                values = {name: msgspec.Raw(value) for name, value in fields.items()}
                yield Record(number, line, values)
            except Rejected as verdict:
                yield Record(number, line, {}, verdict.rejection)


def named(
    number: int, original: bytes, names: Sequence[str], fields: Sequence[str], lines: int = 1
) -> Record:
    """Give fields their column names; a row of another width than the names is refused.

    Empty fields behind the last column are no column. Bytes that are no UTF-8 must be there as
    lone surrogates.
    """
    if len(fields) > len(names) and not any(fields[len(names) :]):
        fields = fields[: len(names)]
    if len(fields) != len(names):
        detail = f"{len(fields)} fields where the first line has {len(names)}"
        return Record(number, original, {}, Rejection("bad_value", detail), lines)
    if not original.isascii() and not _is_text(fields):
        return Record(number, original, {}, NOT_UTF_8, lines)
    return Record(number, original, dict(zip(names, fields, strict=True)), None, lines)


def column_names(fields: Sequence[str], *, header: bool) -> list[str]:
    """Return the names in the first row, or the places where it has none."""
    if header:
        return [field.strip(AROUND_NAMES) for field in fields]
    return [str(place) for place in range(1, len(fields) + 1)]


def is_header(number: int, names: Sequence[str], fields: Sequence[str], *, is_joined: bool) -> bool:
    """Tell whether a row below the header is the header once more; ``is_joined``: a mark says so.

    Raises BadFile for another header: what follows it would be taken for other columns.
    """
    if not is_joined and fields[0].strip(AROUND_NAMES) not in names:
        return False
    found = column_names(fields, header=True)
    if found == names:
        return True
    if is_joined or sorted(found) == sorted(names):
        raise BadFile(
            f"another header on line {number}, where files were joined: land each as a file of its"
            " own, or join files of one header and without byte order marks"
        )
    return False


def require(expected: Iterable[str], names: Sequence[str], *, used: bool = False) -> None:
    """Raise BadFile where an expected column is missing, or stands more than once.

    With ``used`` every column is used by its name, so that none may stand twice.
    """
    missing = sorted(set(expected) - set(names))
    if missing:
        raise BadFile(f"no column {', '.join(missing)}{nearest(missing, names)}")
    if used and not _is_text(names):
        raise BadFile(
            "its header is not in the encoding of the file (UTF-8, or encoding in its source): save"
            f" it as UTF-8{nearest((), names)}"
        )
    places = Counter(names)
    for name in names if used else sorted(expected):
        if name and places[name] > 1:
            told = ", ".join(f'"{n}"' for n, each in enumerate(names, 1) if each == name)
            raise BadFile(
                f"column {name} stands {places[name]} times, and nobody can say which is meant:"
                " rename it in the export, or map columns by their places, by header = false and"
                f" skip_lines = 1 in the source (it stands at {told})"
            )


def nearest(missing: Iterable[str], names: Sequence[str]) -> str:
    """Say what names there are, and which of them a missing one may have been meant to be."""
    folded = {name.casefold(): name for name in names}
    near = {
        name: difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
        for name in missing
    }
    told = ", ".join(f"{folded[found[0]]} for {name}" for name, found in near.items() if found)
    listed = ", ".join(as_name(name) for name in names[:200])
    return f"; the file has {listed}" + (f" (nearest: {told})" if told else "")


def as_name(name: str) -> str:
    """Return a column's name to be told, but not what looks like somebody's address or number."""
    is_private = "@" in name or sum(map(str.isdigit, name)) > MOST_DIGITS_IN_NAMES
    return "(a value, no name)" if is_private else name[:100]


def _is_text(fields: Sequence[str]) -> bool:
    try:
        "".join(fields).encode()
    except UnicodeEncodeError:
        return False
    return True
