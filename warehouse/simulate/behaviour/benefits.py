"""Orders -> the benefits used with them: who has bought before has some of them shipped free."""

import numpy as np

from warehouse.simulate.behaviour.ordering import Orders
from warehouse.simulate.draws import Generator, chance
from warehouse.simulate.journey import rank_in_group
from warehouse.simulate.moments import Events
from warehouse.simulate.window import DAY, SECOND

BENEFIT = "free_shipping"
ORDERS_BEFORE = 2
USED = 0.5
# As the rules have it: two in a month.
NOT_AGAIN_FOR = 15 * DAY


def benefit_events(orders: Orders, rng: Generator) -> Events:
    """Use the benefit just before an order, once in half a month."""
    moments = orders.moments.take(np.lexsort((orders.moments.at, orders.moments.person)))
    used = (rank_in_group(moments.person) >= ORDERS_BEFORE) & chance(rng, USED, len(moments))
    moments = moments.take(used)
    spell = np.stack([moments.person, moments.at // NOT_AGAIN_FOR])
    _, first = np.unique(spell, axis=1, return_index=True)
    return Events("Benefit Used", moments.take(first).later(-SECOND), {"benefit": BENEFIT})
