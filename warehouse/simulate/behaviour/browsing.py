"""Walks through the shop -> the events before a checkout: pages, lists, products, carts."""

from collections.abc import Iterator

import numpy as np

from warehouse.simulate.behaviour.shopping import Shopping
from warehouse.simulate.catalogue import CATEGORIES, Catalogue
from warehouse.simulate.columns import Column, Ints, money, words
from warehouse.simulate.draws import Generator, pick
from warehouse.simulate.journey import Step
from warehouse.simulate.moments import Events
from warehouse.simulate.population import WEB, Population
from warehouse.simulate.truths import SLOW, SLOW_BEFORE_LEAVING, SLOWER

ENTRY_NAMES = ("Home", "Category", "Product")
ENTRY_WEIGHTS = (0.6, 0.25, 0.15)
USUAL_LOAD_MS = 700
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
    yield from _entries(shopping, population, rng)
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


def _entries(shopping: Shopping, population: Population, rng: Generator) -> Iterator[Events]:
    """Open each visit with a page on the web or a screen in the app."""
    entries = shopping.steps["enter"].moments
    name_code = pick(rng, ENTRY_WEIGHTS, len(entries))
    on_web = population.devices.platform[entries.device] == WEB
    took = _load_times(shopping, rng.spawn(1)[0])
    for code, name in enumerate(ENTRY_NAMES):
        for kind, chosen in (("page", on_web), ("screen", ~on_web)):
            rows = np.flatnonzero((name_code == code) & chosen)
            path = {"path": f"/{name.lower()}"} if kind == "page" else {}
            columns = path | {"load_time_ms": took[rows]}
            yield Events(name, entries.take(rows), columns, kind=kind)


def _load_times(shopping: Shopping, rng: Generator) -> Ints:
    """Draw how long each first page took; a visit that ends with it more often had to wait."""
    steps, visits = shopping.steps, len(shopping.visits)
    taken = sum(np.bincount(step.visit, minlength=visits) for step in steps.values())
    is_alone = (np.asarray(taken) == 1)[steps["enter"].visit]
    is_slow = rng.random(is_alone.size) < np.where(is_alone, SLOW_BEFORE_LEAVING, SLOW)
    usual = rng.lognormal(np.log(USUAL_LOAD_MS), 0.4, is_alone.size)
    return np.where(is_slow, usual * SLOWER, usual).astype(np.int64)


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
