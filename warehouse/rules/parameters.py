"""parameters -> faults: each number is what its unit allows."""

from collections.abc import Mapping, Sequence

from warehouse.rules.checks import Check, Faults, Rules
from warehouse.rules.kinds import ANY_NUMBER, SHARE, Kind, integer, number
from warehouse.rules.table import Table

# What a parameter may be follows from its unit.
UNITS: Mapping[str, Kind] = {
    "share": SHARE,
    "hour": integer(0, 23),
    "money": number(0),
    "points": number(0),
    "minutes": integer(1),
    "days": integer(0),
    "actors": integer(1),
    "buyers": integer(0),
    "countries": integer(1),
    "periods": integer(1),
    "weeks": integer(1),
    "events": integer(1),
    "deviations": number(0),
}


def parameters_within(**limits: Sequence[float]) -> Check:
    """Demand of each parameter named a value within both ends, beyond what its unit allows."""

    def check(table: Table, _: Rules) -> Faults:
        for row in table.rows:
            if row["parameter"] not in limits or not row["value"]:
                continue
            least, most = limits[row["parameter"]]
            if not least <= float(row["value"]) <= most:
                what = f"{row['parameter']!r} cannot be {row['value']!r}"
                yield table.fault(what, line=row.line, cure=f"give {least:g} to {most:g}")

    return check


def parameters_in_order(low: str, high: str) -> Check:
    """Demand that one parameter is not below another."""

    def check(table: Table, _: Rules) -> Faults:
        rows = {row["parameter"]: row for row in table.rows}
        if {low, high} <= rows.keys() and float(rows[high]["value"]) < float(rows[low]["value"]):
            what = f"{high!r} {rows[high]['value']} is below {low!r} {rows[low]['value']}"
            cure = f"give {rows[low]['value']} or more"
            yield table.fault(what, line=rows[high].line, cure=cure)

    return check


def parameters_suit_their_units(table: Table, rules: Rules) -> Faults:
    """Judge each value by the shipped unit; blank means no limit, where that is shipped."""
    shipped = {row["parameter"]: row for row in rules.shipped["parameters"].rows}
    for row in table.rows:
        known = shipped.get(row["parameter"])
        if known is None:
            continue
        kind = UNITS.get(known["unit"], ANY_NUMBER)
        if row["unit"] != known["unit"]:
            what = f"the unit of {row['parameter']!r} cannot be {row['unit']!r}"
            yield table.fault(what, line=row.line, cure=f"give {known['unit']!r}")
        if not row["value"] and known["value"]:
            what = f"{row['parameter']!r} has no value"
            yield table.fault(what, line=row.line, cure=f"give {kind.wants}")
        elif row["value"] and not kind.accepts(row["value"]):
            what = f"{row['parameter']!r} cannot be {row['value']!r}"
            yield table.fault(what, line=row.line, cure=f"give {kind.wants}")
