"""Visits -> what users spread: shares, invitations, content, likes, comments, reviews."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from warehouse.simulate.catalogue import Catalogue
from warehouse.simulate.columns import words
from warehouse.simulate.draws import Generator, chance, hex_ids, pick
from warehouse.simulate.moments import Events, Moments
from warehouse.simulate.population import Population
from warehouse.simulate.window import MINUTE, SECOND

# Shares of the visits of a person of ordinary sociability, and when in the visit it happens.
SHARED, SHARED_AFTER = 0.03, 40 * SECOND
INVITED, INVITED_AFTER = 0.015, 70 * SECOND
PUBLISHED, PUBLISHED_AFTER = 0.012, 3 * MINUTE
LIKED, LIKED_AFTER = 0.08, 50 * SECOND
COMMENTED, COMMENTED_AFTER = 0.03, 90 * SECOND
REVIEWED, REVIEWED_AFTER = 0.015, 2 * MINUTE

NETWORKS = ("wechat", "weibo", "link")
NETWORK_WEIGHTS = (6, 1, 3)
STAR_WEIGHTS = (1, 1, 2, 6, 10)


def sharing_events(
    visits: Moments, population: Population, catalogue: Catalogue, rng: Generator
) -> Iterator[Events]:
    """Let sociable people spread the word; only content that exists is liked or commented."""
    at_home = visits.take(visits.known)
    sociable = population.habits.sociable[at_home.person]

    def some_visits(share: float, after: int) -> Moments:
        return at_home.take(chance(rng, share * sociable, len(at_home))).later(after)

    shared = some_visits(SHARED, SHARED_AFTER)
    product = _products(shared, population, catalogue, rng)
    yield Events("Product Shared", shared, {"product_id": product, "via": _networks(shared, rng)})
    invited = some_visits(INVITED, INVITED_AFTER)
    yield Events("Invite Sent", invited, {"channel": _networks(invited, rng)})
    reviewed = some_visits(REVIEWED, REVIEWED_AFTER)
    review = {
        "product_id": _products(reviewed, population, catalogue, rng),
        "rating": pick(rng, STAR_WEIGHTS, len(reviewed)) + 1,
    }
    yield Events("Product Reviewed", reviewed, review)

    published = some_visits(PUBLISHED, PUBLISHED_AFTER)
    content_id = hex_ids(rng, len(published), prefix="post-")
    yield Events("Content Published", published, {"content_id": content_id})
    liked = some_visits(LIKED, LIKED_AFTER)
    yield _reactions("Content Liked", liked, published, content_id, rng)
    commented = some_visits(COMMENTED, COMMENTED_AFTER)
    yield _reactions("Content Commented", commented, published, content_id, rng)


def _reactions(
    name: str, readers: Moments, published: Moments, content_id: pa.StringArray, rng: Generator
) -> Events:
    """React to something already published; what is newer is read more."""
    by_time = np.argsort(published.at, kind="stable")
    readable = np.searchsorted(published.at[by_time], readers.at)
    age = (rng.random(len(readers)) ** 2 * readable).astype(np.int64)
    has_any = readable > 0
    chosen = by_time[(readable - 1 - age)[has_any]]
    content = {"content_id": content_id.take(pa.array(chosen))}
    return Events(name, readers.take(has_any), content)


def _products(
    moments: Moments, population: Population, catalogue: Catalogue, rng: Generator
) -> pa.StringArray:
    return catalogue.name(catalogue.choose(rng, population.habits.wealth[moments.person]))


def _networks(moments: Moments, rng: Generator) -> pa.StringArray:
    return words(NETWORKS, pick(rng, NETWORK_WEIGHTS, len(moments)))
