"""Numbers of a column -> whether their point can only be a decimal sign: `1.299` alone may be 1299.

One cell cannot tell, a column can: where any of its numbers has one digit behind the point, or two,
or none before it, its writer means decimals. Where none has, the file says nothing, and is refused.
"""

import re

from warehouse.landing.streams import BadFile

_DIGITS = re.compile(r"\d[\d.,]*|\.\d+")
_OPEN = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_DECIMAL = re.compile(r"\d*\.\d+")
_OTHERWISE = re.compile(r"\d{1,3}(?:\.\d{3})*,\d+|\d{1,3}(?:\.\d{3}){2,}")


class Points:
    """What the columns of one file have said of their points so far."""

    def __init__(self) -> None:
        # Of each column whose points are in doubt, the first row that has one.
        self._open: dict[str, int] = {}
        self._decimal: set[str] = set()
        self._otherwise: set[str] = set()

    def look(self, column: str, text: str, row: int) -> None:
        """Look at a number as it is written."""
        if column in self._decimal or not (found := _DIGITS.search(text)):
            return
        digits = found[0]
        if _OPEN.fullmatch(digits):
            self._open.setdefault(column, row)
        elif _DECIMAL.fullmatch(digits):
            self._decimal.add(column)
        elif _OTHERWISE.fullmatch(digits):
            self._otherwise.add(column)

    def require_told(self, delimiter: str, cure: str) -> None:
        """Raise BadFile for a column whose points may be of thousands.

        Where commas part the columns, no comma is a decimal sign: then only numbers that have one
        all the same, in quotes, are cause for doubt.
        """
        doubtful = self._open.keys() - self._decimal
        if delimiter == ",":
            doubtful &= self._otherwise
        for column in sorted(doubtful):
            raise BadFile(
                f"column {column} has numbers like 1.299 (the first in row"
                f" {self._open[column]}), and none that tells whether they are 1299 or little more"
                f" than 1: {cure}"
            )
