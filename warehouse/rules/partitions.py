"""Tables -> faults: proofs that rules which divide something leave no gap and no overlap."""

from collections.abc import Sequence
from itertools import product
from typing import Any

from warehouse.rules.checks import Check, Faults, Rules
from warehouse.rules.table import Row, Table


def covers(**values: Sequence[Any]) -> Check:
    """Demand a row for every combination of the columns' values; the key forbids a second one."""
    columns = tuple(values)
    cells = list(product(*[[str(value).lower() for value in each] for each in values.values()]))

    def check(table: Table, _: Rules) -> Faults:
        given = {tuple(row[column].lower() for column in columns) for row in table.rows}
        for cell in cells:
            if cell not in given:
                named = ", ".join(f"{c} {v}" for c, v in zip(columns, cell, strict=True))
                cure = f"add a row for {named}"
                yield table.fault(f"nothing for {named}", line=table.last_line, cure=cure)

    return check


def adds_up_to(column: str, total: int) -> Check:
    """Demand that the numbers of a column are not more than this together."""

    def check(table: Table, _: Rules) -> Faults:
        found = sum(int(row[column]) for row in table.rows)
        if found > total:
            what = f"{column} adds up to {found}, and {total} is all there is"
            yield table.fault(what, line=table.last_line, cure=f"take {found - total} away")

    return check


def divides(group: str, low: str, high: str, *, first: int, last: int) -> Check:
    """Demand that the ranges of each group are first..last, no number left out or taken twice."""

    def check(table: Table, _: Rules) -> Faults:
        for name, rows in _groups(table, group).items():
            yield from _range_faults(
                table, name, [_Range(row, low, high) for row in rows], first, last
            )

    return check


class _Range:
    """The numbers one row takes, both ends included."""

    def __init__(self, row: Row, low: str, high: str) -> None:
        self.line = row.line
        self.low = int(row[low])
        self.high = int(row[high])


def _range_faults(table: Table, name: str, ranges: list[_Range], first: int, last: int) -> Faults:
    due = first
    previous = 0
    for taken in sorted(ranges, key=lambda item: (item.low, item.high)):
        if taken.low > due:
            what = f"{name!r} leaves {due} to {taken.low - 1} to nobody"
            yield table.fault(what, line=taken.line, cure=f"begin this row at {due}")
        elif taken.low < due:
            both = f"{taken.low} to {min(due - 1, taken.high)}"
            cure = f"begin this row at {due}, or end line {previous} at {taken.low - 1}"
            yield table.fault(f"{name!r} gives {both} twice", line=taken.line, cure=cure)
        if taken.high >= due:
            due, previous = taken.high + 1, taken.line
    if due <= last:
        what = f"{name!r} leaves {due} to {last} to nobody"
        yield table.fault(what, line=previous, cure=f"end this row at {last}")


def counts_up(group: str, column: str) -> Check:
    """Demand the numbers 1, 2, 3 ... in each group; the file's key forbids a second one."""

    def check(table: Table, _: Rules) -> Faults:
        for name, rows in _groups(table, group).items():
            numbered = sorted((int(row[column]), row.line) for row in rows)
            for due, (number, line) in enumerate(numbered, start=1):
                if number != due:
                    what = f"{group} {name!r} has no {column} {due}"
                    cure = f"number the rows of {name!r} from 1 without a gap"
                    yield table.fault(what, line=line, cure=cure)
                    break

    return check


def has_at_least(group: str, least: int) -> Check:
    """Demand so many rows of each group."""

    def check(table: Table, _: Rules) -> Faults:
        for name, rows in _groups(table, group).items():
            if len(rows) < least:
                what = f"{group} {name!r} has {len(rows)} row, and means something from {least} on"
                yield table.fault(what, line=rows[0].line, cure="add a row, or leave this one out")

    return check


def _groups(table: Table, column: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        groups.setdefault(row[column], []).append(row)
    return groups
