"""When things happened -> when they arrive: in seconds, days late, or twice."""

from dataclasses import dataclass

import numpy as np

from warehouse.simulate.columns import Ints
from warehouse.simulate.draws import Generator, between, some, spans
from warehouse.simulate.window import DAY, HOUR, Window

# Milliseconds.
QUICKEST, SLOWEST = 60, 4_000
NETWORK_QUICKEST, NETWORK_SLOWEST = 20, 50
LATE_SHARE = 0.012
LATE_LEAST, LATE_MOST = 0.3 * DAY, 3 * DAY
VERY_LATE_SHARE, VERY_LATE_MOST = 0.03, 20 * DAY
DUPLICATE_SHARE = 0.005
SENT_AGAIN_AFTER = 2.4 * HOUR


@dataclass(frozen=True)
class Delivery:
    """Arrivals in order of arrival; ``row`` is the event, and occurs twice for duplicates."""

    row: Ints
    sent_at: Ints
    received_at: Ints
    late: int
    duplicates: int


def deliver(at: Ints, window: Window, rng: Generator) -> Delivery:
    """Let every event arrive inside the window, most of them at once."""
    last_instant = window.horizon - 1
    row = np.arange(at.size)
    received = at + between(rng, QUICKEST, SLOWEST, at.size)
    late = some(rng, row, LATE_SHARE)
    late_by = between(rng, LATE_LEAST, LATE_MOST, late.size)
    very_late = some(rng, np.arange(late.size), VERY_LATE_SHARE)
    late_by[very_late] = between(rng, LATE_MOST, VERY_LATE_MOST, very_late.size)
    # What would come after the last day is not held back: what leads must not lack its cause.
    in_time = at[late] + late_by < window.horizon
    late, late_by = late[in_time], late_by[in_time]
    received[late] = at[late] + late_by
    sent = received - between(rng, NETWORK_QUICKEST, NETWORK_SLOWEST, at.size)

    again = some(rng, row, DUPLICATE_SHARE)
    delay = spans(rng, SENT_AGAIN_AFTER, again.size)
    rows = np.concatenate([row, again])
    received = np.minimum(np.concatenate([received, received[again] + delay]), last_instant)
    sent = np.minimum(np.concatenate([sent, sent[again] + delay]), last_instant)
    order = np.argsort(received, kind="stable")
    return Delivery(
        row=rows[order],
        sent_at=sent[order],
        received_at=received[order],
        late=late.size,
        duplicates=again.size,
    )
