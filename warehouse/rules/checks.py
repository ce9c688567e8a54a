"""Tables -> faults: the checks every rule file goes through, and those made of a few words."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from warehouse.errors import UserError
from warehouse.rules.kinds import Kind
from warehouse.rules.table import Row, Table, nearest


@dataclass(frozen=True)
class Rules:
    """Every rule file by name: those in effect, and the shipped ones they are measured by."""

    effective: Mapping[str, Table]
    shipped: Mapping[str, Table]


ANYTHING = Kind("a text", bool, is_optional=True)
Faults = Iterator[UserError]
Check = Callable[[Table, Rules], Faults]


@dataclass(frozen=True)
class Spec:
    """What is declared of one rule file: the kind of each column, in the order of the shipped file.

    ``keys`` are sets of columns that no two rows may share; ``checks`` look at the file as a
    whole and run only once every cell of every file is sound.
    """

    columns: Mapping[str, Kind]
    keys: tuple[tuple[str, ...], ...] = ()
    checks: tuple[Check, ...] = ()
    may_be_empty: bool = False

    def default(self, column: str) -> str:
        """Name the column that stands in for this one where it says nothing; usually none."""
        return self.columns[column].default if column in self.columns else ""


def column_faults(table: Table, spec: Spec, known: tuple[str, ...]) -> Faults:
    """Compare the header with the shipped one, in any order; what has a default may be missing."""
    line = table.header_line
    needed = [column for column in known if not spec.default(column)]
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
    """Fill what a row leaves to another of its columns: a name not given is the code itself."""
    given = {c: kind.default for c, kind in spec.columns.items() if kind.default in table.columns}

    def filled(row: Row) -> Row:
        names = {c: row.cells.get(c) or row[default] for c, default in given.items()}
        return Row(row.line, row.cells | names)

    columns = tuple(dict.fromkeys((*table.columns, *given)))
    return replace(table, columns=columns, rows=tuple(map(filled, table.rows)))


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


def names_as_shipped(column: str, *, all_of_them: bool) -> Check:
    """Refuse names that nothing computes and, on demand, names left out."""

    def check(table: Table, rules: Rules) -> Faults:
        known = [row[column] for row in rules.shipped[table.name].rows]
        given = {row[column] for row in table.rows}
        missing = [name for name in known if name not in given]
        for row in table.rows:
            if row[column] not in known:
                what = f"unknown {column} {row[column]!r}"
                yield table.fault(what, line=row.line, cure=nearest(row[column], missing or known))
        for name in missing if all_of_them else ():
            what = f"the {column} {name!r} is missing"
            cure = "copy its row from the shipped file"
            yield table.fault(what, line=table.last_line, cure=cure)

    return check


def refers_to(column: str, to: str, *, besides: str = "", separator: str = "") -> Check:
    """Demand that every value of a column is one of another rule file, named ``file.column``.

    With a separator a cell holds some of them, each at most once.
    """
    other_name, _, other_column = to.partition(".")

    def check(table: Table, rules: Rules) -> Faults:
        other = rules.effective[other_name]
        known = list(dict.fromkeys(row[other_column] for row in other.rows))
        reported: set[str] = {besides}
        for row in table.rows:
            values = row[column].split(separator) if separator else [row[column]]
            if len(set(values)) < len(values):
                what, cure = f"{column} {row[column]!r} names one twice", "leave one out"
                yield table.fault(what, line=row.line, cure=cure)
            value = next((value for value in values if value not in known), "")
            if not value or value in reported:
                continue
            reported.add(value)
            what = f"{column} {value!r} is not in {other_name}"
            if other.is_own and not table.is_own:
                # The operator's edit is the other file: name the place that can be mended.
                cure = f"add a row for {value!r}, or your own {table.name}.csv without it"
                yield other.fault(
                    f"{value!r}, which {table.name} uses, has no row",
                    line=other.last_line,
                    cure=cure,
                )
            else:
                yield table.fault(what, line=row.line, cure=nearest(value, known))

    return check


def not_above(low: str, high: str) -> Check:
    """Demand that a range does not end before it begins; a blank end is open."""

    def check(table: Table, _: Rules) -> Faults:
        for row in table.rows:
            first, last = row.number(low), row.number(high)
            if first is not None and last is not None and first > last:
                what = f"{low} {first} is above {high} {last}"
                yield table.fault(what, line=row.line, cure="swap the two, or correct one")

    return check


def same_within(group: str, column: str) -> Check:
    """Demand one value of a column (or blank throughout) for every value of another."""

    def check(table: Table, _: Rules) -> Faults:
        first: dict[str, tuple[str, int]] = {}
        for row in table.rows:
            value, line = first.setdefault(row[group], (row[column], row.line))
            if value != row[column]:
                what = f"{column} of {row[group]!r} is {row[column]!r} here and {value!r} before"
                cure = f"give the same {column} as on line {line}"
                yield table.fault(what, line=row.line, cure=cure)

    return check
