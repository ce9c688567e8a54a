"""kpis -> faults: each KPI looks at days that its measures can be asked about."""

from warehouse.rules.checks import Faults, Rules
from warehouse.rules.table import Table

MONTHS = "months"
# What a KPI of each unit is made of: whether it divides, and whether it counts money.
DIVIDES = {
    "count": False,
    "share": True,
    "money": None,
    "minutes": True,
    "hours": True,
    "number": None,
}
OF_MONEY = frozenset(
    {
        "gross_amount",
        "refunded",
        "cancelled",
        "net_revenue",
        "own_value",
        "message_cost",
        "acquisition_cost",
        "customers_revenue",
        "spend",
    }
)


def units_suit_their_measures(table: Table, _: Rules) -> Faults:
    """Demand a unit that the measures can give, and a target that it can reach."""
    for row in table.rows:
        unit, top, bottom = row["unit"], row["numerator"], row["denominator"]
        divides, is_money = DIVIDES[unit], top in OF_MONEY and bottom not in OF_MONEY
        if bottom == top:
            what, cure = f"{top} / {bottom} is always 1", "divide by another measure, or by none"
        elif divides is not None and divides != bool(bottom):
            what = f"unit {unit!r} does not suit {f'{top} / {bottom}' if bottom else top}"
            cure = "give count for a plain count, else share, money, minutes, hours or number"
        elif is_money != (unit == "money"):
            what = f"unit {unit!r} does not suit {top}"
            cure = "give money" if is_money else "give share, minutes, hours, number or count"
        elif unit == "share" and row["target"] and not 0 <= float(row["target"]) <= 1:
            what, cure = f"target {row['target']!r} is no share", "give 0 to 1, as 0.95"
        else:
            continue
        yield table.fault(what, line=row.line, cure=cure)


def windows_suit_their_measures(table: Table, rules: Rules) -> Faults:
    """Demand a window of days, but of measures of whole months, which have no other."""
    days = {row["measure"]: row["days"] for row in rules.effective["kpi_measures"].rows}
    for row in table.rows:
        measures = [row[side] for side in ("numerator", "denominator") if row[side]]
        of_months = [measure for measure in measures if days.get(measure) == MONTHS]
        if of_months and len(of_months) < len(measures):
            what = f"{' / '.join(measures)} divides whole months and windows of days"
            cure = f"divide {of_months[0]} by a measure of {MONTHS}, or by none"
            yield table.fault(what, line=row.line, cure=cure)
        elif of_months and row["window_days"]:
            what = f"nobody measures {of_months[0]} over {row['window_days']} days"
            yield table.fault(what, line=row.line, cure="leave window_days blank")
        elif not of_months and not row["window_days"]:
            what = f"window_days is blank, and {measures[0]} needs it"
            yield table.fault(what, line=row.line, cure="give a whole number, 1 or more")
