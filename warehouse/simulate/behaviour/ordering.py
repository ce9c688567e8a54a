"""Baskets -> checkouts, coupons, payments, orders."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from warehouse.simulate.behaviour.basket import COUPONS, NO_COUPON, Baskets
from warehouse.simulate.behaviour.shopping import Shopping
from warehouse.simulate.columns import money, only_where, words
from warehouse.simulate.draws import Generator, pick
from warehouse.simulate.moments import Events, Moments

PAYMENT_METHODS = ("wechat_pay", "alipay", "card")
PAYMENT_WEIGHTS = (0.5, 0.4, 0.1)


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


def _baskets_at(step: str, shopping: Shopping, baskets: Baskets) -> Baskets:
    """Find the baskets of a later step; each of its visits went through the checkout."""
    checkout = shopping.steps["checkout"].visit
    return baskets.take(np.searchsorted(checkout, shopping.steps[step].visit))


def _coupon_codes(baskets: Baskets) -> pa.StringArray:
    return words([coupon.code for coupon in COUPONS], baskets.coupon)
