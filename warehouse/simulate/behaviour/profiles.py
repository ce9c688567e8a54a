"""Population -> identify lines: names, contacts and places that belong to nobody.

Addresses are of ``example.com``, those of staff of ``staff.example.com``; phone numbers start with
+86 100, where no mobile number does.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from warehouse.simulate.columns import Column, Ints, glue, only_where, take_columns, words
from warehouse.simulate.draws import Generator, chance, hex_ids, pick, some
from warehouse.simulate.moments import Events
from warehouse.simulate.places import (
    GENDER_WEIGHTS,
    GENDERS,
    GIVEN_NAMES,
    PLACES,
    SURNAMES,
)
from warehouse.simulate.population import Population
from warehouse.simulate.window import DAY, SECOND, Window

DOMAINS = ("@example.com", "@staff.example.com")
BIRTHDAY_GIVEN = 0.6
# Days since 1970: 1955 to 2007.
EARLIEST_BIRTHDAY, LATEST_BIRTHDAY = -5_479, 13_514
MOVED = 0.1
MOVED_AFTER = 5 * DAY


def profile_events(population: Population, window: Window, rng: Generator) -> Iterator[Events]:
    """Everyone is identified at sign-up; some tell us later that they moved."""
    sign_up = population.sign_ups
    traits = _traits(population, window, rng)
    yield Events("", sign_up.later(SECOND), traits=traits, kind="identify")
    moved = some(rng, population.user_rows, MOVED)
    new_place = _place(pick(rng, [place.weight for place in PLACES], moved.size))
    unchanged = take_columns(traits, moved)
    yield Events(
        "",
        sign_up.take(moved).later(MOVED_AFTER),
        traits={**unchanged, **new_place},
        kind="identify",
    )


def _traits(population: Population, window: Window, rng: Generator) -> dict[str, Column]:
    size = population.users
    user_id = population.user_id.slice(0, size)
    mailbox = population.mailbox
    contacts = {
        "email": glue(user_id, words(DOMAINS, population.is_staff * 1)).take(pa.array(mailbox)),
        "phone": pa.array([f"+861000{name[1:]}" for name in user_id.to_pylist()]),
        "push_token": hex_ids(rng, size, prefix="push-"),
        "wechat_openid": hex_ids(rng, size, prefix="wx-"),
    }
    has_contact = population.has_contact[:size].T
    born = rng.integers(EARLIEST_BIRTHDAY, LATEST_BIRTHDAY, size, dtype=np.int32)
    return {
        **{
            name: only_where(has, contact)
            for has, (name, contact) in zip(has_contact, contacts.items(), strict=True)
        },
        "name": glue(
            words(SURNAMES, rng.integers(0, len(SURNAMES), size)),
            words(GIVEN_NAMES, rng.integers(0, len(GIVEN_NAMES), size)),
        ),
        "gender": words(GENDERS, pick(rng, GENDER_WEIGHTS, size)),
        "birthday": only_where(
            chance(rng, BIRTHDAY_GIVEN, size), pa.array(born).cast(pa.date32()).cast(pa.string())
        ),
        **_place(population.place[:size]),
        "created_at": window.iso(population.signed_up_at[:size]),
    }


def _place(place: Ints) -> dict[str, Column]:
    return {
        "city": words([each.city for each in PLACES], place),
        "country": words([each.country for each in PLACES], place),
    }
