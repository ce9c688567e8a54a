"""Earned points -> lots that are redeemed first in, first out, extended, or expire; and levels.

At every instant a user's redeemed and expired points are at most the earned ones, lot by lot.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from warehouse.simulate.behaviour.presence import Presence
from warehouse.simulate.columns import Flags, Ints, take_columns, words
from warehouse.simulate.draws import Generator, between, chance, hex_ids, some, spans
from warehouse.simulate.journey import rank_in_group
from warehouse.simulate.moments import Events, on_server
from warehouse.simulate.window import DAY, SECOND, Window

REASONS = ("sign_up", "order", "check_in", "task")
SIGN_UP, ORDER, CHECK_IN, TASK = range(len(REASONS))

VALID_FOR = 30 * DAY
REDEEMED_AFTER = 8 * DAY
LAST_LOT_PARTLY = 0.5
LEAST_PART, LARGEST_PART = 0.2, 0.8
EXTENDED = 0.08
EXTENDED_BEFORE_EXPIRY = 2 * DAY
EXTENDED_BY = 30 * DAY

LEVELS = ("newcomer", "bronze", "silver", "gold", "diamond")
LEVEL_FROM_POINTS = (150, 500, 2_000, 8_000)

# Longer than any window, so that a running maximum over all rows restarts with each person.
PERSON_STRIDE = 2**42


@dataclass(frozen=True)
class Earned:
    """Points credited, by user and time; each row is a lot. ``reason`` numbers REASONS."""

    person: Ints
    at: Ints
    points: Ints
    reason: Ints


def join_earned(parts: Sequence[Earned], window: Window) -> Earned:
    """Put the credits of the window in order of user and time."""
    person = np.concatenate([part.person for part in parts])
    at = np.concatenate([part.at for part in parts])
    order = np.lexsort((at, person))
    order = order[at[order] < window.horizon]
    return Earned(
        person=person[order],
        at=at[order],
        points=np.concatenate([part.points for part in parts])[order],
        reason=np.concatenate([part.reason for part in parts])[order],
    )


def point_events(
    earned: Earned, presence: Presence, window: Window, rng: Generator
) -> Iterator[Events]:
    """Follow every lot to its end."""
    lot = {"lot_id": hex_ids(rng, earned.person.size, prefix="lot-")}
    reason = words(REASONS, earned.reason)
    expires_at = earned.at + VALID_FOR
    credit = {"points": earned.points, "reason": reason, "expires_at": window.iso(expires_at)}
    yield Events("Points Earned", on_server(earned.person, earned.at), lot | credit)

    redeemed, redeemed_at = _redeem(earned, presence, rng)
    spent = np.flatnonzero(redeemed)
    yield Events(
        "Points Redeemed",
        on_server(earned.person[spent], redeemed_at[spent]),
        take_columns(lot, spent) | {"points": redeemed[spent], "reason": "gift"},
    )
    extended = some(rng, np.flatnonzero(redeemed == 0), EXTENDED)
    extended_at = expires_at[extended] - EXTENDED_BEFORE_EXPIRY
    expires_at[extended] += EXTENDED_BY
    extension = {
        "points": earned.points[extended],
        "reason": "look_alike_batch",
        "expires_at": window.iso(expires_at[extended]),
    }
    yield Events(
        "Points Extended",
        on_server(earned.person[extended], extended_at),
        take_columns(lot, extended) | extension,
    )
    left = earned.points - redeemed
    over = np.flatnonzero(left)
    yield Events(
        "Points Expired",
        on_server(earned.person[over], expires_at[over]),
        take_columns(lot, over) | {"points": left[over], "reason": "expiry"},
    )


def _redeem(earned: Earned, presence: Presence, rng: Generator) -> tuple[Ints, Ints]:
    """Points redeemed of each lot, and when: a user's oldest lots, in order, before they expire."""
    rank = rank_in_group(earned.person)
    lots = np.bincount(earned.person)
    spends = rank < (rng.random(lots.size) * lots)[earned.person].astype(np.int64)
    stride = earned.person * PERSON_STRIDE
    at = earned.at + SECOND + spans(rng, REDEEMED_AFTER, rank.size)
    at = np.maximum.accumulate(at + stride) - stride
    # A lot that would be spent too late, or while the user is away, ends the user's spending.
    in_time = (at < earned.at + VALID_FOR) & presence.of(earned.person, at)
    spends &= ~_seen_so_far(spends & ~in_time, rank)
    is_last = spends & ~np.append(spends[1:] & (rank[1:] > 0), False)
    in_part = is_last & chance(rng, LAST_LOT_PARTLY, rank.size)
    part = between(rng, LEAST_PART * earned.points, LARGEST_PART * earned.points, rank.size)
    return np.where(in_part, np.maximum(part, 1), earned.points) * spends, at


def _seen_so_far(flag: Flags, rank: Ints) -> Flags:
    """Whether the flag was up on this row or an earlier one of its group."""
    seen = np.cumsum(flag)
    first = np.arange(rank.size) - rank
    return seen > (seen - flag)[first]


def level_events(earned: Earned) -> Iterator[Events]:
    """Lift a user's level with the lot that brings all points ever earned over its threshold."""
    total = np.cumsum(earned.points)
    first = np.arange(total.size) - rank_in_group(earned.person)
    after = total - (total - earned.points)[first]
    reached = np.searchsorted(LEVEL_FROM_POINTS, after, side="right")
    before = np.searchsorted(LEVEL_FROM_POINTS, after - earned.points, side="right")
    lifted = np.flatnonzero(reached > before)
    yield Events(
        "Level Changed",
        on_server(earned.person[lifted], earned.at[lifted] + SECOND),
        {
            "level": words(LEVELS, reached[lifted]),
            "previous_level": words(LEVELS, before[lifted]),
        },
    )
