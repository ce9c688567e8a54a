"""RFM scores and tier moves -> a map of customers by recency and frequency, and a matrix."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import SEGMENTS, TIERS, Label, label
from warehouse.report.query import rows

SCORES = range(1, 6)
# What a segment asks for: keep (good), act (money leaving), watch, or let be.
MOODS = {
    "champions": "keep", "loyal": "keep", "potential_loyalist": "grow", "new": "grow",
    "promising": "grow", "need_attention": "watch", "about_to_sleep": "watch",
    "at_risk": "act", "cant_lose": "act",
}  # fmt: skip
TIER_ORDER = ("diamond", "gold", "silver", "bronze")


@dataclass(frozen=True)
class Tile:
    """A block of cells of one segment; place in CSS grid lines. Only a named one has numbers."""

    row: int
    rows: int
    column: int
    columns: int
    mood: str
    name: Label | None
    users: str
    share: str
    revenue: str


@dataclass(frozen=True)
class Matrix:
    """Moves between tiers: ``cells`` by row are (users, kind of move)."""

    previous_date: str
    names: list[Label]
    rows: list[tuple[Label, list[tuple[str, str]]]]
    up: str
    down: str


def default_segment(recency: int, frequency: int) -> str:
    """Name a cell that holds nobody today (definitions, section 4)."""
    if recency <= 2:
        if (recency, frequency) == (1, 1):
            return "lost"
        return ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose")[frequency - 1]
    if recency == 3:
        both = ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal")
        return both[frequency - 1]
    if frequency == 1:
        return "promising" if recency == 4 else "new"
    if frequency <= 3:
        return "potential_loyalist"
    return "loyal" if recency == 4 else "champions"


def read_tiles(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, currency: str
) -> list[Tile]:
    """Lay the newest scores out on the recency by frequency grid; empty without scores."""
    found = rows(
        connection,
        "select r_score, f_score, rfm_segment, count(*) as users, sum(monetary) as revenue"
        " from serving.marts.rfm_scores where as_of_date = (select max(as_of_date)"
        " from serving.marts.rfm_scores where as_of_date <= ?) and r_score between 1 and 5"
        " and f_score between 1 and 5 group by all order by users desc, rfm_segment",
        as_of_date,
    )
    if not found:
        return []
    names = {(r, f): default_segment(r, f) for r in SCORES for f in SCORES}
    for row in reversed(found):
        names[row["r_score"], row["f_score"]] = str(row["rfm_segment"])
    totals: dict[str, tuple[int, float]] = {}
    for row in found:
        users, revenue = totals.get(str(row["rfm_segment"]), (0, 0.0))
        totals[str(row["rfm_segment"])] = (
            users + row["users"],
            revenue + float(row["revenue"] or 0),
        )
    blocks = sorted(_blocks(names), key=lambda b: -b[2] * b[4])
    everybody = sum(users for users, _ in totals.values())
    named: set[str] = set()
    tiles: list[Tile] = []
    for segment, row_at, height, column_at, width in blocks:
        users, revenue = totals.get(segment, (0, 0.0))
        tiles.append(
            Tile(
                row_at,
                height,
                column_at,
                width,
                mood=MOODS.get(segment, "rest"),
                name=None if segment in named else label(SEGMENTS, segment),
                users=numbers.count(users),
                share=numbers.share(users / everybody),
                revenue=numbers.money(revenue, currency),
            )
        )
        named.add(segment)
    return sorted(tiles, key=lambda tile: (tile.row, tile.column))


def _blocks(names: dict[tuple[int, int], str]) -> list[tuple[str, int, int, int, int]]:
    """Join neighbouring cells of a segment to rectangles: (segment, row, rows, column, columns)."""
    free = set(names)
    blocks: list[tuple[str, int, int, int, int]] = []
    for r in reversed(SCORES):
        for f in SCORES:
            if (r, f) not in free:
                continue
            segment, width, height = names[r, f], 1, 1
            while names.get((r, f + width)) == segment and (r, f + width) in free:
                width += 1
            while all(
                names.get((r - height, c)) == segment and (r - height, c) in free
                for c in range(f, f + width)
            ):
                height += 1
            free -= {(a, b) for a in range(r - height + 1, r + 1) for b in range(f, f + width)}
            blocks.append((segment, 6 - r, height, f, width))
    return blocks


def read_tier_moves(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Matrix | None:
    """Read the newest matrix of tier moves; None before there are two snapshots."""
    found = rows(
        connection,
        "select * from serving.marts.tier_migration where as_of_date = (select max(as_of_date)"
        " from serving.marts.tier_migration where as_of_date <= ?) order by from_tier, to_tier",
        as_of_date,
    )
    if not found:
        return None
    tiers = sorted(
        {_tier(row[side]) for row in found for side in ("from_tier", "to_tier")}, key=_rank
    )
    users = {(_tier(row["from_tier"]), _tier(row["to_tier"])): row for row in found}
    return Matrix(
        previous_date=str(found[0]["previous_date"]),
        names=[label(TIERS, tier) for tier in tiers],
        rows=[
            (label(TIERS, start), [_move(users.get((start, end))) for end in tiers])
            for start in tiers
        ],
        up=numbers.count(_total(found, "up")),
        down=numbers.count(_total(found, "down")),
    )


def _tier(name: Any) -> str:
    return str(name) if name else ""


def _rank(tier: str) -> tuple[int, str]:
    return (TIER_ORDER.index(tier) if tier in TIER_ORDER else len(TIER_ORDER), tier)


def _move(row: dict[str, Any] | None) -> tuple[str, str]:
    return (numbers.count(row["users"]), str(row["direction"])) if row else ("", "none")


def _total(found: list[dict[str, Any]], direction: str) -> int:
    return sum(row["users"] for row in found if row["direction"] == direction)
