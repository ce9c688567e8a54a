"""Mailings -> what becomes of each message; a click begins a visit, a no ends the mails.

Every message is reported by the ``Message`` names. The senders of some mails and of all that goes
to phones report by the published names beside them, as do all of what came back or was answered.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from warehouse.simulate.behaviour.consents import Consents
from warehouse.simulate.behaviour.mailings import Mailings, draw_mailings
from warehouse.simulate.columns import Column, Flags, Ints, take_columns
from warehouse.simulate.draws import Generator, between, chance, some, spans
from warehouse.simulate.moments import Events, Moments
from warehouse.simulate.places import CRM
from warehouse.simulate.population import CHANNELS, DEVICES_PER_PERSON, EMAIL, Population
from warehouse.simulate.truths import OPENED_BY_ARM
from warehouse.simulate.window import HOUR, MINUTE, NEVER, SECOND, Window

# In the order of CHANNELS: e-mail, SMS, push, WeChat official account.
FAILED = (0.03, 0.02, 0.06, 0.01)
OPENED = (0.24, 0.45, 0.12, 0.33)
CLICKED = 0.22
OPENED_AFTER = 4 * HOUR
BOUNCED_FOR_GOOD = 0.4
UNSUBSCRIBED, MARKED_AS_SPAM = 0.03, 0.02

PUSH = CHANNELS.index("push")

REPORTS = {
    "sent": "Message Sent",
    "failed": "Message Failed",
    "delivered": "Message Delivered",
    "opened": "Message Opened",
    "clicked": "Message Clicked",
}
SENDER_REPORTS = {
    ("email", "delivered"): "Email Delivered",
    ("email", "opened"): "Email Opened",
    ("email", "clicked"): "Email Link Clicked",
    ("sms", "delivered"): "SMS Delivered",
    ("sms", "clicked"): "SMS Link Clicked",
    ("push", "delivered"): "Push Notification Received",
    ("push", "clicked"): "Push Notification Tapped",
}
ANSWERS: dict[str, tuple[str, dict[str, Column]]] = {
    "came back": ("Email Bounced", {"type": "hard"}),
    "came back for now": ("Email Bounced", {"type": "soft"}),
    "unsubscribed": ("Unsubscribed", {}),
    "marked as spam": ("Email Marked as Spam", {}),
    "did not reach a phone": ("Push Notification Bounced", {}),
}
LAST_ANSWERS = ("came back", "unsubscribed", "marked as spam")


@dataclass(frozen=True)
class Fate:
    """Which messages it befell, and how many milliseconds after they were sent."""

    befell: Flags
    after: Ints


@dataclass(frozen=True)
class Messages:
    """Everything that became of the messages, and the clicks that begin a visit."""

    events: list[Events]
    clicks: Moments


def draw_messages(
    population: Population, consents: Consents, window: Window, rng: Generator
) -> Messages:
    """Send the mailings and let people react; nothing goes to a channel without consent."""
    mailings = draw_mailings(population, consents, window, rng)
    fates = _fates(mailings, rng)
    fates |= _answers(mailings, fates, rng)
    kept = _until_the_last_answer(mailings, fates, population)
    fates = {name: replace(fate, befell=fate.befell & kept) for name, fate in fates.items()}
    events = list(_reports(mailings, fates))
    return Messages(events, _visits_from(_moments(mailings, fates["clicked"])))


def _fates(mailings: Mailings, rng: Generator) -> dict[str, Fate]:
    """Let messages fail or arrive, be opened and clicked."""
    size = len(mailings.moments)
    failed = chance(rng, np.array(FAILED)[mailings.channel], size)
    appeal = np.array(OPENED)[mailings.channel] * np.array(OPENED_BY_ARM)[mailings.arm]
    opened = ~failed & chance(rng, appeal, size)
    clicked = opened & chance(rng, CLICKED, size)
    delivery = between(rng, SECOND, MINUTE, size)
    opening = delivery + SECOND + spans(rng, OPENED_AFTER, size)
    return {
        "sent": Fate(np.ones(size, np.bool_), np.zeros(size, np.int64)),
        "failed": Fate(failed, delivery),
        "delivered": Fate(~failed, delivery),
        "opened": Fate(opened, opening),
        "clicked": Fate(clicked, opening + between(rng, 2 * SECOND, MINUTE, size)),
    }


def _answers(mailings: Mailings, fates: dict[str, Fate], rng: Generator) -> dict[str, Fate]:
    """Let mails and pushes come back, and readers of mails say no."""
    is_mail = mailings.channel == EMAIL
    failed, opened = fates["failed"], fates["opened"]
    back = np.flatnonzero(is_mail & failed.befell)
    for_good = some(rng, back, BOUNCED_FOR_GOOD)
    readers = np.flatnonzero(is_mail & opened.befell)
    unsubscribed = some(rng, readers, UNSUBSCRIBED)
    spam = some(rng, np.setdiff1d(readers, unsubscribed), MARKED_AS_SPAM)

    def among(rows: Ints, after: Ints) -> Fate:
        return Fate(np.isin(np.arange(is_mail.size), rows), after)

    reading = opened.after + MINUTE
    return {
        "came back": among(for_good, failed.after),
        "came back for now": among(np.setdiff1d(back, for_good), failed.after),
        "unsubscribed": among(unsubscribed, reading),
        "marked as spam": among(spam, reading),
        "did not reach a phone": Fate(failed.befell & (mailings.channel == PUSH), failed.after),
    }


def _until_the_last_answer(
    mailings: Mailings, fates: dict[str, Fate], population: Population
) -> Flags:
    """Keep the messages sent before a mailbox, whoever's it is, was closed by an answer."""
    closed = np.full(population.users, NEVER)
    for name in LAST_ANSWERS:
        moments = _moments(mailings, fates[name])
        np.minimum.at(closed, moments.person, moments.at)
    closed = population.of_mailboxes(closed)[mailings.moments.person]
    return (mailings.channel != EMAIL) | (mailings.moments.at < closed)


def _reports(mailings: Mailings, fates: dict[str, Fate]) -> Iterator[Events]:
    """Name everything by our names, the sender's and those of answers."""
    campaign = {
        "campaign_id": mailings.properties["list_id"],
        "campaign_name": mailings.properties["strategy"],
    }
    of_sender = (mailings.channel != EMAIL) | (mailings.strategy % 2 == 1)
    for fate, name in REPORTS.items():
        yield _events(mailings, name, fates[fate], mailings.properties)
    for (channel, fate), name in SENDER_REPORTS.items():
        told = (mailings.channel == CHANNELS.index(channel)) & of_sender
        befell = replace(fates[fate], befell=fates[fate].befell & told)
        yield _events(mailings, name, befell, campaign)
    for fate, (name, properties) in ANSWERS.items():
        yield _events(mailings, name, fates[fate], {**campaign, **properties})


def _events(mailings: Mailings, name: str, fate: Fate, properties: dict[str, Column]) -> Events:
    rows = np.flatnonzero(fate.befell)
    return Events(name, _moments(mailings, fate), take_columns(properties, rows))


def _moments(mailings: Mailings, fate: Fate) -> Moments:
    """When it befell those it befell."""
    return mailings.moments.later(fate.after).take(fate.befell)


def _visits_from(clicks: Moments) -> Moments:
    """Open the shop after a click, on the first device, signed in."""
    return replace(
        clicks.later(SECOND),
        device=clicks.person * DEVICES_PER_PERSON,
        campaign=np.full(len(clicks), CRM),
    )
