"""Seed, numbers -> people: who signs up when, on which devices, and how keen each of them is."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from warehouse.simulate.columns import Flags, Floats, Ints
from warehouse.simulate.draws import Generator, between, hex_ids, pick, some, spans
from warehouse.simulate.moments import NOBODY, Moments
from warehouse.simulate.places import CAMPAIGNS, PLACES, REFERRAL
from warehouse.simulate.window import DAY, NEVER, Window

# Visitors look around and never sign up.
VISITORS_PER_USER = 0.2
LAUNCH_SIGN_UPS, LAUNCH_FADES_DAYS = 2.5, 12.0
INVITED_SHARE = 0.12
ERASED_SHARE = 0.005

PLATFORMS = ("web", "ios", "android")
PLATFORM_WEIGHTS = (0.4, 0.27, 0.33)
WEB = 0
DEVICES_PER_PERSON = 2
SECOND_DEVICE_SHARE = 0.22
SECOND_SIGN_IN_AFTER = 3 * DAY

CHANNELS = ("email", "sms", "push", "wechat_oa")
CONTACT_SHARES = (0.86, 0.82, 0.6, 0.42)
EMAIL = CHANNELS.index("email")
# Two of a household read one mailbox; people who work here try their own shop.
SHARED_MAILBOX_SHARE = 0.01
STAFF_SHARE = 0.002

# Pareto with this tail: a tenth of the users makes about half of the visits.
VISITS_TAIL = 1.15
LEAST_VISITS_PER_DAY, MOST_VISITS_PER_DAY = 0.08, 5.0
SECONDS_BETWEEN_CLICKS = 45.0


@dataclass(frozen=True)
class Habits:
    """How a person behaves; one value per person."""

    visits_per_day: Floats
    milliseconds_between_clicks: Floats
    products_per_visit: Floats
    buying: Floats
    wealth: Floats
    sociable: Floats


@dataclass(frozen=True)
class Devices:
    """Two rows per person, the second often unused; a device names its user from a time on."""

    anonymous_id: pa.StringArray
    platform: Ints
    known_from: Ints
    has_second: Flags


@dataclass(frozen=True)
class Population:
    """People of one block: ``users`` who sign up, in order of sign-up, then visitors.

    ``mailbox`` is the user whose e-mail address each user gave: their own, but for a few.
    """

    users: int
    user_id: pa.StringArray
    signed_up_at: Ints
    erased_at: Ints
    inviter: Ints
    campaign: Ints
    place: Ints
    devices: Devices
    habits: Habits
    has_contact: Flags
    mailbox: Ints
    is_staff: Flags

    @property
    def size(self) -> int:
        """Users and visitors."""
        return self.signed_up_at.size

    @property
    def user_rows(self) -> Ints:
        """Rows of the people who sign up."""
        return np.arange(self.users)

    @property
    def sign_ups(self) -> Moments:
        """Every user's sign-up, on the first device."""
        users = self.user_rows
        return Moments(
            person=users,
            at=self.signed_up_at[users],
            device=users * DEVICES_PER_PERSON,
            campaign=self.campaign[users],
            known=np.ones(users.size, dtype=np.bool_),
        )

    def of_mailboxes(self, instants: Ints) -> Ints:
        """Give each user the earliest instant of all who share the mailbox."""
        earliest = np.full(self.users, NEVER)
        np.minimum.at(earliest, self.mailbox, instants)
        return earliest[self.mailbox]


def draw_population(*, first_number: int, users: int, window: Window, rng: Generator) -> Population:
    """Draw the people whose ids start at ``first_number``."""
    visitors = round(users * VISITORS_PER_USER)
    size = users + visitors
    sign_ups = np.sort(_sign_up_times(users, window, rng))
    erased_at = _erasure_times(sign_ups, window, rng)
    inviter = _inviters(sign_ups, erased_at, rng)
    acquired_by = np.where(
        inviter == NOBODY, pick(rng, [campaign.weight for campaign in CAMPAIGNS], users), REFERRAL
    )
    never = np.full(visitors, NEVER)
    mailbox = np.arange(users)
    # Neighbours in pairs, so that nobody's mailbox is of one who has none.
    sharing = some(rng, mailbox[1::2], SHARED_MAILBOX_SHARE)
    mailbox[sharing] -= 1
    staff = some(rng, np.setdiff1d(mailbox, mailbox[sharing]), STAFF_SHARE)
    has_contact = rng.random((size, len(CHANNELS))) < CONTACT_SHARES
    has_contact[np.concatenate([sharing, mailbox[sharing], staff]), EMAIL] = True
    signed_up_at = np.concatenate([sign_ups, never])
    return Population(
        users=users,
        user_id=pa.array(
            [f"u{first_number + row:07}" for row in range(users)] + [None] * visitors, pa.string()
        ),
        signed_up_at=signed_up_at,
        erased_at=np.concatenate([erased_at, never]),
        inviter=inviter,
        campaign=np.concatenate(
            [acquired_by, pick(rng, [campaign.weight for campaign in CAMPAIGNS], visitors)]
        ),
        place=pick(rng, [place.weight for place in PLACES], size),
        devices=_draw_devices(signed_up_at, rng),
        habits=_draw_habits(size, rng),
        has_contact=has_contact,
        mailbox=mailbox,
        is_staff=np.isin(np.arange(users), staff),
    )


def sign_up_weights(window: Window) -> Floats:
    """Sign-ups peak at the launch, then go on with the rhythm of the week."""
    launch = LAUNCH_SIGN_UPS * np.exp(-np.arange(window.days) / LAUNCH_FADES_DAYS)
    return (1 + launch) * window.weekday_weights


def _sign_up_times(users: int, window: Window, rng: Generator) -> Ints:
    day = pick(rng, sign_up_weights(window), users)
    return day * DAY + window.time_of_day(rng, users)


def _erasure_times(sign_ups: Ints, window: Window, rng: Generator) -> Ints:
    erased_at = np.full(sign_ups.size, NEVER)
    erased = some(rng, np.arange(sign_ups.size), ERASED_SHARE)
    remaining = window.horizon - sign_ups[erased]
    erased_at[erased] = sign_ups[erased] + between(
        rng, 0.3 * remaining, 0.9 * remaining, erased.size
    )
    return erased_at


def _inviters(sign_ups: Ints, erased_at: Ints, rng: Generator) -> Ints:
    """Give some users an inviter among those who signed up before them and were still there."""
    rows = np.arange(sign_ups.size)
    invited = some(rng, rows[1:], INVITED_SHARE)
    # Squared: early users invited more people, and have had the time to.
    candidate = (invited * rng.random(invited.size) ** 2).astype(np.int64)
    inviter = np.full(sign_ups.size, NOBODY)
    inviter[invited] = np.where(erased_at[candidate] > sign_ups[invited], candidate, NOBODY)
    return inviter


def _draw_devices(signed_up_at: Ints, rng: Generator) -> Devices:
    size = signed_up_at.size
    second_from = signed_up_at + spans(rng, SECOND_SIGN_IN_AFTER, size)
    return Devices(
        anonymous_id=hex_ids(rng, size * DEVICES_PER_PERSON, prefix="a-"),
        platform=pick(rng, PLATFORM_WEIGHTS, size * DEVICES_PER_PERSON),
        known_from=np.column_stack([signed_up_at, second_from]).ravel(),
        has_second=rng.random(size) < SECOND_DEVICE_SHARE,
    )


def _draw_habits(size: int, rng: Generator) -> Habits:
    visits = LEAST_VISITS_PER_DAY * (1 + rng.pareto(VISITS_TAIL, size))
    return Habits(
        visits_per_day=np.minimum(visits, MOST_VISITS_PER_DAY),
        milliseconds_between_clicks=1000 * rng.lognormal(np.log(SECONDS_BETWEEN_CLICKS), 0.6, size),
        products_per_visit=1 + rng.gamma(2.0, 1.5, size),
        buying=2 * rng.beta(2, 2, size),
        wealth=rng.lognormal(0, 0.6, size),
        sociable=rng.lognormal(0, 0.8, size),
    )
