"""Tables -> faults: the checks every rule file goes through, by what its entry declares."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from warehouse.errors import UserError
from warehouse.rules.kinds import Kind
from warehouse.rules.table import Row, Table, nearest


@dataclass(frozen=True)
class Rules:
    """Every rule file by name: those in effect, and the shipped ones they are measured by.

    ``currency`` is what money is reported in.
    """

    effective: Mapping[str, Table]
    shipped: Mapping[str, Table]
    currency: str = ""


ANYTHING = Kind("a text", bool, is_optional=True)
Faults = Iterator[UserError]
Check = Callable[[Table, Rules], Faults]


@dataclass(frozen=True)
class Spec:
    """What is declared of one rule file: the kind of each column, in the order of the shipped file.

    ``keys`` are sets of columns that no two rows may share; ``checks`` look at the file as a
    whole and run only once every cell of every file is sound. ``stands`` gives values of a column:
    shipped rows with one of them stay in effect while an own file does not name their first column.
    """

    columns: Mapping[str, Kind]
    keys: tuple[tuple[str, ...], ...] = ()
    checks: tuple[Check, ...] = ()
    may_be_empty: bool = False
    stands: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def may_be_missing(self, column: str) -> bool:
        """Tell whether something stands in for a column that a file does not have."""
        return column in self.columns and self.columns[column].may_be_missing


def column_faults(table: Table, spec: Spec, known: tuple[str, ...]) -> Faults:
    """Compare the header with the shipped one, in any order; what has a default may be missing."""
    line = table.header_line
    needed = [column for column in known if not spec.may_be_missing(column)]
    missing = [column for column in needed if column not in table.columns]
    for column in table.columns:
        if column not in known:
            cure = nearest(column, missing or known)
            if len(table.columns) == 1 and any(mark in column for mark in ";\t"):
                cure = "save the file with commas between the cells"
            yield table.fault(f"unknown column {column!r}", line=line, cure=cure)
    for column in missing:
        cure = f"add the column; the columns are {', '.join(known)}"
        yield table.fault(f"the column {column!r} is missing", line=line, cure=cure)
    for column in sorted({c for c in table.columns if table.columns.count(c) > 1}):
        yield table.fault(f"the column {column!r} is there twice", line=line, cure="leave one out")


def with_defaults(table: Table, spec: Spec) -> Table:
    """Fill what a row leaves unsaid: a name not given is the code itself, a consent is required."""
    given = {
        c: kind
        for c, kind in spec.columns.items()
        if kind.default in table.columns or kind.otherwise is not None
    }

    def filled(row: Row) -> Row:
        cells = {
            c: row.cells.get(c) or (row[kind.default] if kind.default else kind.otherwise or "")
            for c, kind in given.items()
        }
        return Row(row.line, row.cells | cells)

    columns = tuple(dict.fromkeys((*table.columns, *given)))
    return replace(table, columns=columns, rows=tuple(map(filled, table.rows)))


def with_standing(table: Table, spec: Spec, shipped: Table) -> Table:
    """Add the shipped rows that stand: what the field calls an order is one everywhere."""
    name = shipped.columns[0]
    given = {row[name] for row in table.rows}
    standing = [
        Row(table.last_line, row.cells)
        for column, values in spec.stands.items()
        for row in shipped.rows
        if row[column] in values and row[name] not in given
    ]
    return replace(table, rows=(*table.rows, *standing)) if table.is_own else table


def cell_faults(table: Table, spec: Spec) -> Faults:
    """Look at every cell by itself."""
    if not table.rows and not spec.may_be_empty:
        cure = "copy the rows of the shipped file and change them"
        yield table.fault("the file has no rows", line=table.header_line, cure=cure)
    for row in table.rows:
        for column, text in row.cells.items():
            kind = spec.columns.get(column, ANYTHING)
            if not text and kind.is_optional:
                continue
            if not text:
                what = f"{column} is blank"
            elif not kind.accepts(text):
                what = f"{column} cannot be {text!r}"
            else:
                continue
            yield table.fault(what, line=row.line, cure=f"give {kind.wants}")


def key_faults(table: Table, spec: Spec) -> Faults:
    """Find rows that say who they are with the same words."""
    for key in spec.keys:
        first: dict[tuple[str, ...], int] = {}
        for row in table.rows:
            values = tuple(row[column] for column in key)
            line = first.setdefault(values, row.line)
            if line != row.line:
                yield table.fault(
                    f"{' and '.join(key)} {', '.join(values)!r} is there twice",
                    line=row.line,
                    cure=f"leave out this line or line {line}",
                )
