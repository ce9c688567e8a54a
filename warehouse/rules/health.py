"""health_metrics, alert_rules, claim_rules -> faults: what they look at exists and suits them."""

from warehouse.rules.checks import Faults, Rules
from warehouse.rules.table import Table, nearest

# What a test cannot do without, and what it has no use for.
OF_TESTS = {
    "below": {"limit_value"},
    "above": {"limit_value"},
    "below_benchmark": set(),
    "above_benchmark": set(),
    "falls": {"limit_value"},
    "falls_in_total": {"limit_value"},
    "pooled_fall": {"limit_value", "base_periods"},
    "spike": {"limit_value", "base_periods", "least"},
}
GIVEN = ("limit_value", "base_periods", "least")


def kpis_are_known(table: Table, rules: Rules) -> Faults:
    """Demand KPIs of the catalogue; one that a shipped row names may have been left out of it."""
    known = {row["kpi"] for row in rules.effective["kpis"].rows}
    shipped = {row["kpi"] for row in rules.shipped[table.name].rows}
    for row in table.rows:
        if row["kpi"] and row["kpi"] not in known | shipped:
            what = f"there is no KPI {row['kpi']!r}"
            yield table.fault(what, line=row.line, cure=nearest(row["kpi"], sorted(known)))


def targets_lie_beyond_floors(table: Table, _: Rules) -> Faults:
    """Demand a target that is better than the floor."""
    for row in table.rows:
        floor, target = float(row["floor"]), float(row["target"])
        if not (floor < target if row["direction"] == "up" else target < floor):
            side = "above" if row["direction"] == "up" else "below"
            what = f"target {row['target']} is not {side} the floor {row['floor']}"
            yield table.fault(what, line=row.line, cure=f"give a target {side} {row['floor']}")


def kpis_measure_claims(table: Table, _: Rules) -> Faults:
    """Demand a KPI where one measures the claim, and none elsewhere."""
    for row in table.rows:
        if bool(row["kpi"]) != (row["measured_by"] in {"kpi", "benchmark"}):
            said = f"cannot be {row['kpi']!r}" if row["kpi"] else "is blank"
            what = f"kpi {said} where measured_by is {row['measured_by']!r}"
            cure = "leave it blank" if row["kpi"] else "name a KPI, or leave both blank"
            yield table.fault(what, line=row.line, cure=cure)


def tests_have_what_they_need(table: Table, _: Rules) -> Faults:
    """Demand the numbers that each test asks for, and no others."""
    for row in table.rows:
        needed = OF_TESTS[row["test"]]
        for column in GIVEN:
            if (column in needed) == bool(row[column]):
                continue
            said = "is blank, and" if column in needed else f"cannot be {row[column]!r}:"
            wants = "needs it" if column in needed else "has no use for it"
            cure = "give a number" if column in needed else "leave it blank"
            what = f"{column} {said} the test {row['test']!r} {wants}"
            yield table.fault(what, line=row.line, cure=cure)
        if row["test"] == "spike" and row["periods"] != "1":
            what = f"periods cannot be {row['periods']!r}: a spike is of one period"
            yield table.fault(what, line=row.line, cure="give 1")
        if row["dimension_value"] and row["dimension"] in {"", "all"}:
            what = f"dimension_value {row['dimension_value']!r} is of no dimension"
            yield table.fault(what, line=row.line, cure="name its dimension, or leave it blank")
