"""Visits -> crashes of the app: few of all of them, many of those after which people stay away."""

import numpy as np

from warehouse.simulate.columns import Floats
from warehouse.simulate.draws import Generator, chance
from warehouse.simulate.moments import Events, Moments
from warehouse.simulate.truths import Crashes
from warehouse.simulate.window import MINUTE, Window

CRASHED_AFTER = 3 * MINUTE


def crash_events(
    visits: Moments, crashes: Crashes | None, window: Window, rng: Generator
) -> Events:
    """Let some visits crash; nobody does anything else for it, and nobody less."""
    share = _shares(visits, crashes, window) if crashes else 0.0
    crashed = visits.take(chance(rng, share, len(visits)))
    return Events("Application Crashed", crashed.later(CRASHED_AFTER))


def _shares(visits: Moments, crashes: Crashes, window: Window) -> Floats:
    """Give how often each visit crashes, by whether its person is seen again in the window."""
    last = np.zeros(visits.person.max(initial=0) + 1, dtype=np.int64)
    np.maximum.at(last, visits.person, visits.at)
    is_last = visits.at == last[visits.person]
    leaves = is_last & (visits.at < window.midnight(np.array(window.days - crashes.silent_days)))
    return np.where(leaves, crashes.before_leaving, crashes.usual)
