"""CDNOW and a shop's clicks, against what independent tools computed from the same files."""

import shutil
from pathlib import Path

import pyarrow.csv
import pytest

from tests.conftest import SHARED, Installation, NewInstallation
from tests.skips import NO_REAL_DATA
from warehouse.settings import Source

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not SHARED.is_dir(), reason=NO_REAL_DATA),
]
REFERENCE = SHARED / "reference"


def reference(name: str) -> list[tuple]:
    table = pyarrow.csv.read_csv(
        REFERENCE / name,
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={"month": "string", "cohort": "string", "period": "int64"}
        ),
    )
    return [tuple(row.values()) for row in table.to_pylist()]


@pytest.fixture(scope="module", params=["segment", "text"])
def cdnow(request: pytest.FixtureRequest, new_installation: NewInstallation) -> Installation:
    """CDNOW as Segment lines by day, and as the published text file through a mapped source."""
    if request.param == "segment":
        installation = new_installation(timezone="UTC", currency="USD")
        installation.settings.home.mkdir(exist_ok=True)
        shutil.copytree(SHARED / "data/cdnow/landing", installation.settings.landing_root)
    else:
        source = Source(
            name="cdnow",
            glob="CDNOW_master.txt",
            format="text",
            columns={
                "userId": "customer_id",
                "timestamp": "date",
                "properties.revenue": "dollar_value",
            },
            constants={"type": "track", "event": "Order Completed"},
            date_format="%Y%m%d",
            order_id="row",
        )
        installation = new_installation(timezone="UTC", currency="USD", sources=(source,))
        folder = installation.settings.landing_root / "events" / "dt=1998-06-30"
        folder.mkdir(parents=True)
        shutil.copy(SHARED / "data/files/CDNOW_master.txt", folder)
    installation.build(tables=["fct_orders", "cohort_retention", "lifecycle_periods"])
    return installation


def test_monthly_orders_revenue_and_payers_are_exact(cdnow: Installation) -> None:
    assert cdnow.rows(
        "select strftime(order_date, '%Y-%m'), count(*), cast(sum(amount) * 100 as bigint),"
        " count(distinct user_id) from marts.fct_orders group by 1 order by 1"
    ) == [row[:4] for row in reference("cdnow_kpi_month.csv")]


def test_purchase_cohorts_by_month_are_exact(cdnow: Installation) -> None:
    found = cdnow.rows(
        "select strftime(cohort_start, '%Y-%m'), period_number, users, orders,"
        " cast(net_revenue * 100 as bigint), cohort_size, round(retention_rate, 10)"
        " from marts.cohort_retention"
        " where cohort_by = 'order' and period = 'month' and kind = 'n_period'"
        " and dimension = 'all' order by 1, 2"
    )
    assert found == reference("cdnow_cohort_calendar_month.csv")


def test_monthly_lifecycle_flows_are_exact(cdnow: Installation) -> None:
    assert cdnow.rows(
        "select strftime(period_start, '%Y-%m'), new, \"returning\", resurrecting, dormant, active"
        " from marts.lifecycle_periods where basis = 'order' and period = 'month' order by 1"
    ) == reference("cdnow_lifecycle_month.csv")


def test_all_cdnow_orders_and_dollars_are_there(cdnow: Installation) -> None:
    assert cdnow.rows(
        "select count(*), count(distinct user_id), cast(sum(net_amount) * 100 as bigint)"
        " from marts.fct_orders"
    ) == [(69659, 23570, 250031563)]


STEPS = [
    "product_view",
    "add_to_cart",
    "cart",
    "shipping_details",
    "payment_details",
    "purchase",
]


@pytest.fixture(scope="module")
def clicks(new_installation: NewInstallation) -> Installation:
    installation = new_installation(timezone="UTC", currency="USD")
    shutil.copytree(SHARED / "data/shop_clicks/landing", installation.settings.landing_root)
    rules = installation.settings.rules_dir
    rules.mkdir()
    rows = [f"pay,{k},{event}," for k, event in enumerate(STEPS, start=1)]
    rows += [f"pay_in_an_hour,{k},{event},60" for k, event in enumerate(STEPS, start=1)]
    write(rules / "funnels.csv", "funnel,step,event,window_minutes", rows)
    write(rules / "event_roles.csv", "event,role", [f"{event},activity" for event in STEPS])
    read = ["fct_sessions", "funnel_steps", "cohort_retention", "path_transitions"]
    installation.build(tables=read)
    return installation


def write(path: Path, header: str, rows: list[str]) -> None:
    path.write_text("\n".join([header, *rows]) + "\n")


def test_sessions_are_exact(clicks: Installation) -> None:
    found = clicks.rows(
        "select user_id, cast(started_at as varchar), cast(ended_at as varchar), events"
        " from marts.fct_sessions order by 1, 2"
    )
    expected = reference("shop_clicks_sessions_30m.csv")
    assert len(found) == 3605
    assert found == sorted((user, str(a), str(b), n) for user, _, a, b, n in expected)


@pytest.mark.parametrize(
    ("funnel", "users"),
    [
        ("pay", [598, 517, 429, 329, 222, 114]),
        ("pay_in_an_hour", [598, 480, 321, 167, 68, 15]),
    ],
)
def test_strict_funnels_are_exact(clicks: Installation, funnel: str, users: list[int]) -> None:
    found = clicks.rows(
        f"select users from marts.funnel_steps where funnel = '{funnel}' order by step"
    )
    assert [row[0] for row in found] == users


def test_monthly_activity_cohorts_are_exact(clicks: Installation) -> None:
    assert clicks.rows(
        "select strftime(cohort_start, '%Y-%m'), period_number, users"
        " from marts.cohort_retention"
        " where cohort_by = 'activity' and period = 'month' and kind = 'n_period'"
        " and dimension = 'all' order by 1, 2"
    ) == reference("shop_clicks_cohort_month_counts.csv")


def test_transitions_within_sessions_are_exact(clicks: Installation) -> None:
    found = clicks.rows(
        "select from_event, to_event, transitions from marts.path_transitions"
        " where outcome = 'all' order by 1, 2"
    )
    assert found == sorted(reference("shop_clicks_transitions_in_sessions.csv"))
    assert sum(row[2] for row in found) == 27_501
