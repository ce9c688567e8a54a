"""Seed, users, days -> a landing root full of events: the same bytes for the same arguments.

People are simulated in blocks that know nothing of one another and draw from a random stream of
their own. So memory holds a few blocks whatever the size of the whole, and blocks run side by side.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from warehouse.errors import UserError
from warehouse.simulate.behaviour.pricing import price_events
from warehouse.simulate.block import draw_block
from warehouse.simulate.catalogue import Catalogue, draw_catalogue
from warehouse.simulate.feeds import tell_feeds
from warehouse.simulate.lines.batch import Batch, write_batch
from warehouse.simulate.lines.landing import Landing, write_feed
from warehouse.simulate.lines.speakers import speakers_of, the_shop
from warehouse.simulate.truths import TRUTHS, Truths
from warehouse.simulate.window import Window

FIRST_DAY = date(2026, 1, 1)
# Around 200,000 events: a few hundred megabytes while it is worked on.
USER_DAYS_PER_BLOCK = 120_000
THREADS = 2
# Random streams of their own, so that neither depends on how people are cut into blocks.
CATALOGUE_STREAM, SHOP_STREAM, PEOPLE_STREAM, PLANTED_STREAM, FEEDS_STREAM, CRASH_STREAM = range(6)


@dataclass(frozen=True)
class SimulationReport:
    """What was written; ``lines`` = ``events`` + ``duplicates`` + ``bad_lines``."""

    users: int
    days: int
    events: int
    lines: int
    duplicates: int
    late: int
    bad_lines: int
    bytes: int
    seconds: float
    names: dict[str, int]


@dataclass(frozen=True)
class Plan:
    """What all blocks share."""

    users: int
    seed: int
    window: Window
    catalogue: Catalogue
    truths: Truths
    compress: bool


def simulate(
    out: Path,
    *,
    users: int,
    days: int,
    seed: int,
    start: date = FIRST_DAY,
    truths: Truths = TRUTHS,
    progress: Callable[[int, int], None] | None = None,
    compress: bool = True,
) -> SimulationReport:
    """Write ``days`` landing folders below ``out``, in which ``users`` people sign up and shop.

    ``truths`` are the causes planted in it, and told of in the feeds beside the events.

    ``progress`` is called with the users done and all users. Files of an earlier simulation of
    these days are replaced. Raises UserError for numbers that make no simulation.
    """
    for name, value, least in (("users", users, 1), ("days", days, 1), ("seed", seed, 0)):
        if value < least:
            raise UserError(f"{name} is {value}", cure=f"give {least} or more")
    began = time.perf_counter()
    window = Window(start, days)
    catalogue = draw_catalogue(window, np.random.default_rng((seed, CATALOGUE_STREAM)))
    landing = Landing(out, window, compress=compress)
    landing.clear()
    names: Counter[str] = Counter()
    duplicates = late = bad_lines = 0
    for users_done, batch in _batches(Plan(users, seed, window, catalogue, truths, compress)):
        landing.append(batch.texts)
        names.update(batch.names)
        duplicates += batch.duplicates
        late += batch.late
        bad_lines += batch.bad_lines
        if progress is not None:
            progress(users_done, users)
    feeds = tell_feeds(users, window, truths, np.random.default_rng((seed, FEEDS_STREAM)))
    told = sum(write_feed(out, name, rows, window) for name, rows in feeds.items())
    return SimulationReport(
        users=users,
        days=days,
        events=names.total(),
        lines=names.total() + duplicates + bad_lines,
        duplicates=duplicates,
        late=late,
        bad_lines=bad_lines,
        bytes=landing.finish() + told,
        seconds=time.perf_counter() - began,
        names=dict(sorted(names.items())),
    )


def _batches(plan: Plan) -> Iterator[tuple[int, Batch]]:
    """Give the shop's lines, then those of each block of users, with the users done so far.

    The order is fixed; no more than a block per thread and one that waits are in memory.
    """
    yield 0, _write_shop(plan)
    block_users = max(1, USER_DAYS_PER_BLOCK // plan.window.days)
    running: deque[tuple[int, Future[Batch]]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for first in range(0, plan.users, block_users):
            users_done = min(first + block_users, plan.users)
            running.append((users_done, pool.submit(_write_people, plan, first, users_done)))
            if len(running) > THREADS:
                done, batch = running.popleft()
                yield done, batch.result()
        for done, batch in running:
            yield done, batch.result()


def _write_shop(plan: Plan) -> Batch:
    return write_batch(
        price_events(plan.catalogue),
        the_shop(),
        plan.window,
        np.random.default_rng((plan.seed, SHOP_STREAM)),
        every_fault=False,
        compress=plan.compress,
    )


def _write_people(plan: Plan, first: int, last: int) -> Batch:
    """Simulate and write the users with row numbers from ``first`` to before ``last``."""
    rng, crash_rng = (
        np.random.default_rng((plan.seed, stream, first))
        for stream in (PEOPLE_STREAM, CRASH_STREAM)
    )
    block = draw_block(
        first_number=first + 1,
        users=last - first,
        window=plan.window,
        catalogue=plan.catalogue,
        truths=plan.truths,
        rng=rng,
        planted_rng=np.random.default_rng((plan.seed, PLANTED_STREAM, first)),
        crash_rng=crash_rng,
    )
    speakers = speakers_of(block.population)
    batch = write_batch(
        block.events, speakers, plan.window, rng, every_fault=first == 0, compress=plan.compress
    )
    crashes = write_batch(
        [block.crashes],
        speakers,
        plan.window,
        crash_rng,
        every_fault=False,
        compress=plan.compress,
    )
    return batch.beside(crashes)
