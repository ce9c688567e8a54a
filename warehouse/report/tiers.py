"""``tier_migration`` -> a matrix of who moved between the tiers of the rules."""

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import Label, label
from warehouse.report.query import Row, newest, rows
from warehouse.report.rules import Rules


@dataclass(frozen=True)
class Matrix:
    """Moves between tiers: ``cells`` by row are (users, kind of move)."""

    previous_date: str
    names: list[Label]
    rows: list[tuple[Label, list[tuple[str, str]]]]
    up: str
    down: str


def read_tier_moves(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date
) -> Matrix | None:
    """Read the newest matrix of tier moves; None before there are two snapshots."""
    found = rows(
        connection,
        f"select * from serving.marts.tier_migration where {newest('tier_migration', as_of_date)}"
        " order by from_tier, to_tier",
    )
    if not found:
        return None
    ranks = {row["tier"]: row["tier_rank"] for row in rules.tables["rfm_tiers"]}
    names = rules.tiers()
    moves = {(str(row["from_tier"]), str(row["to_tier"])): row for row in found}
    tiers = sorted(
        {tier for pair in moves for tier in pair}, key=lambda tier: (-ranks.get(tier, 0), tier)
    )
    # Scored by ranks then and by bands now, or the reverse: nobody has moved, and nobody has not.
    is_one_scale = all(row["status"] == "ok" for row in found)
    return Matrix(
        previous_date=str(found[0]["previous_date"]),
        names=[label(names, tier) for tier in tiers],
        rows=[
            (label(names, start), [_move(moves.get((start, end))) for end in tiers])
            for start in tiers
        ],
        up=numbers.count(_total(found, "up") if is_one_scale else None),
        down=numbers.count(_total(found, "down") if is_one_scale else None),
    )


def _move(row: Row | None) -> tuple[str, str]:
    return (numbers.count(row["users"]), str(row["direction"])) if row else ("", "none")


def _total(found: list[Row], direction: str) -> int:
    return sum(row["users"] for row in found if row["direction"] == direction)
