"""Events of some speakers -> the bytes each day's file gets from them, and how many lines."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from warehouse.simulate.draws import Generator
from warehouse.simulate.lines.delivery import deliver
from warehouse.simulate.lines.envelope import write_lines
from warehouse.simulate.lines.faults import bad_lines
from warehouse.simulate.lines.landing import compressed, split_days
from warehouse.simulate.lines.speakers import Speakers
from warehouse.simulate.moments import Events, join_moments
from warehouse.simulate.window import Window

NAMES_OF_KINDS = {"page": "Page Viewed", "screen": "Screen Viewed"}


@dataclass(frozen=True)
class Batch:
    """Text by day number, and what it consists of."""

    texts: dict[int, bytes]
    names: Counter[str]
    duplicates: int
    late: int
    bad_lines: int

    def beside(self, other: "Batch") -> "Batch":
        """Put the lines of another after these; packed ones are members of one file."""
        days = self.texts.keys() | other.texts.keys()
        return Batch(
            texts={day: self.texts.get(day, b"") + other.texts.get(day, b"") for day in days},
            names=self.names + other.names,
            duplicates=self.duplicates + other.duplicates,
            late=self.late + other.late,
            bad_lines=self.bad_lines + other.bad_lines,
        )


def write_batch(
    events: Sequence[Events],
    speakers: Speakers,
    window: Window,
    rng: Generator,
    *,
    every_fault: bool,
    compress: bool,
) -> Batch:
    """Write all events of the speakers; ``every_fault`` asks for one bad line of each kind."""
    moments = join_moments([each.moments for each in events])
    delivery = deliver(moments.at, window, rng)
    lines = write_lines(events, moments, speakers, delivery, window, rng)
    texts = split_days(lines, delivery.received_at, window)
    bad = list(bad_lines(len(lines), every_fault=every_fault, window=window, rng=rng))
    for day, line in bad:
        texts[day] += line
    if compress:
        texts = {day: compressed(text) for day, text in texts.items()}
    names: Counter[str] = Counter()
    for each in events:
        names[_display_name(each)] += len(each)
    return Batch(
        texts=texts,
        names=names,
        duplicates=delivery.duplicates,
        late=delivery.late,
        bad_lines=len(bad),
    )


def _display_name(events: Events) -> str:
    if events.kind == "track":
        return events.name
    return NAMES_OF_KINDS.get(events.kind, events.kind)
