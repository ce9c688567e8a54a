"""People, truths -> what is planted in how they shop: at which hours, for what, how they wish."""

from dataclasses import dataclass, replace

import numpy as np

from warehouse.simulate.catalogue import CATEGORIES, Catalogue
from warehouse.simulate.columns import Flags, Floats, Ints
from warehouse.simulate.draws import Generator, between, some
from warehouse.simulate.moments import Moments
from warehouse.simulate.places import CRM
from warehouse.simulate.population import Population
from warehouse.simulate.truths import NightOwls, Release, Truths
from warehouse.simulate.window import DAY, HOUR, Window

WISHED = 0.05
NIGHT_BEGINS, NIGHT_ENDS = 23 * HOUR, 28 * HOUR


@dataclass(frozen=True)
class Leanings:
    """How likely each visit is to wish for something, and who of the people is a night owl."""

    wished: Floats
    is_owl: Flags
    category: int

    def seen(self, product: Ints, person: Ints, catalogue: Catalogue) -> Ints:
        """Give what people look at in place of each product: owls its like of their category."""
        own = np.flatnonzero(catalogue.category == self.category)
        like = own[product * own.size // catalogue.category.size]
        return np.where(self.is_owl[person], like, product)


def draw_owls(population: Population, owls: NightOwls | None, rng: Generator) -> Flags:
    """Say of each of the people whether they are a night owl."""
    if owls is None:
        return np.zeros(population.size, dtype=np.bool_)
    return np.isin(np.arange(population.size), some(rng, population.user_rows, owls.share))


def at_night(
    visits: Moments, is_owl: Flags, population: Population, window: Window, rng: Generator
) -> Moments:
    """Move what owls do into the night after, but for sign-ups and answers to messages."""
    person = visits.person
    moved = (
        is_owl[person] & (visits.at > population.signed_up_at[person]) & (visits.campaign != CRM)
    )
    day = (visits.at - window.midnight(np.array(0))) // DAY
    night = window.midnight(day) + between(rng, NIGHT_BEGINS, NIGHT_ENDS, len(visits))
    return replace(visits, at=np.where(moved, night, visits.at))


def lean(visits: Moments, is_owl: Flags, truths: Truths, window: Window) -> Leanings:
    """Put together what the visits of these people are like."""
    category = CATEGORIES.index(truths.owls.category) if truths.owls else 0
    return Leanings(_wished(visits, truths.release, window), is_owl, category)


def _wished(visits: Moments, release: Release | None, window: Window) -> Floats:
    if release is None:
        return np.full(len(visits), WISHED)
    released_at = window.midnight(np.array(release.first_day(window)))
    return np.where(visits.at >= released_at, WISHED * release.ratio, WISHED)
