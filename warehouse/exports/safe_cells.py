"""Rows -> CSV that a spreadsheet shows and never runs.

UTF-8 with a byte order mark, because Excel in China reads a file without one as GBK and garbles
the names. Text that a spreadsheet would take for a formula gets a leading apostrophe, also where
something that cannot be seen stands before the sign. A phone number does not: ``+`` and digits
alone run nothing, and a sender takes no apostrophe.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

# What starts a formula: ASCII, full-width, and the blanks that spreadsheets strip before looking.
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
# The same of a single letter once wide and small forms are written as ASCII.
SIGNS = frozenset("=+-@\N{MINUS SIGN}")
PHONE = re.compile(r"\+[0-9]{5,15}")
# Spaces, controls, formats and marks on nothing; then letters that are drawn as nothing.
UNSEEN_KINDS = frozenset("ZCM")
UNSEEN_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def safe_cell(value: Any) -> str:
    """Write one value as a cell; numbers stay numbers, and no text can start a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        return str(value)
    text = value.replace("\x00", "")
    return f"'{text}" if could_be_formula(text) else text


def could_be_formula(text: str) -> bool:
    """Tell whether a spreadsheet may take a text for a formula, whatever it strips before looking.

    ``text`` has no NUL.
    """
    if PHONE.fullmatch(text):
        return False
    first = next((letter for letter in text if not _is_unseen(letter)), "")
    shown = unicodedata.normalize("NFKC", first)[:1]
    return text.startswith(FORMULA_STARTS) or shown in SIGNS


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter)[0] in UNSEEN_KINDS or letter in UNSEEN_LETTERS


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a CSV file and give the number of its rows."""
    written = 0
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([safe_cell(column) for column in columns])
        for row in rows:
            writer.writerow([safe_cell(value) for value in row])
            written += 1
    return written
