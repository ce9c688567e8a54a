"""Visits, a reward -> who takes part while it lasts, and who goes when it ends."""

import numpy as np

from warehouse.simulate.behaviour.presence import Presence
from warehouse.simulate.draws import Generator, chance, some
from warehouse.simulate.moments import Events, Moments
from warehouse.simulate.truths import Reward
from warehouse.simulate.window import MINUTE, Window

ENTERED_AFTER = 1 * MINUTE


def draw_entries(visits: Moments, reward: Reward | None, window: Window, rng: Generator) -> Moments:
    """Let some known visits of its days enter the lottery."""
    if reward is None:
        return visits.take(np.zeros(len(visits), dtype=np.bool_))
    begins, ends = _span(reward, window)
    is_open = visits.known & (visits.at >= begins) & (visits.at < ends - ENTERED_AFTER)
    entered = chance(rng, reward.entered, len(visits))
    return visits.take(is_open & entered).later(ENTERED_AFTER)


def without_those_who_came_for_it(
    presence: Presence,
    entries: Moments,
    reward: Reward | None,
    window: Window,
    people: int,
    rng: Generator,
) -> Presence:
    """Let a share of those who took part be gone from its end on."""
    if reward is None:
        return presence
    leavers = some(rng, np.unique(entries.person), reward.leaving)
    return presence.without(leavers, _span(reward, window)[1], people)


def lottery_events(entries: Moments) -> Events:
    """Name the entries."""
    return Events("Lottery Entered", entries)


def _span(reward: Reward, window: Window) -> tuple[int, int]:
    """Give its first instant and the first after it."""
    days = np.array([reward.first_day(window), reward.last_day(window) + 1])
    begins, ends = window.midnight(days).tolist()
    return begins, ends
