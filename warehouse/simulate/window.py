"""First day, number of days -> the simulated clock: UTC days, local rhythm, ISO text.

Instants are milliseconds since UTC midnight of the first day, so that a day is a division.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pyarrow as pa

from warehouse.simulate.columns import Characters, Floats, Ints, fixed_width_text
from warehouse.simulate.draws import Generator, pick

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NEVER = 2**60

SHANGHAI_UTC_OFFSET_HOURS = 8
# Shanghai, six hours a row from midnight on: a bump at noon, the peak in the evening.
LOCAL_HOUR_WEIGHTS = (
    *(3, 1.5, 1, 1, 1, 1.5),
    *(3, 6, 8, 9, 10, 10),
    *(12, 11, 9, 9, 9, 10),
    *(12, 15, 19, 20, 15, 8),
)
MONDAY_TO_SUNDAY_WEIGHTS = (0.86, 0.84, 0.86, 0.9, 1.06, 1.3, 1.24)


def _characters(texts: list[str]) -> Characters:
    return np.frombuffer("".join(texts).encode(), np.uint8).reshape(len(texts), -1)


@dataclass(frozen=True)
class Window:
    """The days that are simulated; nothing happens or arrives outside them."""

    start: date
    days: int

    @property
    def horizon(self) -> int:
        """First instant that is not simulated any more."""
        return self.days * DAY

    def day(self, number: int) -> date:
        """Give the calendar date of a day number."""
        return self.start + timedelta(days=number)

    def midnight(self, days: Ints) -> Ints:
        """Give the instants at which days of Shanghai's calendar begin."""
        return days * DAY - SHANGHAI_UTC_OFFSET_HOURS * HOUR

    @cached_property
    def weekday_weights(self) -> Floats:
        """How busy each day is, by its weekday; 1 on average."""
        weekdays = (self.start.weekday() + np.arange(self.days)) % 7
        return np.asarray(MONDAY_TO_SUNDAY_WEIGHTS)[weekdays]

    def time_of_day(self, rng: Generator, size: int) -> Ints:
        """Draw times after UTC midnight that follow the rhythm of a day in Shanghai."""
        utc_weights = np.roll(LOCAL_HOUR_WEIGHTS, -SHANGHAI_UTC_OFFSET_HOURS)
        return pick(rng, utc_weights, size) * HOUR + rng.integers(0, HOUR, size)

    def iso(self, instants: Ints) -> pa.StringArray:
        """Write instants as ``2026-01-01T00:00:00.000Z``, by looking the three parts up."""
        days, rest = np.divmod(instants, DAY)
        seconds, milliseconds = np.divmod(rest, SECOND)
        first, last = (int(days.min()), int(days.max())) if days.size else (0, 0)
        dates = _characters([f"{self.day(number)}T" for number in range(first, last + 1)])
        text = np.concatenate(
            [dates[days - first], self._clock[seconds], self._milliseconds[milliseconds]], axis=1
        )
        return fixed_width_text(text, text.shape[1])

    @cached_property
    def _clock(self) -> Characters:
        return _characters(
            [
                f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}."
                for second in range(DAY // SECOND)
            ]
        )

    @cached_property
    def _milliseconds(self) -> Characters:
        return _characters([f"{number:03}Z" for number in range(SECOND)])
