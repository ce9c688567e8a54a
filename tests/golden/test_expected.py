"""Every mart of the hand-written days, row by row; `python -m tests.golden` writes them anew.

Derived by hand from the landed lines and the definitions: the orders, the user-days, the sessions,
the ledger, the flows, the funnels, RFM, and of `kpi_daily` what stands below. The rest was read
once, cell by cell, against these.
"""

import csv

import pytest

from tests.conftest import Installation
from tests.golden.tables import EXPECTED, differences, read_marts

NAMES = sorted(path.stem for path in EXPECTED.glob("*.csv"))


@pytest.fixture(scope="module")
def marts(finished: Installation) -> dict[str, list[str]]:
    return read_marts(finished.settings.serving_build_db)


def test_every_mart_has_its_expected_rows_and_no_other_has(marts: dict[str, list[str]]) -> None:
    assert sorted(marts) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_rows_of_a_mart_are_those_expected(marts: dict[str, list[str]], name: str) -> None:
    expected = (EXPECTED / f"{name}.csv").read_text(encoding="utf-8").splitlines()

    differing = differences(expected, marts.get(name, []))

    assert not differing, "\n".join(differing)


# Four people on 1 March (ann, cat, dan, who came late, and bob's visit without a name), three on
# the 2nd, ann alone on the 3rd, bob alone on the 4th. Orders: o1 of ann, 100.10; o2 of bob, USD 20
# at 7.10; o3 of cat, cancelled a day later; o4 of ann in a currency without a rate. Refunds of o1:
# 30.10, then 90, of which no more than 70.00 is left to take.
BY_HAND = {
    "dau": (4, 3, 1, 1),
    # Four days are no week; a refund was never seen before the second.
    "wau": (None, None, None, None),
    "new_users": (4, 0, 0, 0),
    "orders": (1, 2, 1, 0),
    "gmv": (100.1, 192, 0, 0),
    "refunds": (None, 30.1, 70, 0),
    "net_revenue": (100.1, 161.9, -120, 0),
    # ann 01:00:05 to 02:00:00 and cat 15:50 to 16:05: 4,495 seconds of four people.
    "online_minutes_per_user": (4495 / 60 / 4, 0, 0, 0),
    "d1_retention": (None, 0.75, None, None),
}


@pytest.mark.parametrize("kpi", BY_HAND)
def test_what_is_expected_of_the_kpis_is_what_the_definitions_say(kpi: str) -> None:
    with (EXPECTED / "kpi_daily.csv").open(encoding="utf-8", newline="") as rows:
        found = [
            float(row["value"]) if row["value"] else None
            for row in sorted(csv.DictReader(rows), key=lambda row: row["as_of_date"])
            if (row["kpi"], row["dimension"]) == (kpi, "all")
        ]

    assert found == pytest.approx(BY_HAND[kpi])


def test_a_changed_row_is_told_as_what_was_expected_and_what_was_found() -> None:
    assert differences(["a,b", "1,2", "3,4"], ["a,b", "1,5", "3,4"])[-2:] == ["-1,2", "+1,5"]
    assert differences(["a,b", "1,2"], ["a,b"])[-1:] == ["-1,2"]
    assert differences(["a,b"], ["a,b"]) == []
