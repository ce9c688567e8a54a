"""Whatever arrives, in whatever order, however often: the same marts, and nothing lost."""

import itertools
import json
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conftest import Installation
from tests.property.streams import EVENTS, LOADS, Message, land, lines_by_day
from warehouse.settings import Settings

MONEY = ["Order Completed", "Order Completed", "Order Refunded", "Order Cancelled"]
CENT = Decimal("0.01")
RATES = {"USD": Decimal("7.10"), "CNY": Decimal(1)}


# Few orders, people and amounts: so that reports contradict each other, come late, and give back in
# full; half of the messages move money.
messages = st.builds(
    Message,
    person=st.integers(0, 3),
    is_known=st.booleans(),
    event=st.sampled_from(EVENTS + MONEY),
    minute=st.integers(0, len(LOADS) * 24 * 60 - 1),
    late=st.integers(0, 2),
    order=st.integers(0, 3),
    amount=st.sampled_from(["0.05", "10", "10", "25.5", None]),
    currency=st.sampled_from([None, None, "CNY", "USD"]),
    copies=st.integers(1, 2),
)
streams = st.lists(messages, min_size=4, max_size=30)
# Several in one landing cost what one does: what is drawn of one is the same beside the others.
landings = st.lists(streams, min_size=4, max_size=4)
# The load days in some order, and where that order is cut into runs.
orders = st.permutations(range(len(LOADS)))
cuts = st.sets(st.integers(1, len(LOADS) - 1))
EACH_KIND = [
    Message(
        person=person,
        is_known=number % 2 == 0,
        event=event,
        minute=1440 * (number % 3) + 60 * person,
        late=number % 2,
        order=1,
        amount="10",
        copies=1 + person % 2,
    )
    for number, event in enumerate(EVENTS)
    for person in range(2)
]
# Whoever paid on the first day did so whatever comes later: given back in full, in parts that come
# to all of it, cancelled; or told otherwise, and first, by a report that is late.
BACK_LATER = [
    Message(0, True, "Order Completed", 60, order=0, amount="10", currency="USD"),
    Message(0, True, "Order Refunded", 1500, order=0, amount="10"),
    Message(1, True, "Order Completed", 60, order=1, amount="10"),
    Message(1, True, "Order Refunded", 1500, order=1, amount="0.05"),
    Message(1, True, "Order Refunded", 2900, order=1),
    Message(2, True, "Order Completed", 60, order=2, amount="25.5"),
    Message(2, True, "Order Cancelled", 2900, order=2),
    Message(3, True, "Order Completed", 1500, order=3, amount="10"),
    Message(2, True, "Order Completed", 1440, late=2, order=3, amount="25.5"),
    Message(2, True, "Order Completed", 60, order=3),
]


def beside(*streams: Sequence[Message]) -> list[Message]:
    """Put streams into one landing, each with people and orders of its own."""
    return [
        message._replace(person=4 * place + message.person, order=4 * place + message.order)
        for place, stream in enumerate(streams)
        for message in stream
    ]


# An example is three builds, mostly, and 28 streams are drawn. Other ones each time: what fails is
# kept in `.hypothesis`, and printed as a line that repeats it anywhere.
several = settings(
    max_examples=7,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def runs_of(days: Collection[date], order: list[int], cuts: set[int]) -> list[list[str]]:
    """Return which landed days each run loads; none of them are no run."""
    bounds = [0, *sorted(cuts), len(order)]
    parts = [order[begin:end] for begin, end in itertools.pairwise(bounds)]
    runs = [[str(LOADS[k]) for k in part if LOADS[k] in days] for part in parts]
    return [run for run in runs if run]


@contextmanager
def empty_one() -> Iterator[Installation]:
    """Make one in memory where the machine has such a folder, gone with the example."""
    memory = Path("/dev/shm")  # noqa: S108 - nobody else's names are guessed
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Installation(Settings(Path(folder) / "home"))


@cache
def of_one_range(stream: tuple[Message, ...]) -> dict[str, str]:
    """Build all at once, once for each stream: check what can be counted, hash every mart."""
    days = lines_by_day(stream)
    with empty_one() as whole:
        land(whole, days)
        whole.build()
        check_counts(whole, days, stream)
        return whole.hashes()


@several
@given(streams=landings, order=orders, cuts=cuts, is_twice=st.booleans())
@example(streams=[EACH_KIND, BACK_LATER], order=[0, 1, 2], cuts={1, 2}, is_twice=False)
@example(streams=[EACH_KIND, BACK_LATER], order=[2, 0, 1], cuts={1}, is_twice=True)
@example(streams=[EACH_KIND, BACK_LATER], order=[1, 2, 0], cuts={1, 2}, is_twice=False)
def test_any_order_any_grouping_and_every_file_twice_make_the_marts_of_one_range(
    streams: list[list[Message]], order: list[int], cuts: set[int], is_twice: bool
) -> None:
    stream = beside(*streams)
    days = lines_by_day(stream)
    names = ("events", "again") if is_twice else ("events",)
    with empty_one() as other:
        land(other, days, names)

        other.build_in_turn(*runs_of(days, order, cuts))

        expected, found = of_one_range(tuple(stream)), other.hashes()
        assert expected.keys() == found.keys()
        differing = {table for table in expected if found[table] != expected[table]}
        # Only the ledger tells of files.
        assert differing == ({"load_ledger"} if is_twice else set())
        check_counts(other, days, stream, times=len(names))


def check_counts(
    installation: Installation,
    days: dict[date, list[str]],
    stream: Sequence[Message],
    times: int = 1,
) -> None:
    """Lines, accepted messages and money, each against a count made here."""
    [(lines, accepted, duplicates, others)] = installation.rows(
        "select sum(lines), sum(accepted), sum(duplicates), sum(quarantined + blank)"
        " from marts.load_ledger"
    )
    assert lines == times * sum(len(found) for found in days.values())
    assert accepted == len(stream)
    assert duplicates == lines - accepted
    assert others == 0

    [(net,)] = installation.rows("select coalesce(sum(net_revenue), 0) from marts.fct_user_days")
    assert net == net_revenue(days, stream)


def net_revenue(days: dict[date, list[str]], stream: Sequence[Message]) -> Decimal:
    """Sum what orders brought that nobody cancelled, less what came back, to the cent."""
    lines = [line for day in sorted(days) for line in days[day]]
    arrival = {
        json.loads(line)["messageId"]: place for place, line in reversed([*enumerate(lines)])
    }
    # Kind by kind: of purchases the first with an amount, of one minute the first to arrive.
    reports = sorted(
        enumerate(stream), key=lambda m: (m[1].amount is None, m[1].minute, arrival[f"m{m[0]}"])
    )
    total = Decimal(0)
    for order in {message.order for message in stream}:
        told = [message for _, message in reports if message.order == order]
        first = next((m for m in told if m.event == "Order Completed"), None)
        back = [message for message in told if message.event == "Order Refunded"]
        own = (first.currency if first else None) or "CNY"
        given = [
            Decimal(message.amount) * RATES[message.currency or own]
            for message in back
            if message.amount
        ]
        if first is None:
            total -= sum(map(in_cents, given), Decimal(0))
        elif first.amount and not any(message.event == "Order Cancelled" for message in told):
            worth = in_cents(Decimal(first.amount) * RATES[own])
            is_whole = len(given) < len(back)
            total += Decimal(0) if is_whole else max(Decimal(0), worth - in_cents(sum(given)))
    return total


def in_cents(amount: Decimal | int) -> Decimal:
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP)
