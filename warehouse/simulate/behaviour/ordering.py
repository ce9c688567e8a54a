"""Baskets -> checkouts, coupons, payments, orders, and what is refunded or cancelled later."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from warehouse.simulate.behaviour.basket import COUPONS, NO_COUPON, Baskets
from warehouse.simulate.behaviour.shopping import Shopping
from warehouse.simulate.columns import money, only_where, words
from warehouse.simulate.draws import Generator, between, chance, pick, some
from warehouse.simulate.moments import Events, Moments, on_server
from warehouse.simulate.window import DAY, HOUR, MINUTE

REFUNDED, PARTLY_REFUNDED = 0.05, 0.4
LEAST_PART, LARGEST_PART = 0.2, 0.8
REFUND_EARLIEST, REFUND_LATEST = 1 * DAY, 14 * DAY
CANCELLED = 0.02
CANCEL_EARLIEST, CANCEL_LATEST = 5 * MINUTE, 20 * HOUR
PAYMENT_METHODS = ("wechat_pay", "alipay", "card")
PAYMENT_WEIGHTS = (0.5, 0.4, 0.1)
REFUND_REASONS = ("damaged", "wrong_size", "changed_mind", "late")
REFUND_WEIGHTS = (2, 3, 4, 1)


@dataclass(frozen=True)
class Orders:
    """Completed orders and what was in them."""

    moments: Moments
    baskets: Baskets


def complete_orders(shopping: Shopping, baskets: Baskets) -> Orders:
    """Match the visits that end in an order with their baskets."""
    return Orders(shopping.steps["order"].moments, _baskets_at("order", shopping, baskets))


def ordering_events(
    shopping: Shopping, baskets: Baskets, orders: Orders, rng: Generator
) -> Iterator[Events]:
    """Name everything from the checkout on."""
    steps = shopping.steps
    value = baskets.amounts(value=baskets.total)
    yield Events(
        "Checkout Started", steps["checkout"].moments, {"order_id": baskets.order_id} | value
    )
    reduced = _baskets_at("coupon", shopping, baskets)
    coupon = {
        "order_id": reduced.order_id,
        "coupon_id": _coupon_codes(reduced),
        "discount": money(reduced.discount, reduced.minor_units),
    }
    yield Events("Coupon Applied", steps["coupon"].moments, coupon)
    paid = _baskets_at("payment", shopping, baskets)
    method = words(PAYMENT_METHODS, pick(rng, PAYMENT_WEIGHTS, len(steps["payment"].moments)))
    payment = {"order_id": paid.order_id, "payment_method": method}
    yield Events("Payment Info Entered", steps["payment"].moments, payment)
    bought = orders.baskets
    order = {
        "order_id": bought.order_id,
        **bought.amounts(revenue=bought.revenue, total=bought.total),
        "coupon": only_where(bought.coupon != NO_COUPON, _coupon_codes(bought)),
        "products": bought.products,
    }
    yield Events("Order Completed", orders.moments, order)
    yield from _taken_back(orders, rng)


def _taken_back(orders: Orders, rng: Generator) -> Iterator[Events]:
    """Refunds, whole or in part, and cancellations; never both of one order."""
    row = np.arange(len(orders.moments))
    refunded = some(rng, row, REFUNDED)
    cancelled = some(rng, np.setdiff1d(row, refunded), CANCELLED)

    back = orders.baskets.take(refunded)
    is_part = chance(rng, PARTLY_REFUNDED, refunded.size)
    part = between(rng, LEAST_PART * back.revenue, LARGEST_PART * back.revenue, refunded.size)
    amount = np.where(is_part, np.maximum(part, 1), back.revenue)
    reason = words(REFUND_REASONS, pick(rng, REFUND_WEIGHTS, refunded.size))
    at = orders.moments.at[refunded] + between(rng, REFUND_EARLIEST, REFUND_LATEST, refunded.size)
    yield Events(
        "Order Refunded",
        on_server(orders.moments.person[refunded], at),
        {
            "order_id": back.order_id,
            **back.amounts(revenue=amount, total=amount),
            "reason": reason,
        },
    )
    void = orders.baskets.take(cancelled)
    at = orders.moments.at[cancelled] + between(rng, CANCEL_EARLIEST, CANCEL_LATEST, cancelled.size)
    yield Events(
        "Order Cancelled",
        on_server(orders.moments.person[cancelled], at),
        {"order_id": void.order_id, **void.amounts(revenue=void.revenue, total=void.total)},
    )


def _baskets_at(step: str, shopping: Shopping, baskets: Baskets) -> Baskets:
    """Find the baskets of a later step; each of its visits went through the checkout."""
    checkout = shopping.steps["checkout"].visit
    return baskets.take(np.searchsorted(checkout, shopping.steps[step].visit))


def _coupon_codes(baskets: Baskets) -> pa.StringArray:
    return words([coupon.code for coupon in COUPONS], baskets.coupon)
