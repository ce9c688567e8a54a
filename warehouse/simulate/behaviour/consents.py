"""Population -> what people say about being contacted: yes, later, nothing, no, no in other words.

A no binds everybody who shares the address it is about, and the made-up shop keeps to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from warehouse.simulate.columns import Column, Flags, Ints, words
from warehouse.simulate.draws import Generator, allot, between, chance, some
from warehouse.simulate.moments import Events, Moments, on_server
from warehouse.simulate.population import CHANNELS, DEVICES_PER_PERSON, EMAIL, Population
from warehouse.simulate.window import DAY, MINUTE, NEVER, SECOND, Window

# Asked at sign-up, asked some days later, never asked, asked at sign-up and wants nothing.
AT_SIGN_UP, LATER, NEVER_ASKED, REFUSES = range(4)
MANNERS = (0.8, 0.07, 0.09, 0.04)
ASKED_AFTER, ASKED_LATEST = 3 * SECOND, 20 * DAY
GRANTED = 0.85
WITHDRAWN = 0.05


class Refusal(NamedTuple):
    """One way to say no: how it spells each channel (None: it names none), and with which word."""

    channels: tuple[str, ...] | None = CHANNELS
    granted: str | None = None
    is_of_all: bool = False


REFUSALS = (
    Refusal(),
    Refusal(granted="no"),
    Refusal(tuple(channel.title() for channel in CHANNELS)),
    Refusal(tuple(channel.upper() for channel in CHANNELS)),
    Refusal(("all",) * len(CHANNELS), is_of_all=True),
    Refusal(None, is_of_all=True),
)
REFUSAL_WEIGHTS = (8, 1, 2, 1, 2, 1)


@dataclass(frozen=True)
class Refused:
    """Every no: who said it about which channel, in which way, and when."""

    person: Ints
    channel: Ints
    way: Ints
    at: Ints


@dataclass(frozen=True)
class Consents:
    """When each channel of each user was opened, and from when on the shop keeps away from it."""

    granted_at: Ints
    closed_at: Ints
    refused: Refused

    def allow(self, person: Ints, at: Ints) -> Flags:
        """Say by rows and channels where a message may go."""
        return (self.granted_at[person] < at[:, None]) & (at[:, None] < self.closed_at[person])


def draw_consents(population: Population, window: Window, rng: Generator) -> Consents:
    """Ask people for each channel they can be reached on; few change their mind later."""
    users = population.users
    manner = allot(rng, MANNERS, users)
    later = between(rng, MINUTE, ASKED_LATEST, users)
    asked_at = population.signed_up_at[:users] + np.where(manner == LATER, later, ASKED_AFTER)
    asked = population.has_contact[:users] & (manner != NEVER_ASKED)[:, None]
    agrees = chance(rng, GRANTED, asked.size).reshape(asked.shape)
    granted = asked & agrees & (manner != REFUSES)[:, None]
    refused = _refusals(asked & ~granted, granted, asked_at, window, rng)
    return Consents(
        granted_at=np.where(granted, asked_at[:, None], NEVER),
        closed_at=_closed(refused, population),
        refused=refused,
    )


def consent_events(consents: Consents) -> Iterator[Events]:
    """Name every yes and every no."""
    person, channel = np.nonzero(consents.granted_at < NEVER)
    granted_at = consents.granted_at[person, channel]
    yield _change(person, granted_at, words(CHANNELS, channel), np.ones(person.size, np.bool_))
    refused = consents.refused
    for number, refusal in enumerate(REFUSALS):
        rows = np.flatnonzero(refused.way == number)
        person, channel = refused.person[rows], refused.channel[rows]
        spelled = words(refusal.channels, channel) if refusal.channels else None
        yield _change(
            person, refused.at[rows], spelled, refusal.granted or np.zeros(rows.size, np.bool_)
        )


def _refusals(
    at_once: Flags, granted: Flags, asked_at: Ints, window: Window, rng: Generator
) -> Refused:
    """Unticked boxes say no plainly; a grant is withdrawn in any of the ways there are."""
    person, channel = np.nonzero(at_once)
    taken_from, taken = np.nonzero(granted)
    rows = some(rng, np.arange(taken.size), WITHDRAWN)
    taken_from, taken = taken_from[rows], taken[rows]
    earliest = asked_at[taken_from] + MINUTE
    at = between(rng, earliest, np.maximum(window.horizon, earliest), rows.size)
    return Refused(
        person=np.concatenate([person, taken_from]),
        channel=np.concatenate([channel, taken]),
        way=np.concatenate([np.zeros_like(person), allot(rng, REFUSAL_WEIGHTS, rows.size)]),
        at=np.concatenate([asked_at[person], at]),
    )


def _closed(refused: Refused, population: Population) -> Ints:
    """Find the first no to each channel, an erased account's and a shared mailbox's included."""
    users = population.user_rows
    closed = np.repeat(population.erased_at[users, None], len(CHANNELS), axis=1)
    np.minimum.at(closed, (refused.person, refused.channel), refused.at)
    of_all = np.array([refusal.is_of_all for refusal in REFUSALS])[refused.way]
    np.minimum.at(closed, refused.person[of_all], refused.at[of_all, None])
    closed[:, EMAIL] = population.of_mailboxes(closed[:, EMAIL])
    return closed


def _change(person: Ints, at: Ints, channel: Column | None, granted: Column) -> Events:
    named: dict[str, Column] = {} if channel is None else {"channel": channel}
    return Events("Consent Changed", _on_first_device(person, at), {**named, "granted": granted})


def _on_first_device(person: Ints, at: Ints) -> Moments:
    return replace(on_server(person, at), device=person * DEVICES_PER_PERSON)
