"""Carts at the checkout -> the lines bought, and their products as JSON."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from warehouse.simulate.behaviour.shopping import Shopping
from warehouse.simulate.catalogue import CATEGORIES, Catalogue
from warehouse.simulate.columns import (
    Column,
    Floats,
    Ints,
    Json,
    json_lists,
    json_objects,
    only_where,
    take_columns,
    words,
)

NO_BASKET = -1


@dataclass(frozen=True)
class Lines:
    """Product lines at the checkout, basket by basket."""

    basket: Ints
    product: Ints
    quantity: Ints
    yuan_cents: Ints


def lines_left(shopping: Shopping, catalogue: Catalogue) -> Lines:
    """Find the lines bought; they lie visit by visit, so those of one basket lie together."""
    checkout, add = shopping.steps["checkout"], shopping.steps["add"]
    basket_of_visit = np.full(len(shopping.visits), NO_BASKET)
    basket_of_visit[checkout.visit] = np.arange(checkout.visit.size)
    basket = basket_of_visit[add.visit]
    left = np.flatnonzero((basket != NO_BASKET) & ~shopping.removed)
    product = shopping.added[left]
    return Lines(
        basket=basket[left],
        product=product,
        quantity=shopping.quantity[left],
        yuan_cents=catalogue.price(product, add.moments.at[left]),
    )


def product_columns(catalogue: Catalogue, lines: Lines, price: Floats) -> dict[str, Column]:
    """Write the product of each line."""
    return {
        "product_id": catalogue.name(lines.product),
        "category": words(CATEGORIES, catalogue.category[lines.product]),
        "price": price,
        "quantity": lines.quantity,
    }


def one_piece(products: dict[str, Column], lines: Lines, baskets: int) -> Json:
    """Write ``[{product}]`` of each basket's first line; of several pieces, one goes unnumbered."""
    first = np.searchsorted(lines.basket, np.arange(baskets))
    number = only_where(lines.quantity == 1, pa.repeat("1", lines.quantity.size))
    columns = take_columns({**products, "quantity": Json(number)}, first)
    return json_lists(json_objects(columns, baskets), np.arange(baskets + 1))
