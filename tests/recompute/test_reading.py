"""The reading itself, against numbers that a person works out by hand."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.recompute import money, retention, value
from tests.recompute.rules import Rules
from tests.recompute.world import World

FIRST = date(2026, 3, 1)


def world_of(home: Path, *lines: dict[str, Any], as_of: date = FIRST) -> World:
    """Land lines on the first day, each with an id of its own."""
    folder = home / "landing" / "events" / f"dt={as_of}"
    folder.mkdir(parents=True)
    told = [{"type": "track", "messageId": f"m{n}"} | line for n, line in enumerate(lines)]
    (folder / "events.ndjson").write_text("\n".join(map(json.dumps, told)))
    return World(Rules(home), as_of)


def view(user: str, day: int) -> dict[str, Any]:
    return {"event": "Product Viewed", "userId": user, "timestamp": f"2026-03-{day:02}T02:00:00Z"}


def order(**said: Any) -> dict[str, Any]:
    event = {"event": "Order Completed", "userId": "ann", "timestamp": "2026-03-01T02:00:00Z"}
    return event | {"properties": {"order_id": "o1"} | said}


def refund(day: int, **said: Any) -> dict[str, Any]:
    event = {"event": "Order Refunded", "userId": "ann", "timestamp": f"2026-03-{day:02}T03:00:00Z"}
    return event | {"properties": {"order_id": "o1"} | said}


def test_retention_follows_the_example_of_the_page(tmp_path: Path) -> None:
    views = [view("ann", 1), view("ann", 2), view("bob", 1), view("bob", 6), view("cat", 1)]
    world = world_of(tmp_path, *views, as_of=date(2026, 3, 7))

    cells = [
        row
        for row in retention.cohort_retention(world)
        if (row["cohort_by"], row["period"], row["clock"]) == ("activity", "day", "calendar")
        and row["period_number"] > 0
    ]

    by_kind = {
        kind: [row["users"] for row in cells if row["kind"] == kind]
        for kind in ("n_period", "unbounded")
    }
    assert by_kind == {"n_period": [1, 0, 0, 0, 1, 0], "unbounded": [2, 1, 1, 1, 1, 0]}


@pytest.mark.parametrize(
    ("said", "refunds", "left"),
    [
        ({"revenue": 100, "currency": "USD"}, [{"total": 100}], "0.00"),
        ({"revenue": 100, "currency": "USD"}, [{"total": 33.33}, {"total": 66.67}], "0.00"),
        ({"revenue": 100}, [{"products": [{"price": 20}]}], "80.00"),
        ({"revenue": 100}, [{"products": [{"product_id": "p1"}]}], "100.00"),
        ({"revenue": 100}, [{"total": 30}, {}], "0.00"),
        ({"revenue": 100}, [{"total": 130}], "0.00"),
        ({"revenue": 100}, [{"total": 30, "currency": "CHF"}], "100.00"),
        ({"products": [{"price": 9.99, "quantity": 3}]}, [], "29.97"),
    ],
)
def test_what_is_left_of_an_order(
    tmp_path: Path, said: dict[str, Any], refunds: list[dict[str, Any]], left: str
) -> None:
    days = [refund(day, **said) for day, said in enumerate(refunds, 2)]
    world = world_of(tmp_path, order(**said), *days, as_of=date(2026, 3, 9))

    [row] = money.fct_orders(world)

    assert row["net_amount"] == Decimal(left)


def test_a_refund_of_tomorrow_leaves_the_payers_of_today(tmp_path: Path) -> None:
    world = world_of(tmp_path, order(revenue=100), refund(4), as_of=date(2026, 3, 9))

    [bought] = world.money.orders.values()

    assert [bought.is_paid(date(2026, 3, day)) for day in (1, 3, 4)] == [True, True, False]


def test_the_only_buyer_is_not_lost(tmp_path: Path) -> None:
    world = world_of(tmp_path, order(revenue=100))

    [row] = value.rfm_of(world, FIRST)

    assert (row["method"], row["rfm_segment"]) == ("bands", "new")
