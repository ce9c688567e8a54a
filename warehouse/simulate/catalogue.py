"""Seed, days -> the shop's products and what each costs on each day; the same for every user."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from warehouse.simulate.columns import Floats, Ints, words
from warehouse.simulate.draws import Generator
from warehouse.simulate.window import DAY, Window

PRODUCTS = 400
CATEGORIES = ("food", "home", "beauty", "clothing", "sports", "toys", "books", "digital")
MEDIAN_PRICE_CENTS = 9_900
PRICE_SPREAD = 1.1
LOWEST_PRICE_CENTS = 290
PRICE_CHANGES_PER_DAY = 1.5
DEAREST_CHANGE, CHEAPEST_CHANGE = 1.15, 0.7
FAVOUR_OF_CHEAP = 1.4


@dataclass(frozen=True)
class Catalogue:
    """Products, cheapest first; ``prices`` is cents of CNY by product and day."""

    category: Ints
    prices: Ints

    def name(self, product: Ints) -> pa.StringArray:
        """Write product ids."""
        return words([f"p{number:04}" for number in range(PRODUCTS)], product)

    def choose(self, rng: Generator, wealth: Floats) -> Ints:
        """Draw a product per row: the wealthy reach for dearer ones."""
        reach = rng.random(wealth.size) ** (FAVOUR_OF_CHEAP / wealth)
        return (reach * self.category.size).astype(np.int64)

    def price(self, product: Ints, at: Ints) -> Ints:
        """Look prices up on the day; later than the last day, the last price holds."""
        return self.prices[product, np.minimum(at // DAY, self.prices.shape[1] - 1)]

    def changes(self) -> tuple[Ints, Ints]:
        """List the products whose price differs from the day before, and when it changed."""
        day, product = np.nonzero(np.diff(self.prices, axis=1).T)
        return product, (day + 1) * DAY


def draw_catalogue(window: Window, rng: Generator) -> Catalogue:
    """Draw the products and walk their prices through the days."""
    base = np.sort(rng.lognormal(np.log(MEDIAN_PRICE_CENTS), PRICE_SPREAD, PRODUCTS))
    factor = np.ones((PRODUCTS, window.days))
    changes = round(PRICE_CHANGES_PER_DAY * window.days)
    product = rng.integers(0, PRODUCTS, changes)
    day = rng.integers(0, window.days, changes)
    factor[product, day] = rng.uniform(CHEAPEST_CHANGE, DEAREST_CHANGE, changes)
    cents = np.maximum(base[:, None] * _last_set(factor), LOWEST_PRICE_CENTS)
    return Catalogue(
        category=rng.integers(0, len(CATEGORIES), PRODUCTS),
        prices=(cents // 10 * 10).astype(np.int64),
    )


def _last_set(factor: Floats) -> Floats:
    """Carry each changed factor forward until the next change; changes are against the base."""
    day = np.where(factor != 1, np.arange(factor.shape[1]), 0)
    return np.take_along_axis(factor, np.maximum.accumulate(day, axis=1), axis=1)
