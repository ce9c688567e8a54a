"""rfm_bands -> faults: each value of an input has one band, and a better one scores no less."""

from decimal import Decimal

from warehouse.rules.checks import Faults, Rules
from warehouse.rules.table import Table

# The least value each input can have: a lower band than this would leave it without a score.
LEAST = {"recency_days": 0, "frequency": 1, "monetary_ratio": 0}
FALLING = "recency_days"


def bands_follow_each_other(table: Table, _: Rules) -> Faults:
    """Demand that bands begin at the least value, and each score begins where its place is."""
    for name, least in LEAST.items():
        rows = [row for row in table.rows if row["input"] == name]
        rows.sort(key=lambda row: int(row["score"]), reverse=name == FALLING)
        for row, before in zip(rows, [None, *rows], strict=False):
            value = Decimal(row["from_value"])
            if before is None and value > least:
                what = f"{name} from {least} to {value} has no score"
                yield table.fault(
                    what, line=row.line, cure=f"begin score {row['score']} at {least}"
                )
            elif before is not None and value <= Decimal(before["from_value"]):
                what = f"{name} has score {row['score']} from {value}, not above line {before.line}"
                cure = f"give a value above {before['from_value']}"
                yield table.fault(what, line=row.line, cure=cure)
