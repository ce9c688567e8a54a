"""Population -> accounts: sign-up, groups, merged ids, invitations, erasure."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from warehouse.simulate.columns import words
from warehouse.simulate.draws import Generator, between, pick, some
from warehouse.simulate.moments import NOBODY, Events, Moments, on_server
from warehouse.simulate.population import DEVICES_PER_PERSON, Population
from warehouse.simulate.window import DAY, HOUR, MINUTE, NEVER, SECOND

IN_A_GROUP = 0.03
MERGED = 0.05
GROUPS = ("tea_lovers", "campus", "night_owls")
INVITED_EARLIEST = 3 * DAY
GROUP_JOINED_AFTER = 2 * HOUR
MERGED_AFTER = 5 * MINUTE


def account_events(population: Population, rng: Generator) -> Iterator[Events]:
    """Name everything that happens to accounts as such."""
    sign_up = population.sign_ups
    yield Events("Signed Up", sign_up, {"method": "phone"})
    yield from _invitations(population, sign_up, rng)
    grouped = some(rng, population.user_rows, IN_A_GROUP)
    group = words(GROUPS, pick(rng, (3, 2, 1), grouped.size))
    yield Events(
        "",
        sign_up.take(grouped).later(GROUP_JOINED_AFTER),
        traits={"name": group},
        fields={"groupId": group},
        kind="group",
    )
    yield _merges(population, rng)
    erased = np.flatnonzero(population.erased_at < NEVER)
    yield Events("User Deleted", on_server(erased, population.erased_at[erased]))


def _merges(population: Population, rng: Generator) -> Events:
    """Merge what a second device did without a name into its owner's account."""
    owner = some(rng, np.flatnonzero(population.devices.has_second[: population.users]), MERGED)
    second = owner * DEVICES_PER_PERSON + 1
    moments = on_server(owner, population.devices.known_from[second] + MERGED_AFTER)
    previous = population.devices.anonymous_id.take(pa.array(second))
    return Events("", moments, fields={"previousId": previous}, kind="alias")


def _invitations(population: Population, sign_up: Moments, rng: Generator) -> Iterator[Events]:
    """Every accepted invitation was sent before, while its sender was there."""
    invited = np.flatnonzero(population.inviter != NOBODY)
    inviter = population.inviter[invited]
    accepted_at = population.signed_up_at[invited]
    earliest = np.maximum(population.signed_up_at[inviter], accepted_at - INVITED_EARLIEST)
    sent_at = between(rng, earliest, accepted_at, invited.size)
    channel = words(("wechat", "sms", "link"), pick(rng, (6, 1, 3), invited.size))
    yield Events("Invite Sent", on_server(inviter, sent_at), {"channel": channel})
    inviter_id = population.user_id.take(pa.array(inviter))
    accepted = sign_up.take(invited).later(2 * SECOND)
    yield Events("Invite Accepted", accepted, {"inviter_id": inviter_id})
