"""``rfm_scores`` -> a map of customers by recency and frequency, in blocks of one segment each."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import Label, days, label
from warehouse.report.query import newest, rows
from warehouse.report.rules import Rules

SCORES = range(1, 6)


@dataclass(frozen=True)
class Tile:
    """A block of cells of one segment; place in CSS grid lines. Only the first has numbers."""

    row: int
    rows: int
    column: int
    columns: int
    mood: str
    name: Label
    users: str
    share: str
    revenue: str


def read_tiles(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date, currency: str
) -> list[Tile]:
    """Lay the newest scores out on the recency by frequency grid; empty without scores."""
    found = rows(
        connection,
        "select r_score, f_score, rfm_segment, count(*) as users, sum(monetary) as revenue"
        f" from serving.marts.rfm_scores where {newest('rfm_scores', as_of_date)}"
        " and r_score between 1 and 5 and f_score between 1 and 5"
        " group by all order by users desc, rfm_segment",
    )
    if not found:
        return []
    # A cell that holds nobody today is still of the segment that the rule gives it.
    cells = {
        (row["r_score"], row["f_score"]): str(row[segment])
        for segment, given in (
            ("segment", rules.tables["rfm_segments"]),
            ("rfm_segment", found[::-1]),
        )
        for row in given
    }
    names = rules.names("rfm_tiers", "segment")
    moods = _moods(cells, rules)
    users: dict[str, int] = defaultdict(int)
    revenue: dict[str, float] = defaultdict(float)
    for row in found:
        users[str(row["rfm_segment"])] += row["users"]
        revenue[str(row["rfm_segment"])] += float(row["revenue"] or 0)
    everybody = sum(users.values())
    named: set[str] = set()
    tiles: list[Tile] = []
    for segment, *place in sorted(_blocks(cells), key=lambda block: -block[2] * block[4]):
        tiles.append(
            Tile(
                *place,
                mood=moods[segment],
                name=label(names, segment),
                users="" if segment in named else numbers.count(users[segment]),
                share=numbers.share(users[segment] / everybody),
                revenue=numbers.money(revenue[segment], currency),
            )
        )
        named.add(segment)
    return sorted(tiles, key=lambda tile: (tile.row, tile.column))


def scored_orders(rules: Rules) -> Label:
    """Say which orders the scores are made of."""
    window = rules.parameter("rfm_window_days")
    if window is None:
        return Label("all orders so far", "全部历史订单")
    span = days(window)
    return Label(f"orders of the last {span.en}", f"最近 {span.zh}的订单")


def _moods(cells: dict[tuple[int, int], str], rules: Rules) -> dict[str, str]:
    """Say what each segment asks for, by how recent it lies and whether its tier is a high one.

    Keep what is good, grow what is young, watch what slows down, act where money is leaving, and
    let the rest be.
    """
    ranks = {row["segment"]: row["tier_rank"] for row in rules.tables["rfm_tiers"]}
    high = max(ranks.values(), default=0) / 2
    recency: dict[str, list[int]] = {}
    for (r, _), segment in cells.items():
        recency.setdefault(segment, []).append(r)
    moods: dict[str, str] = {}
    for segment, scores in recency.items():
        is_valued = ranks.get(segment, 0) > high
        middle = sum(scores) / len(scores)
        if middle > 3:
            moods[segment] = "keep" if is_valued else "grow"
        elif middle == 3:
            moods[segment] = "watch"
        else:
            moods[segment] = "act" if is_valued else "rest"
    return moods


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
