"""What buyers are worth: fitted between two halves of a run, the same by day and by range."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from tests.conftest import ROOT, Installation, NewInstallation
from tests.rule_files import shipped, write_own
from warehouse.numbers import bgnbd, gamma_gamma
from warehouse.settings import Settings

FIRST, DAYS, PEOPLE = date(2026, 3, 1), 60, 150
FEW = {"clv_min_buyers": "20", "clv_min_days": "20", "clv_holdout_days": "10"}


def own_terms(settings: Settings, values: dict[str, str]) -> None:
    lines = []
    for line in shipped("parameters").splitlines():
        name, _, *rest = line.split(",", 2)
        lines.append(",".join([name, values[name], *rest]) if name in values else line)
    write_own(settings, "parameters.csv", "\n".join(lines) + "\n")


def orders() -> list[tuple[str, date, float]]:
    """Buyers who come back at rates of their own, until they do not; the same each time."""
    chance = Random(4)  # noqa: S311
    found = []
    for person in range(PEOPLE):
        rate, leaves, mean = chance.gammavariate(1, 0.12), chance.betavariate(1, 4), 20 + person
        day = chance.randrange(20)
        while day < DAYS:
            amount = round(mean * chance.gammavariate(6, 1 / 6), 2)
            found.append((f"p{person}", FIRST + timedelta(days=day), amount))
            if chance.random() < leaves:
                break
            day += 1 + int(chance.expovariate(rate))
    return found


def land(settings: Settings, last: date) -> list[str]:
    days: dict[date, list[str]] = {}
    for number, (person, day, amount) in enumerate(orders()):
        at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC) + timedelta(seconds=number)
        line = {
            "type": "track",
            "event": "Order Completed",
            "messageId": f"m{number}",
            "userId": person,
            "timestamp": at.isoformat(),
            "properties": {"order_id": f"o{number}", "revenue": amount},
        }
        if day <= last:
            days.setdefault(day, []).append(json.dumps(line))
    for day, lines in days.items():
        folder = settings.landing_root / "events" / f"dt={day}"
        folder.mkdir(parents=True)
        (folder / "events.ndjson").write_text("\n".join(lines) + "\n")
    return sorted(map(str, days))


@pytest.fixture(scope="module")
def ranged(new_installation: NewInstallation) -> Installation:
    installation = new_installation(timezone="UTC")
    own_terms(installation.settings, FEW)
    land(installation.settings, FIRST + timedelta(days=DAYS))
    installation.build()
    return installation


def known(as_of: date) -> pd.DataFrame:
    """One row a buyer as of a day, from the orders as they were made up."""
    frame = pd.DataFrame(orders(), columns=["user_id", "day", "amount"])
    frame = frame[frame["day"] <= as_of].groupby(["user_id", "day"])["amount"].sum().reset_index()
    first = frame.groupby("user_id")["day"].transform("min")
    again = frame[frame["day"] > first].groupby("user_id")["amount"].mean()
    found = frame.groupby("user_id")["day"].agg(["min", "max", "count"])
    return pd.DataFrame(
        {
            "x": found["count"] - 1,
            "t_x": [(b - a).days for a, b in zip(found["min"], found["max"], strict=True)],
            "age": [(as_of - a).days for a in found["min"]],
            "spend": again.reindex(found.index),
        }
    )


def test_every_sunday_and_the_newest_day_are_fitted_to_what_buyers_did(
    ranged: Installation,
) -> None:
    rows = ranged.rows(
        "select as_of_date, status, buyers, r, alpha, a, b, p, q, v from marts.clv_fits order by 1"
    )
    newest = rows[-1][0]
    sundays = [FIRST + timedelta(days=ago) for ago in range(DAYS)]
    kept = [day for day in sundays if day.isoweekday() == 7 and day < newest] + [newest]
    assert [row[0] for row in rows] == kept
    assert {row[1] for row in rows if (row[0] - FIRST).days < 20} == {"insufficient_data"}
    assert rows[-1][1] == "ok"
    for day, status, buyers, *parameters in rows:
        people = known(day)
        assert buyers == len(people)
        if status == "ok":
            model = bgnbd.fit(bgnbd.Buyers.of(people["x"], people["t_x"], people["age"])).model
            spend = gamma_gamma.fit(people["x"], people["spend"].fillna(0)).model
            expected = [*vars(model).values(), *vars(spend).values()]
            assert parameters == pytest.approx(expected, rel=1e-4)


def test_the_last_fit_of_a_month_is_tried_on_days_it_did_not_see(ranged: Installation) -> None:
    tried = ranged.rows(
        "select as_of_date, holdout_expected, holdout_actual from marts.clv_fits"
        " where holdout_actual is not null order by 1"
    )
    day, expected, actual = tried[-1]
    assert {each[0] for each in tried} <= {date(2026, 3, 29), date(2026, 4, 26)}
    assert day == date(2026, 4, 26)
    before = known(day - timedelta(days=10))
    frame = pd.DataFrame(orders(), columns=["user_id", "day", "amount"])
    held = frame[(frame["day"] > day - timedelta(days=10)) & (frame["day"] <= day)]
    held = held[held["user_id"].isin(before.index)].drop_duplicates(["user_id", "day"])
    assert actual == len(held)
    assert expected > 0


def test_each_buyer_of_the_newest_day_is_predicted(ranged: Installation) -> None:
    rows = ranged.rows(
        "select user_id, x, t_x, age_days, p_alive, expected_orders_90d, clv_365d, status,"
        " as_of_date from marts.clv_predictions"
        " where as_of_date = (select max(as_of_date) from marts.clv_fits)"
    )
    people = known(rows[0][-1])
    assert sorted(row[0] for row in rows) == sorted(people.index)
    for user, x, t_x, age, alive, more, worth, status, _ in rows:
        assert (x, t_x, age) == tuple(people.loc[user, ["x", "t_x", "age"]])
        assert status == "ok"
        assert 0 < alive <= 1
        assert more > 0
        assert worth > 0
    days = ranged.rows("select distinct as_of_date from marts.clv_predictions order by 1")
    assert [day for (day,) in days][:-1] == [date(2026, 3, 29), date(2026, 4, 26)]


def test_day_by_day_and_late_orders_make_the_same(
    ranged: Installation, new_installation: NewInstallation
) -> None:
    daily = new_installation(timezone="UTC")
    own_terms(daily.settings, FEW)
    days = land(daily.settings, FIRST + timedelta(days=DAYS))
    late = days.pop(20)
    # Weeks at once first; a day out of their middle comes last but two.
    daily.build(*days[:-2])
    for day in (days[-2], late, days[-1]):
        daily.build(day)

    assert daily.hashes() == ranged.hashes()


def test_a_small_shop_is_built_at_once_and_fits_nothing(copied: Installation) -> None:
    # In a process of its own: others here have imported what fits.
    script = (
        "import sys; from pathlib import Path; from tests.conftest import Installation;"
        "from warehouse.settings import Settings; import orchestration.dbt_run as dbt_run;"
        "seen = []; stream = dbt_run.stream;"
        "dbt_run.stream = lambda *given: seen.append(given) or stream(*given);"
        "Installation(Settings(home=Path(sys.argv[1]))).build();"
        "print(len(seen), sorted(m for m in sys.modules if m.startswith('warehouse.numbers.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(copied.settings.home)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip().splitlines()[-1] == "1 []"


def test_what_was_fitted_goes_when_too_few_are_left(
    ranged: Installation, new_installation: NewInstallation
) -> None:
    parts = Path(ranged.settings.home) / "lake" / "clv_predictions"
    assert len(list(parts.glob("as_of=2026*"))) > 0
    own_terms(ranged.settings, {**FEW, "clv_min_buyers": "5000"})
    ranged.build()

    assert list(parts.glob("as_of=2026*")) == []
    newest = "as_of_date = (select max(as_of_date) from marts.clv_fits)"
    assert ranged.rows(f"select status from marts.clv_fits where {newest}") == [
        ("insufficient_data",)
    ]
    told = ranged.rows(
        f"select distinct status, clv_365d from marts.clv_predictions where {newest}"
    )
    assert told == [("insufficient_data", None)]
    assert ranged.rows("select count(ltv), count(*) > 0 from marts.dim_users") == [(0, True)]
    assert ranged.rows("select distinct value_basis from marts.recall_candidates") in (
        [],
        [("mean_order",)],
    )
