"""kpis -> faults: each KPI looks at days that its measures can be asked about."""

from warehouse.rules.checks import Faults, Rules
from warehouse.rules.table import Table

MONTHS = "months"


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
