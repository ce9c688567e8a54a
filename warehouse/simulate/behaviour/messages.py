"""Consents -> messages: sent, delivered or failed, opened, clicked; a click begins a visit."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from warehouse.simulate.behaviour.accounts import Consents
from warehouse.simulate.columns import Ints, words
from warehouse.simulate.draws import Generator, between, chance, spans
from warehouse.simulate.moments import Events, Moments, on_server
from warehouse.simulate.places import CRM
from warehouse.simulate.population import CHANNELS, DEVICES_PER_PERSON, Population
from warehouse.simulate.window import DAY, HOUR, MINUTE, SECOND, Window


class ChannelHabits(NamedTuple):
    """What a message costs (CNY), how often it fails, how often it is opened."""

    cost: float
    failed: float
    opened: float


# In the order of CHANNELS: e-mail, SMS, push, WeChat official account.
CHANNEL_HABITS = (
    ChannelHabits(cost=0.004, failed=0.03, opened=0.24),
    ChannelHabits(cost=0.045, failed=0.02, opened=0.45),
    ChannelHabits(cost=0.0, failed=0.06, opened=0.12),
    ChannelHabits(cost=0.01, failed=0.01, opened=0.33),
)
STRATEGIES = ("weekly_digest", "new_arrivals", "win_back", "members_day")
# Arms are opened more and less often: there is something to find for an experiment.
ARMS = ("content", "coupon", "social")
OPENED_BY_ARM = (1.0, 1.25, 0.85)
CLICKED = 0.22

FIRST_MAILING, MAILING_EVERY = 2 * DAY, 2 * DAY
MAILED = 0.11
# 10:00 in Shanghai.
SENT_AT, SENT_DURING = 2 * HOUR, 30 * MINUTE
REST_AFTER_SIGN_UP = 1 * DAY
OPENED_AFTER = 4 * HOUR


@dataclass(frozen=True)
class Messages:
    """Everything that became of the messages, and the clicks that begin a visit."""

    events: list[Events]
    clicks: Moments


def draw_messages(
    population: Population, consents: Consents, window: Window, rng: Generator
) -> Messages:
    """Send the mailings and let people react; nothing goes to a channel without consent."""
    sent, channel, arm = _send(population, consents, window, rng)
    size = len(sent)
    failed_share = np.array([habits.failed for habits in CHANNEL_HABITS])[channel]
    opened_share = np.array([habits.opened for habits in CHANNEL_HABITS])[channel]

    failed = chance(rng, failed_share, size)
    opened = ~failed & chance(rng, opened_share * np.array(OPENED_BY_ARM)[arm], size)
    clicked = opened & chance(rng, CLICKED, size)
    delivery = between(rng, SECOND, MINUTE, size)
    opening = delivery + SECOND + spans(rng, OPENED_AFTER, size)
    click = opening + between(rng, 2 * SECOND, MINUTE, size)

    fates = (
        ("Message Failed", failed, delivery),
        ("Message Delivered", ~failed, delivery),
        ("Message Opened", opened, opening),
        ("Message Clicked", clicked, click),
    )
    events = [
        replace(sent, name=name, moments=sent.moments.later(after)).where(kept)
        for name, kept, after in fates
    ]
    return Messages([sent, *events], _visits_from(events[-1].moments))


def _send(
    population: Population, consents: Consents, window: Window, rng: Generator
) -> tuple[Events, Ints, Ints]:
    """Choose who gets each mailing, on which of the channels they agreed to, and in which arm."""
    mailing_at = np.arange(FIRST_MAILING, window.horizon, MAILING_EVERY) + SENT_AT
    mailed = chance(rng, MAILED, population.users * mailing_at.size)
    person, mailing = np.divmod(np.flatnonzero(mailed), max(mailing_at.size, 1))
    at = mailing_at[mailing] + between(rng, 0, SENT_DURING, person.size)

    allowed = consents.granted[person] & (at[:, None] < consents.withdrawn_at[person])
    allowed &= at[:, None] > population.signed_up_at[person, None] + REST_AFTER_SIGN_UP
    allowed &= at[:, None] < population.erased_at[person, None]
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
        "cost": np.array([habits.cost for habits in CHANNEL_HABITS])[channel],
    }
    return Events("Message Sent", on_server(person, at), properties), channel, arm


def _visits_from(clicks: Moments) -> Moments:
    """Open the shop after a click, on the first device, signed in."""
    return replace(
        clicks.later(SECOND),
        device=clicks.person * DEVICES_PER_PERSON,
        campaign=np.full(len(clicks), CRM),
    )
