"""Visits and how often each step is taken -> when each step happens: the clock inside a visit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from warehouse.simulate.columns import Floats, Ints
from warehouse.simulate.draws import Generator
from warehouse.simulate.moments import Moments
from warehouse.simulate.window import SECOND

SHORTEST_GAP = SECOND


@dataclass(frozen=True)
class Step:
    """All occurrences of one step, visit by visit; ``visit`` is the row of the visit."""

    visit: Ints
    moments: Moments


def walk(
    visits: Moments,
    counts: Mapping[str, Ints],
    milliseconds_between_clicks: Floats,
    rng: Generator,
) -> dict[str, Step]:
    """Lay the steps of every visit one after another, in the order ``counts`` names them."""
    shape = np.stack(list(counts.values()), axis=1)
    totals = shape.sum(axis=1)
    visit = np.repeat(np.arange(len(visits)), totals)
    step = np.repeat(np.tile(np.arange(len(counts)), len(visits)), shape.ravel())
    gaps = rng.exponential(1.0, visit.size) * milliseconds_between_clicks[visits.person[visit]]
    clock = np.cumsum(gaps.astype(np.int64) + SHORTEST_GAP)
    # A visit's first step happens at its start, whatever the running clock says there.
    first = np.cumsum(totals) - totals
    elapsed = clock - clock[np.minimum(first, visit.size - 1)][visit]
    steps = {}
    for number, name in enumerate(counts):
        rows = np.flatnonzero(step == number)
        moments = visits.take(visit[rows])
        steps[name] = Step(visit[rows], replace(moments, at=moments.at + elapsed[rows]))
    return steps


def rank_in_group(group: Ints) -> Ints:
    """Count from 0 within each group; rows of a group must lie together."""
    if not group.size:
        return group
    begins = np.flatnonzero(np.diff(group, prepend=group[0] - 1))
    lengths = np.diff(begins, append=group.size)
    return np.arange(group.size) - np.repeat(begins, lengths)
