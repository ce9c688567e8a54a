"""Orders -> what is taken back: refunds whole and in part, said in several ways, cancellations."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from warehouse.simulate.behaviour.basket import CURRENCIES, Baskets, in_yuan_cents
from warehouse.simulate.behaviour.ordering import Orders
from warehouse.simulate.columns import Column, Flags, Ints, Json, money, only_where, words
from warehouse.simulate.draws import Generator, allot, between, hex_ids, pick, some
from warehouse.simulate.moments import Events, on_server
from warehouse.simulate.window import DAY, HOUR, MINUTE

REFUNDED, FOREIGN_REFUNDED = 0.05, 0.2
REFUND_EARLIEST, REFUND_LATEST = 1 * DAY, 14 * DAY
LEAST_PART, LARGEST_PART = 0.2, 0.8
# Refunds of orders that were never heard of, a share of the refunds.
UNKNOWN_ORDERS = 0.01

# Share of the orders, earliest, latest: while nothing is packed, and when it is on its way.
CANCELLATIONS = ((0.014, 5 * MINUTE, 2 * HOUR), (0.008, 1 * DAY, 5 * DAY))

# The amount of the whole, an amount of a part, one piece of a product, neither amount nor product.
WHOLE, PART, PIECE, BARE = range(4)
REFUND_WEIGHTS = (8, 5, 4, 4)
# In the order's currency, in none, in yuan though the order was foreign.
OWN, UNNAMED, YUAN = range(3)
CURRENCY_WEIGHTS = (6, 2, 2)
REASONS = ("damaged", "wrong_size", "changed_mind", "late")
REASON_WEIGHTS = (2, 3, 4, 1)


def return_events(orders: Orders, rng: Generator) -> Iterator[Events]:
    """Take orders back, whole or in part; none is both refunded and cancelled."""
    row = np.arange(len(orders.moments))
    foreign = np.flatnonzero(orders.baskets.currency > 0)
    refunded = np.union1d(some(rng, row, REFUNDED), some(rng, foreign, FOREIGN_REFUNDED))
    yield from _refunds(orders, refunded, rng)
    yield from _cancellations(orders, np.setdiff1d(row, refunded), rng)


def _refunds(orders: Orders, rows: Ints, rng: Generator) -> Iterator[Events]:
    back = orders.baskets.take(rows)
    kind = allot(rng, REFUND_WEIGHTS, rows.size)
    part = between(rng, LEAST_PART * back.revenue, LARGEST_PART * back.revenue, rows.size)
    amount = np.where(kind == PART, np.maximum(part, 1), back.revenue)
    at = orders.moments.at[rows] + between(rng, REFUND_EARLIEST, REFUND_LATEST, rows.size)
    refunds = Events(
        "Order Refunded",
        on_server(orders.moments.person[rows], at),
        {
            "order_id": back.order_id,
            **_said(back, kind, amount, rng),
            "reason": words(REASONS, pick(rng, REASON_WEIGHTS, rows.size)),
        },
    )
    yield refunds
    known = np.flatnonzero(kind == WHOLE)
    unknown = refunds.where(np.isin(np.arange(rows.size), some(rng, known, UNKNOWN_ORDERS)))
    order_id = hex_ids(rng, len(unknown), prefix="o-")
    yield replace(
        unknown,
        moments=unknown.moments.later(HOUR),
        properties={**unknown.properties, "order_id": order_id},
    )


def _said(back: Baskets, kind: Ints, amount: Ints, rng: Generator) -> dict[str, Column]:
    """Write amounts, currencies and products; prices stay in the currency they were paid in."""
    has_amount: Flags = kind <= PART
    currency = pick(rng, CURRENCY_WEIGHTS[:YUAN], kind.size)
    foreign = np.flatnonzero(has_amount & (back.currency > 0))
    currency[foreign] = allot(rng, CURRENCY_WEIGHTS, foreign.size)
    is_yuan = currency == YUAN
    revenue = np.where(
        is_yuan, money(in_yuan_cents(amount, back.currency)), money(amount, back.minor_units)
    )
    named = (kind != BARE) & (currency != UNNAMED)
    code = words([each.code for each in CURRENCIES], np.where(is_yuan, 0, back.currency))
    return {
        "revenue": Json(only_where(has_amount, pa.array(revenue).cast(pa.string()))),
        "currency": only_where(named, code),
        "products": Json(only_where(kind == PIECE, back.one_piece.text)),
    }


def _cancellations(orders: Orders, rows: Ints, rng: Generator) -> Iterator[Events]:
    """Cancel some orders within the day, some when the books of the day are closed."""
    for share, earliest, latest in CANCELLATIONS:
        cancelled = some(rng, rows, share)
        rows = np.setdiff1d(rows, cancelled)
        void = orders.baskets.take(cancelled)
        at = orders.moments.at[cancelled] + between(rng, earliest, latest, cancelled.size)
        yield Events(
            "Order Cancelled",
            on_server(orders.moments.person[cancelled], at),
            {"order_id": void.order_id, **void.amounts(revenue=void.revenue, total=void.total)},
        )
