"""A rule file -> a Table: every cell as text with its line, or an error that names the line."""

import csv
import difflib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import UserError


@dataclass(frozen=True)
class Row:
    """One record and the line it starts on (1-based)."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def number(self, column: str) -> int | None:
        """Read a cell that was checked to be a whole number or blank."""
        return int(self.cells[column]) if self.cells[column] else None


@dataclass(frozen=True)
class Table:
    """One rule file as it was written; cells are stripped of the blanks around them."""

    name: str
    path: Path
    is_own: bool
    columns: tuple[str, ...]
    header_line: int
    rows: tuple[Row, ...]

    @property
    def last_line(self) -> int:
        """Line of the last record: where a missing row would be added."""
        return self.rows[-1].line if self.rows else self.header_line

    def fault(self, what: str, *, line: int, cure: str) -> UserError:
        """Make the error for one place of this file."""
        return fault(self.path, what, line=line, cure=cure)


def fault(path: Path, what: str, *, line: int, cure: str) -> UserError:
    """Make the error for one line of a rule file."""
    return UserError(f"{path.stem}: {what}", where=f"{path}, line {line}", cure=cure)


def nearest(word: str, known: Iterable[str]) -> str:
    """Say which known word was probably meant, else all of them."""
    words = list(known)
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(words)}"


def read_table(path: Path, *, is_own: bool) -> Table:
    """Read a rule file strictly: UTF-8, commas, every record as wide as the header.

    Blank lines, and lines of nothing but commas as spreadsheets leave them, are no records.
    """
    records = _records(path, _text(path))
    if not records:
        raise fault(path, "the file is empty", line=1, cure="begin with the header of columns")
    (header_line, header), *body = records
    for line, cells in body:
        if len(cells) != len(header):
            raise fault(
                path,
                f"{len(cells)} cells where the header has {len(header)}",
                line=line,
                cure="give the line one cell per column; put a cell that has a comma in quotes",
            )
    rows = tuple(Row(line, dict(zip(header, cells, strict=True))) for line, cells in body)
    return Table(path.stem, path, is_own, tuple(header), header_line, rows)


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise fault(
            path,
            "the text is not UTF-8",
            line=content.count(b"\n", 0, error.start) + 1,
            cure="save the file as 'CSV UTF-8'",
        ) from error


def _records(path: Path, text: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for record in reader:
            cells = [cell.strip() for cell in record]
            if any(cells):
                records.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise fault(
            path,
            f"the line is not CSV: {error}",
            line=line,
            cure='close every quote; write a quote inside a quoted cell as ""',
        ) from error
    return records
