"""lifecycle_stages -> faults: proof by trial that every user has a stage, and every stage users.

A stage's conditions are limits on whole numbers, so they change only at a few of them: trying
each side of every limit tries every situation there is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from warehouse.rules.checks import Faults, Rules
from warehouse.rules.table import Row, Table

FAR = 1_000_000  # days: beyond every limit a rule file can hold and still mean something


@dataclass(frozen=True)
class Situation:
    """What decides a user's stage; whoever never went away returned on the first day, after 0."""

    silent_days: int
    age_days: int
    orders: int
    return_days: int
    return_silent_days: int

    def __str__(self) -> str:
        age = "long ago" if self.age_days >= FAR else f"{self.age_days} days ago"
        back = ""
        if self.return_silent_days:
            back = f", back {self.return_days} days after {self.return_silent_days} silent ones"
        return f"first seen {age}, {self.silent_days} days silent, {self.orders} orders{back}"


def every_situation_has_one_stage(table: Table, _: Rules) -> Faults:
    """Refuse stages that leave a situation out, and a stage that no situation can reach."""
    stages = sorted(table.rows, key=lambda row: int(row["stage_order"]))
    reached: set[int] = set()
    left_over: dict[int, Situation] = {}
    starts = _silent_starts(stages)
    for situation in _situations(stages, starts):
        stage = next((row for row in stages if _holds(row, situation)), None)
        if stage is None:
            left_over.setdefault(situation.silent_days, situation)
        else:
            reached.add(stage.line)
    for first, last in _spans(starts, left_over):
        days = f"{first} or more" if last is None else f"{first} to {last}"
        yield table.fault(
            f"users silent for {days} days can be left without a stage"
            f" (for example: {left_over[first]})",
            line=_line_after(stages, last, table),
            cure="widen min_silent_days or max_silent_days of the stage before or after",
        )
    if not left_over:
        yield from _unseen_turns(table, stages)
    for row in stages:
        if row.line not in reached:
            what = f"no user can ever be in the stage {row['stage']!r}"
            cure = "an earlier stage takes them all: correct its limits or the stage_order"
            yield table.fault(what, line=row.line, cure=cure)


def _unseen_turns(table: Table, stages: list[Row]) -> Faults:
    """Refuse an end of silence at which no stage begins: history turns where stages begin."""
    begins = _limits(stages, "min_silent_days")
    for row in stages:
        last = row.number("max_silent_days")
        if last is not None and last + 1 not in begins:
            what = f"no stage begins on the silent day after {row['stage']!r}"
            cure = f"give the stage that follows min_silent_days {last + 1}"
            yield table.fault(what, line=row.line, cure=cure)


def _holds(row: Row, situation: Situation) -> bool:
    limits = (
        ("max_age_days", situation.age_days, True),
        ("max_return_days", situation.return_days, True),
        ("min_return_silent_days", situation.return_silent_days, False),
        ("min_silent_days", situation.silent_days, False),
        ("max_silent_days", situation.silent_days, True),
        ("min_orders", situation.orders, False),
    )
    for column, value, is_upper in limits:
        limit = row.number(column)
        if limit is not None and (value > limit if is_upper else value < limit):
            return False
    return True


def _limits(stages: list[Row], column: str) -> set[int]:
    return {limit for row in stages if (limit := row.number(column)) is not None}


def _silent_starts(stages: list[Row]) -> list[int]:
    """First days of the spans of silence within which no condition changes."""
    ends = ("max_silent_days", "max_age_days", "max_return_days")
    after = {limit + 1 for column in ends for limit in _limits(stages, column)}
    return sorted({0} | _limits(stages, "min_silent_days") | after)


def _situations(stages: list[Row], starts: list[int]) -> Iterator[Situation]:
    ages = _limits(stages, "max_age_days") | {FAR}
    orders = {0} | _limits(stages, "min_orders")
    returns = {limit + 1 for limit in _limits(stages, "max_return_days")}
    pauses = {1} | _limits(stages, "min_return_silent_days")
    for silent in starts:
        for age in sorted(age for age in ages if age >= silent):
            for count in sorted(orders):
                yield Situation(silent, age, count, return_days=age, return_silent_days=0)
                for back in sorted({silent} | {day for day in returns if day >= silent}):
                    for pause in sorted(pauses):
                        if back + pause <= age:
                            yield Situation(silent, age, count, back, pause)


def _spans(starts: list[int], left: dict[int, Situation]) -> Iterator[tuple[int, int | None]]:
    """Join neighbouring spans of silence without a stage; the last one has no end."""
    begun: int | None = None
    for start in starts:
        if start in left and begun is None:
            begun = start
        elif start not in left and begun is not None:
            yield begun, start - 1
            begun = None
    if begun is not None:
        yield begun, None


def _line_after(stages: list[Row], last: int | None, table: Table) -> int:
    """Find the stage that begins where the gap ends: the likeliest place of the mistake."""
    for row in stages:
        if last is not None and row.number("min_silent_days") == last + 1:
            return row.line
    return table.last_line
