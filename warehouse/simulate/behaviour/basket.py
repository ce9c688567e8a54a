"""Carts at the checkout -> baskets: prices in the buyer's currency, discounts, sums to the cent."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from warehouse.simulate.behaviour.goods import lines_left, one_piece, product_columns
from warehouse.simulate.behaviour.shopping import Shopping
from warehouse.simulate.catalogue import Catalogue
from warehouse.simulate.columns import (
    Column,
    Floats,
    Ints,
    Json,
    json_lists,
    json_objects,
    money,
    words,
)
from warehouse.simulate.draws import Generator, allot, hex_ids, pick

SHIPPING_CENTS, FREE_SHIPPING_FROM_CENTS = 800, 9_900
NO_COUPON = 0


class Currency(NamedTuple):
    """How the shop sells in a currency; ``weight`` is its share of orders."""

    code: str
    yuan: float
    minor_units: int
    weight: float


class Coupon(NamedTuple):
    """A code and the percentage it takes off."""

    code: str
    percent: int


# The rules know no rate for the last one: a known currency that cannot be converted.
CURRENCIES = (
    Currency("CNY", 1.0, 100, 0.953),
    Currency("USD", 7.1, 100, 0.02),
    Currency("EUR", 7.8, 100, 0.013),
    Currency("JPY", 0.048, 1, 0.011),
    Currency("CHF", 8.1, 100, 0.003),
)
YUAN = np.array([each.yuan for each in CURRENCIES])
MINOR_UNITS = np.array([each.minor_units for each in CURRENCIES])
COUPONS = (Coupon("", 0), Coupon("NEW10", 10), Coupon("MEMBER5", 5), Coupon("SPRING15", 15))
COUPON_WEIGHTS = (0, 3, 4, 1)


@dataclass(frozen=True)
class Baskets:
    """One row per checkout; amounts in minor units of the row's currency, but ``yuan_cents``.

    ``products`` is everything in it, ``one_piece`` one piece of its first product.
    """

    order_id: pa.StringArray
    currency: Ints
    minor_units: Ints
    coupon: Ints
    discount: Ints
    revenue: Ints
    total: Ints
    yuan_cents: Ints
    products: Json
    one_piece: Json

    def take(self, rows: Ints) -> "Baskets":
        """Keep the rows chosen by number."""
        return Baskets(
            order_id=self.order_id.take(pa.array(rows)),
            currency=self.currency[rows],
            minor_units=self.minor_units[rows],
            coupon=self.coupon[rows],
            discount=self.discount[rows],
            revenue=self.revenue[rows],
            total=self.total[rows],
            yuan_cents=self.yuan_cents[rows],
            products=Json(self.products.text.take(pa.array(rows))),
            one_piece=Json(self.one_piece.text.take(pa.array(rows))),
        )

    def amounts(self, **minor: Ints) -> dict[str, Column]:
        """Name amounts of these baskets, with their currency."""
        columns = {name: money(amount, self.minor_units) for name, amount in minor.items()}
        return columns | {"currency": words([each.code for each in CURRENCIES], self.currency)}


def in_yuan_cents(minor: Ints, currency: Ints) -> Ints:
    """Value amounts of a currency at the shop's own rate."""
    return np.rint(minor / MINOR_UNITS[currency] * YUAN[currency] * 100).astype(np.int64)


def fill_baskets(shopping: Shopping, catalogue: Catalogue, rng: Generator) -> Baskets:
    """Price what is left in the carts of the visits that reach the checkout."""
    size = shopping.steps["checkout"].visit.size
    currency = _currencies(shopping, rng)
    minor_units = MINOR_UNITS[currency]
    yuan = YUAN[currency]
    lines = lines_left(shopping, catalogue)
    price = _convert(lines.yuan_cents, yuan[lines.basket], minor_units[lines.basket])
    products = product_columns(catalogue, lines, money(price, minor_units[lines.basket]))

    goods = _sum_by(lines.basket, price * lines.quantity, size)
    coupon = _coupons(shopping, rng)
    discount = goods * np.array([each.percent for each in COUPONS])[coupon] // 100
    goods_in_yuan = _sum_by(lines.basket, lines.yuan_cents * lines.quantity, size)
    shipping = _convert(np.full(size, SHIPPING_CENTS), yuan, minor_units)
    is_free = goods_in_yuan >= FREE_SHIPPING_FROM_CENTS
    return Baskets(
        order_id=hex_ids(rng, size, prefix="o-"),
        currency=currency,
        minor_units=minor_units,
        coupon=coupon,
        discount=discount,
        revenue=goods - discount,
        total=goods - discount + np.where(is_free, 0, shipping),
        yuan_cents=goods_in_yuan,
        products=json_lists(
            json_objects(products, lines.product.size),
            np.searchsorted(lines.basket, np.arange(size + 1)),
        ),
        one_piece=one_piece(products, lines, size),
    )


def _coupons(shopping: Shopping, rng: Generator) -> Ints:
    """Draw a coupon for each checkout that applies one."""
    visit = shopping.steps["checkout"].visit
    coupon = pick(rng, COUPON_WEIGHTS, visit.size)
    return np.where(np.isin(visit, shopping.steps["coupon"].visit), coupon, NO_COUPON)


def _currencies(shopping: Shopping, rng: Generator) -> Ints:
    """Draw a currency per checkout; each one occurs among the completed orders."""
    checkout, order = shopping.steps["checkout"], shopping.steps["order"]
    weights = [currency.weight for currency in CURRENCIES]
    currency = pick(rng, weights, checkout.visit.size)
    currency[np.isin(checkout.visit, order.visit)] = allot(rng, weights, order.visit.size)
    return currency


def _convert(yuan_cents: Ints, yuan: Floats, minor_units: Ints) -> Ints:
    return np.maximum(np.rint(yuan_cents / 100 / yuan * minor_units), 1).astype(np.int64)


def _sum_by(group: Ints, amounts: Ints, groups: int) -> Ints:
    return np.bincount(group, weights=amounts, minlength=groups).astype(np.int64)
