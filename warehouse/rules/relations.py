"""Tables -> faults: what an entry may demand between rows, columns and files."""

from collections.abc import Sequence

from warehouse.judging.spelling import folded
from warehouse.rules.checks import Check, Faults, Rules
from warehouse.rules.table import Table, nearest


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


def needs(column: str, values: Sequence[str], by: str) -> Check:
    """Demand rows with these values: what else is shipped would be empty or wrong without them."""

    def check(table: Table, _: Rules) -> Faults:
        given = {row[column] for row in table.rows}
        for value in values:
            if value not in given:
                what = f"the {column} {value!r} is missing, and {by} needs it"
                cure = "copy its row from the shipped file; its names may be others"
                yield table.fault(what, line=table.last_line, cure=cure)

    return check


def asks_for_something(columns: Sequence[str]) -> Check:
    """Demand of each row one of these: a row that asks for nothing lets everybody in."""

    def check(table: Table, _: Rules) -> Faults:
        for row in table.rows:
            if not any(row[column] for column in columns):
                cure = f"fill one of {', '.join(columns)}, or leave the row out"
                yield table.fault("the row asks for nothing", line=row.line, cure=cure)

    return check


def has_both(group: str, column: str, so_that: str) -> Check:
    """Demand of each group rows that say true and rows that say false."""

    def check(table: Table, _: Rules) -> Faults:
        said: dict[str, set[str]] = {}
        for row in table.rows:
            said.setdefault(row[group], set()).add(row[column].lower())
        for name, values in said.items():
            for missing in {"true", "false"} - values:
                line = next(row.line for row in table.rows if row[group] == name)
                what = f"{column} is {missing} nowhere in {group} {name!r}"
                yield table.fault(what, line=line, cure=f"give it to one, so that {so_that}")

    return check


def as_shipped(table: Table, rules: Rules) -> Faults:
    """Refuse every change: the file says what the models do, and cannot make them do more."""
    shipped = [row.cells for row in rules.shipped[table.name].rows]
    for row in table.rows:
        if row.cells not in shipped:
            what = f"{next(iter(row.cells.values()))!r} is not as the models have it"
            cure = f"remove your own {table.name}.csv; it is shipped to be read, not to be changed"
            yield table.fault(what, line=row.line, cure=cure)


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


def tells_apart(column: str, aliases: str, *, separator: str, taken: Sequence[str]) -> Check:
    """Demand that a word, however it is written, is at most one row's name or alias."""

    def check(table: Table, _: Rules) -> Faults:
        codes = {folded(row[column]): row.line for row in table.rows}
        seen: dict[str, int] = {}
        for row in table.rows:
            for alias in row[aliases].split(separator) if row[aliases] else ():
                word, what, cure = folded(alias), "", ""
                line = seen.get(word) or codes.get(word, row.line)
                if not word or alias != alias.strip():
                    what, cure = f"{aliases} {row[aliases]!r} has a blank part", "give words alone"
                elif word in taken:
                    what, cure = f"the alias {alias!r} means every {column}", "leave it out"
                elif word in seen or line != row.line:
                    what, cure = f"the alias {alias!r} is also on line {line}", "leave one out"
                seen[word] = row.line
                if what:
                    yield table.fault(what, line=row.line, cure=cure)

    return check


def none_alike(column: str) -> Check:
    """Demand that no two values are the same word, however they are written."""

    def check(table: Table, _: Rules) -> Faults:
        seen: dict[str, int] = {}
        for row in table.rows:
            line = seen.setdefault(folded(row[column]), row.line)
            if line != row.line:
                what = f"the {column} {row[column]!r} is also on line {line}"
                yield table.fault(what, line=row.line, cure="leave one out")

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


def ends_after_it_begins(first: str, last: str) -> Check:
    """Demand that a span of days does not end before it begins; a blank end is open."""

    def check(table: Table, _: Rules) -> Faults:
        for row in table.rows:
            if row[last] and row[last] < row[first]:
                what = f"{last} {row[last]} is before {first} {row[first]}"
                yield table.fault(what, line=row.line, cure="swap the two, or correct one")

    return check


def not_beyond(column: str, limit: str, of: str) -> Check:
    """Demand at most what another rule, named ``file.column``, gives the row's value of ``of``."""
    other_name, _, other_column = limit.partition(".")

    def check(table: Table, rules: Rules) -> Faults:
        other = rules.effective[other_name]
        limits = {row[of]: row for row in other.rows}
        for row in table.rows:
            value, limit = row.number(column), limits.get(row[of])
            most = limit.number(other_column) if limit else None
            if limit is None or value is None or most is None or value <= most:
                continue
            what = f"{column} {value} is beyond {other_column} {most} of {other_name}"
            if other.is_own and not table.is_own:
                # The operator's edit is the other file: name the place that can be mended.
                cure = f"raise it to {value}, or add your own {table.name}.csv without the row"
                yield other.fault(what, line=limit.line, cure=cure)
            else:
                cure = f"give {most} or less, or raise {other_column} in {other_name}"
                yield table.fault(what, line=row.line, cure=cure)

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
