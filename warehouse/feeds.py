"""The feeds: what may arrive below the landing root, each in the folder of its name.

`events` are lines of the Segment format, or mapped to it; their judge is ``judging.exact``. Every
other feed is a CSV with a header, and its columns say all there is to judge by.
"""

from dataclasses import dataclass
from typing import Any

from warehouse.rules.kinds import Kind, kind_of

EVENTS = "events"


@dataclass(frozen=True)
class Column:
    """A column of a CSV feed: its type in the lake, and what may stand in a cell."""

    name: str
    data_type: str
    kind: Kind


@dataclass(frozen=True)
class Feed:
    """A name, and the columns of its CSV; ``every_day``: a run of a day that lacks it is refused.

    Of any other feed nothing need ever land: an empty table with its columns stands in the lake.
    ``names_one`` are columns of which a row must fill at least one, or it speaks of nobody.
    A row that fills ``outlives`` stays when whom it names is forgotten.
    ``stands``: what has landed holds from then on, so a run takes in every day that is not in yet.
    """

    name: str
    columns: tuple[Column, ...] = ()
    every_day: bool = False
    names_one: tuple[str, ...] = ()
    outlives: str = ""
    stands: bool = False


def column(name: str, data_type: str, **what: Any) -> Column:
    """Return a column (string, bigint, double, decimal(p,s), boolean or date); see ``kind_of``."""
    return Column(name, data_type, kind_of(data_type, **what))


def _by_name(*feeds: Feed) -> dict[str, Feed]:
    return {feed.name: feed for feed in feeds}


# Every cell of a suppression may be anything: one that cannot be read must not let the row go, and
# with it the person. What it comes to is decided by the models, in favour of silence.
FEEDS = _by_name(
    Feed(EVENTS, every_day=True),
    Feed(
        "suppressions",
        tuple(
            column(name, "string", optional=True)
            for name in ("channel", "address", "user_id", "since", "reason")
        ),
        names_one=("address", "user_id"),
        # Without it the address would be written to again.
        outlives="address",
        stands=True,
    ),
    # A day, channel and campaign told again replaces what was told of it before.
    Feed(
        "spend",
        (
            column("date", "date"),
            column("channel", "string"),
            column("campaign", "string", optional=True),
            column("amount", "decimal(18,4)", least=0),
            column("currency", "string", currency=True, optional=True),
        ),
    ),
    # An incident is all rows with its id: what it is, whom it affects, which duties are done.
    Feed(
        "incidents",
        (
            column("incident_id", "string"),
            column("kind", "string", optional=True),
            column("started_at", "string", moment=True, optional=True),
            column("ended_at", "string", moment=True, optional=True),
            *(
                column(name, "string", optional=True)
                for name in ("user_id", "country", "platform", "event", "duty")
            ),
            column("done_at", "string", moment=True, optional=True),
            column("compensation", "string", optional=True),
        ),
        stands=True,
    ),
)
