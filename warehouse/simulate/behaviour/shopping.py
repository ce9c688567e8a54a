"""Visits -> walks through the shop: which steps each visit takes, what is looked at and carted."""

from dataclasses import dataclass

import numpy as np

from warehouse.simulate.behaviour.leanings import Leanings
from warehouse.simulate.catalogue import Catalogue
from warehouse.simulate.columns import Flags, Floats, Ints
from warehouse.simulate.draws import Generator, chance
from warehouse.simulate.journey import Step, rank_in_group, walk
from warehouse.simulate.moments import Moments
from warehouse.simulate.population import Population
from warehouse.simulate.truths import PAIR, PAIRED

SIGN_IN = 0.55
PROMOTION_SEEN, PROMOTION_CLICKED = 0.22, 0.2
LIST_SEEN = 0.45
SEARCHED = 0.35
CART_STARTED = 0.3
MOST_CART_LINES = 4
REMOVED = 0.12
CART_SEEN, CHECKOUT, PAYMENT, ORDERED = 0.85, 0.72, 0.88, 0.86
COUPON = 0.25
ONE_PIECE = 0.75


@dataclass(frozen=True)
class Shopping:
    """Every visit's steps, and the lines put into carts.

    The cart columns have one row per ``add`` step; a cart takes the first products viewed.
    """

    visits: Moments
    steps: dict[str, Step]
    viewed: Ints
    added: Ints
    quantity: Ints
    removed: Flags


def shop(
    visits: Moments,
    population: Population,
    catalogue: Catalogue,
    leanings: Leanings,
    rng: Generator,
) -> Shopping:
    """Walk every visit through the shop."""
    habits = population.habits
    counts = _step_counts(visits, population, leanings.wished, rng)
    steps = walk(visits, counts, habits.milliseconds_between_clicks, rng)
    chosen = catalogue.choose(rng, habits.wealth[steps["view"].moments.person])
    viewed = _with_its_pair(chosen, steps["view"].visit, rng.spawn(1)[0])
    viewed = leanings.seen(viewed, steps["view"].moments.person, catalogue)
    visit = steps["add"].visit
    first_view = np.cumsum(counts["view"]) - counts["view"]
    rank = rank_in_group(visit)
    return Shopping(
        visits=visits,
        steps=steps,
        viewed=viewed,
        added=viewed[first_view[visit] + rank],
        quantity=rng.geometric(ONE_PIECE, visit.size),
        removed=(rank == 0) & (counts["remove"][visit] > 0),
    )


def _with_its_pair(viewed: Ints, visit: Ints, rng: Generator) -> Ints:
    """Let what goes with a thing follow it in a visit, so that they are carted together too."""
    thing, other = PAIR
    goes_on = visit[:-1] == visit[1:]
    follows = (viewed[:-1] == thing) & goes_on & chance(rng, PAIRED, goes_on.size)
    found = viewed.copy()
    found[1:][follows] = other
    return found


def _step_counts(
    visits: Moments, population: Population, wished: Floats, rng: Generator
) -> dict[str, Ints]:
    """How often each visit takes each step; the order of the names is the order of the walk."""
    size = len(visits)
    habits = population.habits

    def maybe(share: float | Floats, among: Flags) -> Flags:
        return among & chance(rng, share, size)

    everyone = np.ones(size, dtype=np.bool_)
    views = rng.poisson(habits.products_per_visit[visits.person])
    promotion = maybe(PROMOTION_SEEN, everyone)
    cart = maybe(CART_STARTED * habits.buying[visits.person], visits.known & (views > 0))
    lines = np.where(cart, np.minimum(rng.integers(1, MOST_CART_LINES + 1, size), views), 0)
    cart_seen = maybe(CART_SEEN, cart)
    checkout = maybe(CHECKOUT, cart_seen)
    payment = maybe(PAYMENT, checkout)
    counts = {
        "enter": everyone,
        "sign in": maybe(SIGN_IN, visits.known),
        "promotion": promotion,
        "promotion click": maybe(PROMOTION_CLICKED, promotion),
        "list": maybe(LIST_SEEN, everyone),
        "search": maybe(SEARCHED, everyone),
        "view": views,
        "wish": maybe(wished, visits.known & (views > 0)),
        "add": lines,
        "remove": maybe(REMOVED, lines > 1),
        "cart": cart_seen,
        "checkout": checkout,
        "coupon": maybe(COUPON, checkout),
        "payment": payment,
        "order": maybe(ORDERED, payment),
    }
    return {name: count.astype(np.int64) for name, count in counts.items()}
