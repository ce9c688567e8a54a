"""``claims`` -> what others say they reached beside what is measured here."""

from dataclasses import dataclass

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import Label, label
from warehouse.report.query import rows
from warehouse.report.rules import Rules


@dataclass(frozen=True)
class Claim:
    """What somebody said they reached, and the figure here."""

    name: Label
    claimed: str
    measured: str


def read_claims(connection: duckdb.DuckDBPyConnection, rules: Rules, currency: str) -> list[Claim]:
    """Read the claims, those first beside which something is measured."""
    names = rules.names("claim_rules", "claim")
    found = rows(
        connection, "from serving.marts.claims order by measured is null, source_id, claim"
    )
    return [
        Claim(
            label(names, row["claim"]),
            *(numbers.amount(row[c], row["unit"], currency) for c in ("claimed", "measured")),
        )
        for row in found
    ]
