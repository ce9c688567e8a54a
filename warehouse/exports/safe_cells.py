"""Rows -> CSV that a spreadsheet shows and never runs.

UTF-8 with a byte order mark, because Excel in China reads a file without one as GBK and garbles
the names. Text that a spreadsheet would take for a formula gets a leading apostrophe, phone numbers
such as ``+86...`` too. Machines should read the Parquet file beside it, which has the plain values.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

# What starts a formula: ASCII, full-width, and the blanks that spreadsheets strip before looking.
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


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
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


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
