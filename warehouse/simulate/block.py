"""One block of people -> everything they do, in memory; blocks know nothing of one another."""

from dataclasses import dataclass

from warehouse.simulate.behaviour.accounts import account_events
from warehouse.simulate.behaviour.basket import fill_baskets
from warehouse.simulate.behaviour.benefits import benefit_events
from warehouse.simulate.behaviour.browsing import browsing_events
from warehouse.simulate.behaviour.consents import consent_events, draw_consents
from warehouse.simulate.behaviour.crashes import crash_events
from warehouse.simulate.behaviour.leanings import at_night, draw_owls, lean
from warehouse.simulate.behaviour.lottery import (
    draw_entries,
    lottery_events,
    without_those_who_came_for_it,
)
from warehouse.simulate.behaviour.loyalty import loyalty_events
from warehouse.simulate.behaviour.messages import draw_messages
from warehouse.simulate.behaviour.opinions import opinion_events
from warehouse.simulate.behaviour.ordering import complete_orders, ordering_events
from warehouse.simulate.behaviour.presence import draw_presence
from warehouse.simulate.behaviour.profiles import profile_events
from warehouse.simulate.behaviour.returns import return_events
from warehouse.simulate.behaviour.sharing import sharing_events
from warehouse.simulate.behaviour.shopping import shop
from warehouse.simulate.catalogue import Catalogue
from warehouse.simulate.draws import Generator
from warehouse.simulate.moments import Events
from warehouse.simulate.population import Population, draw_population
from warehouse.simulate.truths import Truths
from warehouse.simulate.visits import draw_visits
from warehouse.simulate.window import Window


@dataclass(frozen=True)
class Block:
    """People and their events, each inside the window and before its user's erasure.

    ``crashes`` are apart: lines of theirs move no other line.
    """

    population: Population
    events: list[Events]
    crashes: Events


def draw_block(
    *,
    first_number: int,
    users: int,
    window: Window,
    catalogue: Catalogue,
    truths: Truths,
    rng: Generator,
    planted_rng: Generator,
    crash_rng: Generator,
) -> Block:
    """Simulate the users numbered from ``first_number`` on.

    What is planted is drawn from ``planted_rng``: without it the shop is what it would be.
    """
    population = draw_population(first_number=first_number, users=users, window=window, rng=rng)
    consents = draw_consents(population, window, rng)
    messages = draw_messages(population, consents, window, rng)
    visits = draw_visits(population, messages.clicks, window, rng)
    is_owl = draw_owls(population, truths.owls, planted_rng)
    visits = at_night(visits, is_owl, population, window, planted_rng)
    presence = draw_presence(visits, population, truths, window, planted_rng)
    entries = draw_entries(presence.keep(visits), truths.reward, window, planted_rng)
    presence = without_those_who_came_for_it(
        presence, entries, truths.reward, window, population.size, planted_rng
    )
    visits = presence.keep(visits)
    shopping = shop(visits, population, catalogue, lean(visits, is_owl, truths, window), rng)
    baskets = fill_baskets(shopping, catalogue, rng)
    orders = complete_orders(shopping, baskets)
    events = [
        *account_events(population, rng),
        *consent_events(consents),
        *profile_events(population, window, rng),
        *messages.events,
        *browsing_events(shopping, population, catalogue, rng),
        *ordering_events(shopping, baskets, orders, rng),
        benefit_events(orders, planted_rng),
        *return_events(orders, rng),
        *loyalty_events(visits, orders, population, presence, window, rng),
        lottery_events(entries),
        *sharing_events(visits, population, catalogue, rng),
        *opinion_events(visits, rng),
    ]
    crashes = crash_events(visits, truths.crashes, window, crash_rng)
    return Block(
        population,
        [_possible(each, population, window) for each in events],
        _possible(crashes, population, window),
    )


def _possible(events: Events, population: Population, window: Window) -> Events:
    """Keep what happens inside the window and not after its user was erased."""
    at = events.moments.at
    in_window = (at >= 0) & (at < window.horizon)
    return events.where(in_window & (at <= population.erased_at[events.moments.person]))
