"""What the simulator plants is found by what the tables are proved to hold, with its size."""

from pathlib import Path

import pytest

from tests.recompute.drawn import load_time_exits
from tests.recompute.lines import load_days
from tests.recompute.rules import Rules
from tests.recompute.segments import item_pairs
from tests.recompute.world import World
from warehouse.simulate.run import simulate
from warehouse.simulate.truths import NOTHING

USERS, DAYS = 300, 45


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> World:
    home: Path = tmp_path_factory.mktemp("planted")
    # Without the causes that take orders and visits away: few would be left in so small a shop.
    simulate(home / "landing", users=USERS, days=DAYS, seed=5, truths=NOTHING)
    rules = Rules(home)
    return World(rules, load_days(rules)[-1])


def test_two_goods_that_go_together_are_the_pair_of_most_lift(shop: World) -> None:
    pairs = [row for row in item_pairs(shop) if row["kind"] == "bought"]

    best = max(pairs, key=lambda row: (row["lift"], row["users_both"]))

    # Whoever looks at the first looks at the second in 6 of 10 cases, and the rest by chance.
    assert {best["item"], best["other_item"]} == {"p0000", "p0001"}
    assert best["lift"] > 2.5
    assert best["users_both"] >= 5


def test_pages_that_are_slow_make_people_leave(shop: World) -> None:
    told = {row["band"]: row for row in load_time_exits(shop)}

    # Nine in ten visits that end with their first page had a slow one; of the others one in twenty.
    slow = [told[band] for band in ("slow", "very_slow")]
    share = sum(row["exits"] for row in slow) / sum(row["sessions"] for row in slow)
    assert share > 0.05
    assert told["fast"]["share"] < share / 10
    assert told["unknown"]["sessions"] < told["fast"]["sessions"]
