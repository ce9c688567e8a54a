"""fx_rates -> faults: what money is reported in has a rate too."""

from warehouse.rules.checks import Faults, Rules
from warehouse.rules.table import Table


def reporting_currency_has_a_rate(table: Table, rules: Rules) -> Faults:
    """Demand a rate of the reporting currency beside those of others: none is worth anything else.

    Of the shipped file nothing is demanded: whoever sells in one currency needs no rates.
    """
    given = {row["currency"] for row in table.rows}
    if table.is_own and given and rules.currency not in given:
        what = f"there is no rate of {rules.currency}, which money is reported in"
        cure = f"add a row {rules.currency},1970-01-01,... in the unit of the other rates"
        yield table.fault(what, line=table.last_line, cure=cure)
