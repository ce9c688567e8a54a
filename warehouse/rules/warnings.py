"""warning_levels -> faults: each signal has the limits it is judged by."""

from warehouse.rules.checks import Faults, Rules
from warehouse.rules.table import Table


def signals_have_their_limits(table: Table, _: Rules) -> Faults:
    """Demand the days of a warning by silence, and share and base of one by falling activity."""
    for row in table.rows:
        falls = row["signal"] == "activity_index"
        for column in ("drop_share", "min_base_days") if falls else ("silent_days",):
            if not row[column]:
                what = f"{column} is blank, and the signal {row['signal']!r} needs it"
                yield table.fault(what, line=row.line, cure=f"give {column}")
