"""What is planted in the made-up shop: each cause, when it works, and how large its effect is.

Days are shares of the window, so that a short shop has them too. Tests look for these very numbers
in the tables that claim to show them.
"""

import math
from dataclasses import dataclass

import numpy as np

from warehouse.simulate.window import HOUR, Window


def day_at(share: float, window: Window) -> int:
    """Give the day number that lies that far into the window."""
    return math.floor(share * window.days)


@dataclass(frozen=True)
class Fall:
    """Weeks in which users stay away, each time ``share`` of those left; then all are back."""

    begins: float
    weeks: int
    share: float

    def first_day(self, window: Window) -> int:
        """Give the Monday it begins with: the first that is far enough into the window."""
        earliest = day_at(self.begins, window)
        return earliest + (-window.day(earliest).weekday()) % 7


@dataclass(frozen=True)
class Spend:
    """What each user that a campaign brings costs: ``cents`` of CNY, and a ratio for one source.

    Of those whom that source brings the share ``leaving`` never comes again after the sign-up.
    """

    cents: int
    source: str
    ratio: float
    leaving: float


@dataclass(frozen=True)
class Reward:
    """A lottery of some weeks, entered in a share of visits; ``leaving`` of those go with it."""

    name: str
    begins: float
    weeks: int
    entered: float
    leaving: float

    def first_day(self, window: Window) -> int:
        """Give its first day."""
        return day_at(self.begins, window)

    def last_day(self, window: Window) -> int:
        """Give its last day, which is its own."""
        return self.first_day(window) + 7 * self.weeks - 1


@dataclass(frozen=True)
class Release:
    """From a day on products are wished for ``ratio`` times as often as before."""

    name: str
    day: float
    ratio: float

    def first_day(self, window: Window) -> int:
        """Give the day it was released on."""
        return day_at(self.day, window)


@dataclass(frozen=True)
class Incident:
    """Some hours of a day; ``leaving`` is the share of who was there then and never comes again.

    Of the duties each is done so many hours after it began; what is not named here is not done.
    """

    name: str
    kind: str
    day: float
    from_hour: int
    hours: int
    leaving: float
    compensation: str
    done_after: tuple[tuple[str, float], ...]

    def begins(self, window: Window) -> int:
        """Give the instant it begins at."""
        midnight = window.midnight(np.array(day_at(self.day, window)))
        return int(midnight) + self.from_hour * HOUR

    def ends(self, window: Window) -> int:
        """Give the first instant after it."""
        return self.begins(window) + self.hours * HOUR


@dataclass(frozen=True)
class NightOwls:
    """A share of the users who come at night, and look at nothing but one category."""

    share: float
    category: str


@dataclass(frozen=True)
class Crashes:
    """The app crashes in a share of visits, and in another of the last ones before a silence."""

    usual: float
    before_leaving: float
    silent_days: int


@dataclass(frozen=True)
class Truths:
    """All that is planted; None leaves a cause out."""

    fall: Fall | None = None
    spend: Spend | None = None
    reward: Reward | None = None
    release: Release | None = None
    incident: Incident | None = None
    owls: NightOwls | None = None
    crashes: Crashes | None = None
    # What others in the trade are said to reach, by KPI.
    benchmarks: tuple[tuple[str, float], ...] = ()


# A thing and what goes with it: whoever looked at the first looks at the other next, this often.
PAIR, PAIRED = (0, 1), 0.6
# Pages that take several times as long: of all, and of those after which people leave at once.
SLOWER, SLOW, SLOW_BEFORE_LEAVING = 9, 0.05, 0.9
# Arms of a mailing are opened more and less often: there is something to find for an experiment.
OPENED_BY_ARM = (1.0, 1.25, 0.85)
# Few come around the Spring Festival.
FALL = Fall(begins=0.3, weeks=3, share=0.5)
# A channel that looks cheap by clicks: its users cost twice as much and half of them are gone.
SPEND = Spend(cents=3_000, source="douyin", ratio=2.0, leaving=0.5)
REWARD = Reward("spring_lottery", begins=0.55, weeks=3, entered=0.35, leaving=0.5)
RELEASE = Release("wishlist_on_every_page", day=0.75, ratio=2.0)
# The apology came in time, the calls late, and the review is owed still.
INCIDENT = Incident(
    "orders_lost",
    "fulfilment",
    day=0.52,
    from_hour=6,
    hours=18,
    leaving=0.85,
    compensation="coupon",
    done_after=(("apology", 1.5), ("service", 30)),
)
OWLS = NightOwls(share=0.06, category="books")
# Those who left met a crash at last, a third of them: nearly nobody else did.
CRASHES = Crashes(usual=0.01, before_leaving=0.35, silent_days=30)
# More than this shop ever reaches: an alert that stays open.
BENCHMARKS = (("share_rate", 0.2),)
TRUTHS = Truths(FALL, SPEND, REWARD, RELEASE, INCIDENT, OWLS, CRASHES, BENCHMARKS)
NOTHING = Truths()
