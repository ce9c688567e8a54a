"""Walks through the shop -> the events before a checkout: pages, lists, products, carts."""

from collections.abc import Iterator

import numpy as np

from warehouse.simulate.behaviour.shopping import Shopping
from warehouse.simulate.catalogue import CATEGORIES, Catalogue
from warehouse.simulate.columns import Column, Ints, money, words
from warehouse.simulate.draws import Generator, pick
from warehouse.simulate.journey import Step
from warehouse.simulate.moments import Events, Moments
from warehouse.simulate.population import WEB, Population

ENTRY_NAMES = ("Home", "Category", "Product")
ENTRY_WEIGHTS = (0.6, 0.25, 0.15)
PROMOTIONS = ("new_year_sale", "members_day", "free_shipping", "flash_sale")
PROMOTION_WEIGHTS = (4, 3, 2, 1)
QUERIES = ("tea", "lamp", "running shoes", "面膜", "蓝牙耳机", "gift", "儿童绘本", "coat")
QUERY_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 1)
CATEGORY_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2)


def browsing_events(
    shopping: Shopping, population: Population, catalogue: Catalogue, rng: Generator
) -> Iterator[Events]:
    """Name everything that happens before the checkout."""
    steps = shopping.steps
    yield from _entries(steps["enter"].moments, population, rng)
    yield Events("Signed In", steps["sign in"].moments, {"method": "password"})
    yield from _promotions(shopping, rng)
    listed, searched = steps["list"].moments, steps["search"].moments
    category = words(CATEGORIES, pick(rng, CATEGORY_WEIGHTS, len(listed)))
    yield Events("Product List Viewed", listed, {"category": category})
    query = words(QUERIES, pick(rng, QUERY_WEIGHTS, len(searched)))
    yield Events("Products Searched", searched, {"query": query})
    viewed = steps["view"].moments
    yield Events("Product Viewed", viewed, product_columns(catalogue, shopping.viewed, viewed.at))
    yield from _carts(shopping, catalogue)


def _entries(entries: Moments, population: Population, rng: Generator) -> Iterator[Events]:
    """Open each visit with a page on the web or a screen in the app."""
    name_code = pick(rng, ENTRY_WEIGHTS, len(entries))
    on_web = population.devices.platform[entries.device] == WEB
    for code, name in enumerate(ENTRY_NAMES):
        path = {"path": f"/{name.lower()}"}
        yield Events(name, entries.take((name_code == code) & on_web), path, kind="page")
        yield Events(name, entries.take((name_code == code) & ~on_web), kind="screen")


def _promotions(shopping: Shopping, rng: Generator) -> Iterator[Events]:
    """Who clicks a promotion clicks the one that was shown."""
    shown = pick(rng, PROMOTION_WEIGHTS, len(shopping.visits))
    for step, name in (("promotion", "Promotion Viewed"), ("promotion click", "Promotion Clicked")):
        promotion = words(PROMOTIONS, shown[shopping.steps[step].visit])
        yield Events(name, shopping.steps[step].moments, {"promotion_id": promotion})


def _carts(shopping: Shopping, catalogue: Catalogue) -> Iterator[Events]:
    """Wishes, carts filled, and the first line of some carts taken out again."""
    steps = shopping.steps
    wish, add, remove, cart = (steps[name] for name in ("wish", "add", "remove", "cart"))
    wished = shopping.viewed[_first_rows(steps["view"], wish)]
    yield Events(
        "Product Added to Wishlist",
        wish.moments,
        product_columns(catalogue, wished, wish.moments.at),
    )
    lines = product_columns(catalogue, shopping.added, add.moments.at)
    yield Events("Product Added", add.moments, lines | {"quantity": shopping.quantity})
    taken_out = np.flatnonzero(shopping.removed)
    gone = product_columns(catalogue, shopping.added[taken_out], add.moments.at[taken_out])
    yield Events(
        "Product Removed", remove.moments, gone | {"quantity": shopping.quantity[taken_out]}
    )
    lines_of_visit = np.bincount(add.visit, minlength=len(shopping.visits))
    yield Events("Cart Viewed", cart.moments, {"products_count": lines_of_visit[cart.visit]})


def _first_rows(steps: Step, of: Step) -> Ints:
    """Find, for each row of one step, the first row of another in the same visit."""
    return np.searchsorted(steps.visit, of.visit)


def product_columns(catalogue: Catalogue, product: Ints, at: Ints) -> dict[str, Column]:
    """Describe products as Segment does, at the price of the moment."""
    return {
        "product_id": catalogue.name(product),
        "category": words(CATEGORIES, catalogue.category[product]),
        "price": money(catalogue.price(product, at)),
    }
