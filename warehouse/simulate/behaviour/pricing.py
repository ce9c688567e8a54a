"""Catalogue -> price changes, the only events that are the shop's own.

Their lines have no user and the anonymous id ``catalogue``; the event has no activity role, so
that the shop is not counted among its users.
"""

import numpy as np

from warehouse.simulate.behaviour.browsing import product_columns
from warehouse.simulate.catalogue import Catalogue
from warehouse.simulate.moments import ORGANIC, SERVER, Events, Moments


def price_events(catalogue: Catalogue) -> list[Events]:
    """Announce every new price when it begins to hold."""
    product, at = catalogue.changes()
    nobody = np.zeros(product.size, dtype=np.int64)
    moments = Moments(
        person=nobody,
        at=at,
        device=nobody + SERVER,
        campaign=nobody + ORGANIC,
        known=np.zeros(product.size, dtype=np.bool_),
    )
    return [Events("Product Price Changed", moments, product_columns(catalogue, product, at))]
