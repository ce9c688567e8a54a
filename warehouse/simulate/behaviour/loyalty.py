"""Visits, orders -> check-ins and tasks, and the points and levels they and orders earn."""

from collections.abc import Iterator

import numpy as np

from warehouse.simulate.behaviour.ordering import Orders
from warehouse.simulate.behaviour.points import (
    CHECK_IN,
    ORDER,
    SIGN_UP,
    TASK,
    Earned,
    join_earned,
    level_events,
    point_events,
)
from warehouse.simulate.behaviour.presence import Presence
from warehouse.simulate.columns import words
from warehouse.simulate.draws import Generator, chance, pick, some, spans
from warehouse.simulate.moments import Events, Moments, join_moments
from warehouse.simulate.population import Population
from warehouse.simulate.window import DAY, HOUR, SECOND, Window

CHECKED_IN = 0.16
CHECKED_IN_AFTER = 5 * SECOND
NEWCOMER_TASK_DONE = 0.6
NEWCOMER_TASK_AFTER = 12 * HOUR
VISIT_WITH_TASK = 0.03
TASKS = ("complete_profile", "first_favourite", "follow_wechat", "invite_a_friend", "write_review")
NEWCOMER_TASK_WEIGHTS = (3, 2, 2, 0, 0)
VISIT_TASK_WEIGHTS = (0, 0, 0, 1, 2)

SIGN_UP_POINTS, CHECK_IN_POINTS, TASK_POINTS = 100, 5, 20
YUAN_CENTS_PER_POINT = 100


def loyalty_events(
    visits: Moments,
    orders: Orders,
    population: Population,
    presence: Presence,
    window: Window,
    rng: Generator,
) -> Iterator[Events]:
    """Name what earns points, then everything that becomes of the points."""
    at_home = visits.take(visits.known)
    check_ins = _check_ins(at_home, rng)
    tasks = _tasks(at_home, population.sign_ups, presence, rng)
    yield Events("Checked In", check_ins)
    yield tasks
    earned = join_earned(
        [
            _flat(population.sign_ups, SIGN_UP_POINTS, SIGN_UP),
            _flat(check_ins, CHECK_IN_POINTS, CHECK_IN),
            _flat(tasks.moments, TASK_POINTS, TASK),
            Earned(
                person=orders.moments.person,
                at=orders.moments.at + SECOND,
                points=orders.baskets.yuan_cents // YUAN_CENTS_PER_POINT + 1,
                reason=np.full(len(orders.moments), ORDER),
            ),
        ],
        window,
    )
    yield from point_events(earned, presence, window, rng)
    yield from level_events(earned)


def _check_ins(visits: Moments, rng: Generator) -> Moments:
    """At most one check-in a user and day."""
    chosen = visits.take(some(rng, np.arange(len(visits)), CHECKED_IN))
    _, first = np.unique(np.stack([chosen.person, chosen.at // DAY]), axis=1, return_index=True)
    return chosen.take(first).later(CHECKED_IN_AFTER)


def _tasks(visits: Moments, sign_ups: Moments, presence: Presence, rng: Generator) -> Events:
    newcomers = sign_ups.take(chance(rng, NEWCOMER_TASK_DONE, len(sign_ups)))
    after = SECOND + spans(rng, NEWCOMER_TASK_AFTER, len(newcomers))
    newcomers = presence.keep(newcomers.later(after))
    others = visits.take(some(rng, np.arange(len(visits)), VISIT_WITH_TASK)).later(20 * SECOND)
    task = np.concatenate(
        [
            pick(rng, NEWCOMER_TASK_WEIGHTS, len(newcomers)),
            pick(rng, VISIT_TASK_WEIGHTS, len(others)),
        ]
    )
    return Events("Task Completed", join_moments([newcomers, others]), {"task": words(TASKS, task)})


def _flat(moments: Moments, points: int, reason: int) -> Earned:
    """Credit the same points for every row."""
    return Earned(
        person=moments.person,
        at=moments.at + SECOND,
        points=np.full(len(moments), points),
        reason=np.full(len(moments), reason),
    )
