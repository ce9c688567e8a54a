"""People, truths -> when each of them is away: who is away does nothing of their own accord."""

from dataclasses import dataclass

import numpy as np

from warehouse.simulate.columns import Flags, Ints
from warehouse.simulate.draws import Generator, some
from warehouse.simulate.moments import Moments
from warehouse.simulate.places import CAMPAIGNS
from warehouse.simulate.population import Population
from warehouse.simulate.truths import Fall, Truths
from warehouse.simulate.window import NEVER, Window


@dataclass(frozen=True)
class Absence:
    """The first instant at which each person is away (NEVER: none), and when all are back."""

    begins: Ints
    ends: int


@dataclass(frozen=True)
class Presence:
    """All absences of the people of a block."""

    absences: tuple[Absence, ...] = ()

    def of(self, person: Ints, at: Ints) -> Flags:
        """Say whether these people are there at these instants."""
        there = np.ones(person.size, dtype=np.bool_)
        for absence in self.absences:
            there &= (at < absence.begins[person]) | (at >= absence.ends)
        return there

    def keep(self, moments: Moments) -> Moments:
        """Keep the moments that find their person there."""
        return moments.take(self.of(moments.person, moments.at))

    def without(self, leavers: Ints, left_at: Ints | int, people: int) -> "Presence":
        """Let some people, named once each, be gone for good from an instant of theirs on."""
        begins = np.full(people, NEVER)
        begins[leavers] = left_at
        return Presence((*self.absences, Absence(begins, NEVER)))


def draw_presence(
    visits: Moments, population: Population, truths: Truths, window: Window, rng: Generator
) -> Presence:
    """Let what is planted keep people away; ``visits`` are those they would make."""
    presence = Presence()
    if truths.fall:
        presence = Presence((_fall(population, truths.fall, window, rng),))
    if truths.spend:
        gone = some(rng, _brought_by(truths.spend.source, population), truths.spend.leaving)
        presence = presence.without(gone, population.signed_up_at[gone] + 1, population.size)
    if truths.incident:
        ends = truths.incident.ends(window)
        made = presence.keep(visits)
        met = made.person[(made.at >= truths.incident.begins(window)) & (made.at < ends)]
        gone = some(rng, np.unique(met), truths.incident.leaving)
        presence = presence.without(gone, ends, population.size)
    return presence


def _fall(population: Population, fall: Fall, window: Window, rng: Generator) -> Absence:
    """Let a share more of the users stay away from each week on; who is new still signs up."""
    mondays = window.midnight(fall.first_day(window) + 7 * np.arange(fall.weeks + 1))
    left = (1 - fall.share) ** (1 + np.arange(fall.weeks))
    first_week = (rng.random(population.users) < left[:, None]).sum(axis=0)
    signed_up_at = population.signed_up_at[: population.users]
    begins = np.full(population.size, NEVER)
    begins[: population.users] = np.where(
        first_week < fall.weeks, np.maximum(mondays[first_week], signed_up_at + 1), NEVER
    )
    return Absence(begins, int(mondays[-1]))


def _brought_by(source: str, population: Population) -> Ints:
    """Find the users whose first visit was of a campaign of this source."""
    sources = np.array([campaign.source for campaign in CAMPAIGNS])
    return np.flatnonzero(sources[population.campaign[: population.users]] == source)
