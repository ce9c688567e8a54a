"""What is planted in the made-up shop: each cause, when it works, and how strong it is.

Days are shares of the window, so that a short shop has them too. Tests look for these very numbers
in the tables that claim to show them.
"""

import math
from dataclasses import dataclass

from warehouse.simulate.window import Window


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
class Truths:
    """All that is planted; None leaves a cause out."""

    fall: Fall | None = None
    spend: Spend | None = None
    reward: Reward | None = None
    release: Release | None = None


# Few come around the Spring Festival.
FALL = Fall(begins=0.3, weeks=3, share=0.4)
# A channel that looks cheap by clicks: its users cost twice as much and half of them are gone.
SPEND = Spend(cents=3_000, source="douyin", ratio=2.0, leaving=0.5)
REWARD = Reward("spring_lottery", begins=0.55, weeks=3, entered=0.35, leaving=0.5)
RELEASE = Release("wishlist_on_every_page", day=0.75, ratio=2.0)
TRUTHS = Truths(fall=FALL, spend=SPEND, reward=REWARD, release=RELEASE)
NOTHING = Truths()
