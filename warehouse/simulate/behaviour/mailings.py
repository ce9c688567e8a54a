"""Consents -> mailings: who is written to, when, on which channel, in which arm, at what cost."""

from dataclasses import dataclass

import numpy as np

from warehouse.simulate.behaviour.consents import Consents
from warehouse.simulate.columns import Column, Flags, Ints, words
from warehouse.simulate.draws import Generator, between, chance
from warehouse.simulate.moments import Moments, on_server
from warehouse.simulate.population import CHANNELS, Population
from warehouse.simulate.window import DAY, HOUR, MINUTE, Window

# CNY a message, in the order of CHANNELS: e-mail, SMS, push, WeChat official account.
COSTS = (0.004, 0.045, 0.0, 0.01)
STRATEGIES = ("weekly_digest", "new_arrivals", "win_back", "members_day")
ARMS = ("content", "coupon", "social")

FIRST_MAILING, MAILING_EVERY = 2 * DAY, 2 * DAY
MAILED = 0.11
# 10:00 in Shanghai.
SENT_AT, SENT_DURING = 2 * HOUR, 30 * MINUTE
REST_AFTER_SIGN_UP = 1 * DAY


@dataclass(frozen=True)
class Mailings:
    """One row per message; ``properties`` are what every report of it says."""

    moments: Moments
    channel: Ints
    strategy: Ints
    arm: Ints
    properties: dict[str, Column]


def draw_mailings(
    population: Population, consents: Consents, window: Window, rng: Generator
) -> Mailings:
    """Write to some users every other day, on one of the channels open to each of them."""
    mailing_at = np.arange(FIRST_MAILING, window.horizon, MAILING_EVERY) + SENT_AT
    mailed = chance(rng, MAILED, population.users * mailing_at.size)
    person, mailing = np.divmod(np.flatnonzero(mailed), max(mailing_at.size, 1))
    at = mailing_at[mailing] + between(rng, 0, SENT_DURING, person.size)

    allowed: Flags = consents.allow(person, at)
    allowed &= at[:, None] > population.signed_up_at[person, None] + REST_AFTER_SIGN_UP
    channel = np.argmax(rng.random(allowed.shape) * allowed, axis=1)
    reached = np.flatnonzero(allowed.any(axis=1))
    person, mailing, channel, at = (column[reached] for column in (person, mailing, channel, at))
    strategy = mailing % len(STRATEGIES)
    # The same user stays in the same arm of a strategy.
    arm = (person * len(STRATEGIES) + strategy) * 2_654_435_761 % 2**32 % len(ARMS)
    lists = [
        f"L-{window.day(int(sent_at // DAY))}-{channel}"
        for sent_at in mailing_at
        for channel in CHANNELS
    ]
    properties = {
        "channel": words(CHANNELS, channel),
        "list_id": words(lists, mailing * len(CHANNELS) + channel),
        "strategy": words(STRATEGIES, strategy),
        "arm": words(ARMS, arm),
        "cost": np.array(COSTS)[channel],
    }
    return Mailings(on_server(person, at), channel, strategy, arm, properties)
