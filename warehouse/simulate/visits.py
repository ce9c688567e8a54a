"""Population -> visits: spells of use with churn and return, a weekly season, anonymous looks."""

from dataclasses import replace

import numpy as np

from warehouse.simulate.columns import Flags, Ints
from warehouse.simulate.draws import Generator, between, chance, spans
from warehouse.simulate.moments import ORGANIC, Moments, join_moments
from warehouse.simulate.population import DEVICES_PER_PERSON, Population
from warehouse.simulate.window import DAY, MINUTE, Window

# People use the shop for a while, fall silent, and some come back: one entry per spell.
SPELL_MEANS = (40 * DAY, 25 * DAY, 20 * DAY, 20 * DAY)
SILENCE_MEAN = 40 * DAY
RETURN_SHARE = 0.45

LOOKS_BEFORE_SIGN_UP_SHARE = 0.55
LOOK_BEFORE_MEAN = 1 * DAY
VISITOR_RETURN_MEAN = 5 * DAY
SECOND_DEVICE_VISITS = 0.35
AD_VISITS = 0.04


def draw_visits(population: Population, clicks: Moments, window: Window, rng: Generator) -> Moments:
    """Draw the starts of all visits; ``clicks`` on messages are visits too."""
    organic = _organic(population, window, rng)
    looks = _looks(population, window, rng)
    visits = join_moments([looks, population.sign_ups, organic, clicks])
    return visits.take((visits.at >= 0) & (visits.at < window.horizon))


def _organic(population: Population, window: Window, rng: Generator) -> Moments:
    """Visits of users after sign-up, thinned to the season of the week."""
    person, begins, length = _spells(population, window, rng)
    weights = window.weekday_weights
    rate = population.habits.visits_per_day[person] * weights.max()
    visits = rng.poisson(rate * length / DAY)
    person, begins, length = (np.repeat(column, visits) for column in (person, begins, length))
    day = between(rng, begins, begins + length, person.size) // DAY
    kept = chance(rng, weights[np.minimum(day, window.days - 1)] / weights.max(), day.size)
    person, day = person[kept], day[kept]
    at = day * DAY + window.time_of_day(rng, day.size)
    at = np.maximum(at, population.signed_up_at[person] + MINUTE)
    visits = _on_devices(population, person, at, rng)
    from_ad = chance(rng, AD_VISITS, person.size)
    return replace(visits, campaign=np.where(from_ad, population.campaign[person], ORGANIC))


def _spells(population: Population, window: Window, rng: Generator) -> tuple[Ints, Ints, Ints]:
    """Person, begin and length of every spell of use that begins inside the window."""
    person = population.user_rows
    begins = population.signed_up_at[person]
    spells = []
    for mean in SPELL_MEANS:
        length = spans(rng, mean, person.size) + 1
        spells.append((person, begins, np.minimum(length, window.horizon - begins)))
        silence = spans(rng, SILENCE_MEAN, person.size)
        begins = begins + length + silence
        returns = chance(rng, RETURN_SHARE, person.size) & (begins < window.horizon)
        person, begins = person[returns], begins[returns]
    people, starts, lengths = zip(*spells, strict=True)
    return np.concatenate(people), np.concatenate(starts), np.concatenate(lengths)


def _looks(population: Population, window: Window, rng: Generator) -> Moments:
    """Anonymous visits: of users in the days before sign-up, of visitors at any time."""
    users = population.user_rows
    looked = np.flatnonzero(chance(rng, LOOKS_BEFORE_SIGN_UP_SHARE, users.size))
    looked = np.repeat(looked, rng.geometric(0.55, looked.size))
    before = spans(rng, LOOK_BEFORE_MEAN, looked.size) + MINUTE
    visitors = np.arange(population.users, population.size)
    arrival = rng.integers(0, window.horizon, visitors.size)
    returns = rng.geometric(0.5, visitors.size)
    visitors, arrival = np.repeat(visitors, returns), np.repeat(arrival, returns)
    after = spans(rng, VISITOR_RETURN_MEAN, visitors.size)
    person = np.concatenate([looked, visitors])
    at = np.concatenate([population.signed_up_at[looked] - before, arrival + after])
    visits = _on_devices(population, person, at, rng)
    return replace(visits, campaign=population.campaign[person])


def _on_devices(population: Population, person: Ints, at: Ints, rng: Generator) -> Moments:
    """Choose the device of each visit; a device not signed in yet leaves the visit anonymous."""
    second: Flags = population.devices.has_second[person] & chance(
        rng, SECOND_DEVICE_VISITS, person.size
    )
    device = person * DEVICES_PER_PERSON + second
    return Moments(
        person=person,
        at=at,
        device=device,
        campaign=np.full(person.size, ORGANIC),
        known=at >= population.devices.known_from[device],
    )
