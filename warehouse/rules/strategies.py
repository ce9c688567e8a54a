"""strategies, warning_levels -> faults: what is sent is known, and every row can be taken."""

from warehouse.rules.checks import Faults, Rules
from warehouse.rules.table import Table, nearest

ACTIONS = ("action_1", "action_2")
ANY = "*"


def content_keys_are_actions(table: Table, rules: Rules) -> Faults:
    """Demand that what a strategy sends is an action of a warning level, or was shipped."""
    known = _actions(rules.effective["warning_levels"]) | _contents(rules.shipped["strategies"])
    for row in table.rows:
        if row["content_key"] not in known:
            what = f"nobody knows the content_key {row['content_key']!r}"
            cure = f"{nearest(row['content_key'], sorted(known))} A new one is named in"
            cure = f"{cure} warning_levels too, as an action of its level"
            yield table.fault(what, line=row.line, cure=cure)


def actions_are_contents(table: Table, rules: Rules) -> Faults:
    """Demand that an action of a warning level is what some strategy sends, or was shipped."""
    known = _contents(rules.effective["strategies"]) | _actions(rules.shipped["warning_levels"])
    for row in table.rows:
        for column in ACTIONS:
            if row[column] not in known:
                what = f"nobody knows the {column} {row[column]!r}"
                cure = f"{nearest(row[column], sorted(known))} A new one is the content_key of a"
                yield table.fault(what, line=row.line, cure=f"{cure} strategy too")


def every_row_can_be_taken(table: Table, _: Rules) -> Faults:
    """Refuse a row that another of the same level comes before, whoever it fits."""
    rows = sorted(table.rows, key=lambda row: int(row["priority"]))
    for place, row in enumerate(rows):
        for before in rows[:place]:
            if before["warning_level"] != row["warning_level"]:
                continue
            fits = before["tier"] in (ANY, row["tier"])
            if fits and (before.number("min_silent_days") or 0) <= (
                row.number("min_silent_days") or 0
            ):
                what = f"strategy {row['strategy']!r} of tier {row['tier']!r} is never taken"
                cure = f"give it a priority below {before['priority']}, that of line {before.line}"
                yield table.fault(what, line=row.line, cure=cure)
                break


def _actions(table: Table) -> set[str]:
    return {row[column] for row in table.rows for column in ACTIONS}


def _contents(table: Table) -> set[str]:
    return {row["content_key"] for row in table.rows}
