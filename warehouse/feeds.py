"""The feeds: what may arrive below the landing root, each in the folder of its name.

`events` are lines of the Segment format, or mapped to it; their judge is ``judging.exact``. Every
other feed is a CSV with a header, and its columns say all there is to judge by.
"""

from dataclasses import dataclass, replace
from typing import Any

from warehouse.rules.kinds import Kind, kind_of

EVENTS = "events"
# What a cell says of time: a moment, which is kept as ISO 8601 in UTC, a day, or either of them.
MOMENT, DAY, EITHER = "moment", "day", "either"
_A_MOMENT = Kind("a time such as 2026-01-31T08:30:00Z", lambda _: False, is_optional=True)


@dataclass(frozen=True)
class Column:
    """A column of a CSV feed: its type in the lake, and what may stand in a cell.

    ``time`` is MOMENT, DAY or EITHER where the cell is one, however it is written; what is none
    stands as it was told if the kind accepts it.
    """

    name: str
    data_type: str
    kind: Kind
    time: str = ""


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
    return Column(name, data_type, kind_of(data_type, **what), DAY if data_type == "date" else "")


def moment(name: str) -> Column:
    """Return a column of times, which may be blank."""
    return Column(name, "string", _A_MOMENT, MOMENT)


def _by_name(*feeds: Feed) -> dict[str, Feed]:
    return {feed.name: feed for feed in feeds}


# Every cell of a suppression may be anything: one that cannot be read must not let the row go, and
# with it the person. What it comes to is decided by the models, in favour of silence.
FEEDS = _by_name(
    Feed(EVENTS, every_day=True),
    Feed(
        "suppressions",
        tuple(
            replace(column(name, "string", optional=True), time=EITHER if name == "since" else "")
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
            moment("started_at"),
            moment("ended_at"),
            *(
                column(name, "string", optional=True)
                for name in ("user_id", "country", "platform", "event", "duty")
            ),
            moment("done_at"),
            column("compensation", "string", optional=True),
        ),
        stands=True,
    ),
)
