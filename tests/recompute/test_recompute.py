"""Random shops, as one range and day by day: every table equal to a second reading of the page."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import Installation
from tests.recompute import landings
from tests.recompute.compare import TABLES, differences, unread_tables
from tests.recompute.rules import Rules
from tests.recompute.world import World
from warehouse.settings import Settings

# seed, people, days: one shop older than the longest silence that a rule speaks of.
SHOPS = [(1, 40, 60), (2, 40, 45), (3, 30, 125)]


@dataclass(frozen=True)
class Shop:
    """What landed, twice, and what is to be made of it."""

    whole: Installation
    daily: Installation
    days: list[date]
    world: World


@pytest.fixture(scope="module", params=SHOPS, ids=lambda shop: f"seed {shop[0]}")
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    seed, people, number = request.param
    folder = tmp_path_factory.mktemp("shop")
    homes = [folder / name for name in ("whole", "daily")]
    for home in homes:
        days = landings.write(home, seed, people=people, days=number)
    whole, daily = (Installation(Settings(home)) for home in homes)
    return Shop(whole, daily, days, World(Rules(homes[0]), days[-1]))


def told(world: World, database: Path) -> str:
    """Say what differs, or nothing."""
    found = differences(world, database)
    return "\n".join(d.text() for d in found if not d.is_equal)


def test_a_range_makes_the_tables_that_the_definitions_describe(shop: Shop) -> None:
    shop.whole.build()

    assert told(shop.world, shop.whole.settings.serving_build_db) == ""
    # A record of runs, by `tests/pipeline/test_restatements.py`.
    assert unread_tables(shop.whole.settings.serving_build_db) == {"kpi_restatements"}


def test_days_in_another_order_make_the_same(shop: Shop) -> None:
    *first, one, other = shop.days
    late = first.pop(len(first) // 2)
    shop.daily.build(*map(str, first))
    for day in (one, late, other):
        shop.daily.build(str(day))

    assert told(shop.world, shop.daily.settings.serving_build_db) == ""


def test_what_is_recomputed_is_not_nothing(shop: Shop) -> None:
    empty = {table for table, (compute, _) in TABLES.items() if not compute(shop.world)}

    assert empty <= {"recall_list"}
