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

# seed, people, days, zone, whether buyers are valued: one shop older than the longest silence that
# a rule speaks of, with enough of them for a fit, where clocks go forward at midnight.
SHOPS = [
    (1, 40, 60, "Asia/Shanghai", False),
    (2, 40, 45, "UTC", False),
    (3, 30, 125, "America/Havana", True),
]


@dataclass(frozen=True)
class Shop:
    """What landed, and what is to be made of it."""

    installation: Installation
    days: list[date]
    world: World
    is_valued: bool


@pytest.fixture(scope="module", params=SHOPS, ids=lambda shop: f"seed {shop[0]}")
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    seed, people, number, zone, is_valued = request.param
    home = tmp_path_factory.mktemp("shop")
    (home / "userops.toml").write_text(f'timezone = "{zone}"\n')
    days = landings.write(home, seed, people=people, days=number, twice=True, valued=is_valued)
    installation = Installation(Settings(home, timezone=zone))
    return Shop(installation, days, World(Rules(home), days[-1]), is_valued)


def told(world: World, database: Path) -> str:
    """Say what differs, or nothing."""
    found = differences(world, database)
    return "\n".join(d.text() for d in found if not d.is_equal)


def test_a_range_makes_the_tables_that_the_definitions_describe(shop: Shop) -> None:
    shop.installation.build()

    assert told(shop.world, shop.installation.settings.serving_build_db) == ""
    # A record of runs, by `tests/pipeline/test_restatements.py`.
    assert unread_tables(shop.installation.settings.serving_build_db) == {"kpi_restatements"}


def test_days_in_another_order_make_the_same(shop: Shop) -> None:
    *first, one, other = shop.days
    late = first.pop(len(first) // 2)
    runs = [first, [one], [late], [other]]
    shop.installation.begin_anew()
    shop.installation.build_in_turn(*([str(day) for day in run] for run in runs))

    assert told(shop.world, shop.installation.settings.serving_build_db) == ""


def test_what_is_recomputed_is_not_nothing(shop: Shop) -> None:
    empty = {table for table, (compute, _) in TABLES.items() if not compute(shop.world)}

    assert empty <= {"recall_list"}
    fits = {row["status"] for row in TABLES["clv_fits"][0](shop.world)}
    assert ("ok" in fits) == shop.is_valued
    economics = TABLES["channel_economics"][0](shop.world)
    worth = {row["status"] for row in economics if row["ltv_cac"]}
    assert ("ok" in worth) == shop.is_valued
    told = {
        row["status"] for row in shop.world.kpi_rows if row["kpi"] == "ltv_cac" and row["value"]
    }
    assert ("no_target" in told) == shop.is_valued
    bases = {row["value_basis"] for row in TABLES["recall_candidates"][0](shop.world)}
    assert bases == ({"clv", "channel_clv", "mean_clv"} if shop.is_valued else {"mean_order"})
