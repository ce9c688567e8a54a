"""Whatever arrives, in whatever order, however often: the same marts, and nothing lost."""

import itertools
import json
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.conftest import Installation, NewInstallation
from warehouse.settings import Settings

# A Friday noon: events cross a Sunday and local midnights, and arrive on three days.
FIRST = datetime(2026, 4, 3, 12, tzinfo=UTC)
LOADS = [date(2026, 4, 4), date(2026, 4, 5), date(2026, 4, 6)]
EVENTS = ["Product Viewed", "Signed In", "Order Completed", "Order Refunded", "Dance Performed"]

# (person, known by name, what, minutes since the start, days late, order, copies)
messages = st.tuples(
    st.integers(0, 3),
    st.booleans(),
    st.sampled_from(EVENTS),
    st.integers(0, len(LOADS) * 24 * 60 - 1),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(1, 2),
)
streams = st.lists(messages, min_size=4, max_size=30)
# The load days in some order, and where that order is cut into runs.
orders = st.permutations(range(len(LOADS)))
cuts = st.sets(st.integers(1, len(LOADS) - 1))
EACH_KIND = [
    (
        person,
        number % 2 == 0,
        event,
        1440 * (number % 3) + 60 * person,
        number % 2,
        1,
        1 + person % 2,
    )
    for number, event in enumerate(EVENTS)
    for person in range(2)
]

# Few models of few lines: an example is three builds, mostly. Other ones each time: what fails
# is kept in `.hypothesis`, and printed as a line that repeats it anywhere.
several = settings(
    max_examples=25,
    deadline=timedelta(minutes=5),
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def lines_by_day(stream: Sequence[tuple[Any, ...]]) -> dict[date, list[str]]:
    """Lay a stream into load days: late messages arrive later, copies a day after that."""
    days: dict[date, list[str]] = {}
    for number, (person, is_known, event, minute, late, order, copies) in enumerate(stream):
        at = FIRST + timedelta(minutes=minute)
        body: dict[str, Any] = {
            "type": "track",
            "event": event,
            "messageId": f"m{number}",
            "anonymousId": f"device{person}",
            "timestamp": at.isoformat(),
        }
        if is_known:
            body["userId"] = f"user{person}"
        if event.startswith("Order"):
            body["properties"] = {"order_id": f"o{order}", "revenue": number + 0.25}
        for copy in range(copies):
            day = min(max(at.date(), LOADS[0]) + timedelta(days=late + copy), LOADS[-1])
            days.setdefault(day, []).append(json.dumps(body))
    return days


def land(
    installation: Installation, days: dict[date, list[str]], names: Collection[str] = ("events",)
) -> None:
    for day, lines in days.items():
        folder = installation.settings.landing_root / "events" / f"dt={day}"
        folder.mkdir(parents=True)
        for name in names:
            (folder / f"{name}.ndjson").write_text("\n".join(lines) + "\n")


def runs_of(days: Collection[date], order: list[int], cuts: set[int]) -> list[list[str]]:
    """Return which landed days each run loads; none of them are no run."""
    bounds = [0, *sorted(cuts), len(order)]
    parts = [order[begin:end] for begin, end in itertools.pairwise(bounds)]
    runs = [[str(LOADS[k]) for k in part if LOADS[k] in days] for part in parts]
    return [run for run in runs if run]


@contextmanager
def installations() -> Iterator[tuple[Installation, Installation]]:
    """Two empty ones, in memory where the machine has such a folder, gone with the example."""
    memory = Path("/dev/shm")  # noqa: S108 - nobody else's names are guessed
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        one, other = (Installation(Settings(Path(folder) / name)) for name in ("one", "other"))
        yield one, other


@several
@given(stream=streams, order=orders, cuts=cuts, is_twice=st.booleans())
@example(stream=EACH_KIND, order=[0, 1, 2], cuts={1, 2}, is_twice=False)
@example(stream=EACH_KIND, order=[2, 0, 1], cuts={1}, is_twice=True)
def test_any_order_any_grouping_and_every_file_twice_make_the_marts_of_one_range(
    stream: list[tuple[Any, ...]], order: list[int], cuts: set[int], is_twice: bool
) -> None:
    days = lines_by_day(stream)
    names = ("events", "again") if is_twice else ("events",)
    with installations() as (whole, other):
        land(whole, days)
        land(other, days, names)

        whole.build()
        for run in runs_of(days, order, cuts):
            other.build(*run)

        expected, found = whole.hashes(), other.hashes()
        assert expected.keys() == found.keys()
        differing = {table for table in expected if found[table] != expected[table]}
        # Only the ledger tells of files.
        assert differing == ({"load_ledger"} if is_twice else set())
        check_counts(whole, days, stream)
        check_counts(other, days, stream, times=len(names))


def check_counts(
    installation: Installation,
    days: dict[date, list[str]],
    stream: list[tuple[Any, ...]],
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

    first_reports: dict[int, tuple[int, str, int]] = {}
    for number, (_, _, event, minute, _, order, _) in enumerate(stream):
        if event == "Order Completed":
            first_reports[order] = min(
                first_reports.get(order, (10**9, "", 0)), (minute, f"m{number}", number)
            )
    refunds = {
        order: sum(
            number + 0.25
            for number, (_, _, event, _, _, other, _) in enumerate(stream)
            if event == "Order Refunded" and other == order
        )
        for order in first_reports
    }
    expected = sum(
        max(0.0, number + 0.25 - refunds[order]) for order, (_, _, number) in first_reports.items()
    )
    [(net,)] = installation.rows("select coalesce(sum(net_revenue), 0) from marts.fct_user_days")
    assert float(net) == pytest.approx(expected)


def test_a_day_redelivered_without_some_lines_takes_them_back(
    new_installation: NewInstallation, tmp_path: Path
) -> None:
    days = lines_by_day([(0, True, "Product Viewed", 60 * hour, 0, 0, 1) for hour in range(72)])
    changed, straight = new_installation(), new_installation()
    land(changed, days)
    changed.build()
    victim = sorted(days)[0]
    days[victim] = days[victim][:3]
    shutil.rmtree(changed.settings.landing_root)
    land(changed, days)
    land(straight, days)

    changed.build(str(victim))
    straight.build()

    assert changed.hashes() == straight.hashes()


def test_aliases_that_come_late_or_overrule_each_other_move_the_days_they_reach(
    new_installation: NewInstallation,
) -> None:
    def line(day: int, **fields: Any) -> str:
        at = (FIRST + timedelta(days=day)).isoformat()
        return json.dumps({"timestamp": at, "type": "track"} | fields)

    def alias(day: int, previous: str, user: str, message: str) -> str:
        return line(day, type="alias", previousId=previous, userId=user, messageId=message)

    view = {"event": "Product Viewed"}
    days = {
        date(2026, 4, 3): [line(0, userId=u, messageId=f"v{u}", **view) for u in "abx"],
        date(2026, 4, 4): [alias(1, "a", "b", "second")],
        # Arrives last and happened first: a was x all along, and never b.
        date(2026, 4, 5): [
            alias(0, "a", "x", "first"),
            line(2, userId="a", messageId="last", **view),
        ],
    }
    whole, daily = new_installation(), new_installation()
    land(whole, days)
    land(daily, days)

    whole.build()
    for day in days:
        daily.build(str(day))

    assert daily.hashes() == whole.hashes()
    assert whole.rows(
        "select user_id, sum(events) from marts.fct_user_days group by 1 order by 1"
    ) == [
        ("b", 1),
        ("x", 3),
    ]
