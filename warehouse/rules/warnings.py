"""warning_levels -> faults: each signal has the limits it is judged by, and no others."""

from collections.abc import Mapping

from warehouse.rules.checks import Faults, Rules
from warehouse.rules.table import Row, Table

FALLING = "activity_index"
LIMITS: Mapping[bool, tuple[str, ...]] = {
    True: ("drop_share", "min_base_days"),
    False: ("silent_days",),
}


def signals_have_their_limits(table: Table, _: Rules) -> Faults:
    """Demand the days of a warning by silence, and share and base of one by falling activity."""
    for row in table.rows:
        falls = row["signal"] == FALLING
        for column in LIMITS[falls]:
            if not row[column]:
                what = f"{column} is blank, and the signal {row['signal']!r} needs it"
                yield table.fault(what, line=row.line, cure=f"give {column}")
        for column in LIMITS[not falls]:
            if row[column]:
                what = f"{column} can have no effect: the signal is {row['signal']!r}"
                yield table.fault(what, line=row.line, cure="leave it blank")


def higher_levels_ask_for_more(table: Table, _: Rules) -> Faults:
    """Refuse two levels of one signal of which the higher is raised no later than the lower."""
    before: dict[str, Row] = {}
    for row in sorted(table.rows, key=lambda row: int(row["warning_level"])):
        lower = before.get(row["signal"])
        if lower is not None and row["signal"] == FALLING:
            what = f"{FALLING} raises level {lower['warning_level']} already"
            yield table.fault(what, line=row.line, cure="give the two levels different signals")
        elif lower is not None:
            least, given = lower.number("silent_days"), row.number("silent_days")
            if least is not None and given is not None and given <= least:
                what = f"level {row['warning_level']} begins at {given} silent days, level"
                what = f"{what} {lower['warning_level']} of the same signal at {least}"
                yield table.fault(what, line=row.line, cure=f"give more than {least}")
        before[row["signal"]] = row
