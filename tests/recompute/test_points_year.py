"""A simulated year: what every user earned on every day is redeemed, expired or left."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import Installation, NewInstallation
from tests.recompute.points import KINDS, Book, books
from tests.recompute.rules import Rules
from tests.recompute.world import World
from warehouse.simulate.run import simulate

USERS, DAYS = 25, 365
WAYS = ("earned", "redeemed", "expired")
Sums = dict[tuple[str, date], dict[str, Decimal]]


@pytest.fixture(scope="module")
def year(new_installation: NewInstallation) -> Installation:
    """Build a year in which lines come late, twice and in any order."""
    installation = new_installation()
    simulate(installation.settings.home / "landing", users=USERS, days=DAYS, seed=5)
    installation.build(tables=["points_ledger", "points_balances", "points_months"])
    return installation


def sums_of(rows: list[tuple[Any, ...]]) -> Sums:
    """Add up the ledger by user and day."""
    found: Sums = defaultdict(lambda: defaultdict(Decimal))
    for user, day, kind, points in rows:
        found[user, day][kind] += abs(points)
    return found


def test_on_every_day_of_a_year_what_was_earned_is_redeemed_expired_or_left(
    year: Installation,
) -> None:
    booked = sums_of(year.rows("select user_id, entry_date, kind, points from marts.points_ledger"))
    newest = year.rows("select max(as_of_date) from marts.points_balances")[0][0]
    world = World(Rules(year.settings.home), newest)
    days = list(world.days())
    assert len(days) >= DAYS

    users = 0
    for user, lines in world.by_user.items():
        if not any(line.event in KINDS for line in lines):
            continue
        users += 1
        total = dict.fromkeys(WAYS, Decimal(0))
        for day, book in books(world, lines, days):
            total = {kind: n + booked[user, day][kind] for kind, n in total.items()}
            assert_same(user, day, total, book)

    assert users == len({user for user, _ in booked if sum(booked[user, _].values())}) > USERS / 2


def assert_same(user: str, day: date, total: dict[str, Decimal], book: Book) -> None:
    """Compare the tables' sums with the book, in which what is left lies in lots."""
    by_hand = {kind: book.total(kind) for kind in WAYS}
    assert total == by_hand, f"{user} on {day}"
    left = total["earned"] - total["redeemed"] - total["expired"]
    assert left == book.outstanding, f"{user} on {day}"


def test_a_year_of_months_is_compared_with_nothing_before_it(year: Installation) -> None:
    months = year.rows(
        "select is_complete, issued - redeemed - expired, outstanding, status"
        " from marts.points_months order by month"
    )
    running = Decimal(0)
    for _, growth, outstanding, status in months:
        running += growth
        assert outstanding == running
        assert status == "insufficient_data"
    assert len(months) >= 12
    assert max(month[2] for month in months) > 0
