"""The published sample of CDNOW, carried here, against pandas: an outside check on any checkout.

`cdnow_sample.csv.gz` has customer, date and dollars of the 1/10 sample of Fader and Hardie
(brucehardie.com, "Notes on the CDNOW master data set"; also in the `lifetimes` repository, MIT):
6,919 orders of 2,357 customers, 1997-01-01 to 1998-06-30. What is expected is worked out here from
the definitions, on whole frames, and shares no code with the models.
"""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.conftest import Installation, NewInstallation
from warehouse.settings import Source

SAMPLE = Path(__file__).with_name("cdnow_sample.csv.gz")
AS_OF = pd.Timestamp("1998-06-30")
SOURCE = Source(
    name="cdnow",
    glob="cdnow.csv",
    format="csv",
    columns={"userId": "customer", "timestamp": "date", "properties.revenue": "dollars"},
    constants={"type": "track", "event": "Order Completed"},
    date_format="%Y%m%d",
    order_id="row",
)


@pytest.fixture(scope="module")
def sample(new_installation: NewInstallation) -> Installation:
    installation = new_installation(timezone="UTC", currency="USD", sources=(SOURCE,))
    folder = installation.settings.landing_root / "events" / f"dt={AS_OF.date()}"
    folder.mkdir(parents=True)
    (folder / "cdnow.csv").write_bytes(gzip.decompress(SAMPLE.read_bytes()))
    installation.build(tables=["fct_orders", "cohort_retention", "lifecycle_periods", "rfm_scores"])
    return installation


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    """One row an order: customer, date, cents, its month and the month of the first one."""
    frame = pd.read_csv(SAMPLE, dtype={"customer": str}, parse_dates=["date"])
    frame["cents"] = (frame["dollars"] * 100).round().astype("int64")
    frame["month"] = frame["date"].dt.to_period("M")
    frame["cohort"] = frame.groupby("customer")["month"].transform("min")
    return frame


def tuples(frame: pd.DataFrame) -> list[tuple]:
    return [tuple(row) for row in frame.astype(object).to_numpy().tolist()]


def test_the_sample_is_the_published_one(orders: pd.DataFrame) -> None:
    assert (len(orders), orders["customer"].nunique()) == (6919, 2357)
    assert orders["cents"].sum() == 24_409_194


def test_monthly_orders_revenue_and_payers_are_those_of_pandas(
    sample: Installation, orders: pd.DataFrame
) -> None:
    months = orders.groupby(orders["month"].astype(str))
    expected = months.agg(
        orders=("cents", "size"), cents=("cents", "sum"), payers=("customer", "nunique")
    ).reset_index()

    assert sample.rows(
        "select strftime(order_date, '%Y-%m'), count(*), cast(sum(amount) * 100 as bigint),"
        " count(distinct user_id) from marts.fct_orders group by 1 order by 1"
    ) == tuples(expected)


def test_purchase_cohorts_by_month_are_those_of_pandas(
    sample: Installation, orders: pd.DataFrame
) -> None:
    size = orders.groupby("cohort")["customer"].nunique()
    last = AS_OF.to_period("M")
    cells = orders.groupby(["cohort", "month"]).agg(
        users=("customer", "nunique"), orders=("cents", "size"), cents=("cents", "sum")
    )
    every = [(c, m) for c in size.index for m in pd.period_range(c, last, freq="M")]
    cells = cells.reindex(pd.MultiIndex.from_tuples(every), fill_value=0)
    expected = [
        (str(cohort), (month - cohort).n, *map(int, cell), int(size[cohort]),
         round(cell.users / size[cohort], 10))
        for (cohort, month), cell in zip(every, cells.itertuples(index=False), strict=True)
    ]  # fmt: skip

    found = sample.rows(
        "select strftime(cohort_start, '%Y-%m'), period_number, users, orders,"
        " cast(net_revenue * 100 as bigint), cohort_size, round(retention_rate, 10)"
        " from marts.cohort_retention"
        " where cohort_by = 'order' and period = 'month' and kind = 'n_period'"
        " and dimension = 'all' order by 1, 2"
    )

    assert found == expected


def test_monthly_flows_of_buyers_are_those_of_sets(
    sample: Installation, orders: pd.DataFrame
) -> None:
    months = pd.period_range("1997-01", "1998-06", freq="M")
    buyers = {m: set(orders.loc[orders["month"] == m, "customer"]) for m in months}
    expected, seen, before = [], set(), set()
    for month in months:
        now = buyers[month]
        flows = (now - seen, now & before & seen, (now & seen) - before, before - now, now)
        expected.append((str(month), *map(len, flows)))
        seen, before = seen | now, now

    assert (
        sample.rows(
            "select strftime(period_start, '%Y-%m'), new, \"returning\", resurrecting, dormant,"
            " active from marts.lifecycle_periods where basis = 'order' and period = 'month'"
            " order by 1"
        )
        == expected
    )


def test_rfm_of_every_buyer_is_that_of_pandas(sample: Installation, orders: pd.DataFrame) -> None:
    buyers = orders.groupby("customer").agg(
        last=("date", "max"), frequency=("cents", "size"), cents=("cents", "sum")
    )
    buyers["recency"] = (AS_OF - buyers["last"]).dt.days

    def score(values: pd.Series) -> pd.Series:
        share = (values.rank(method="min") - 1) / (len(values) - 1)
        return np.minimum(5, 1 + np.floor(5 * share)).astype(int)

    scores = [score(buyers[name] * sign) for name, sign in
              (("recency", -1), ("frequency", 1), ("cents", 1))]  # fmt: skip
    expected = pd.concat([buyers[["recency", "frequency", "cents"]], *scores], axis=1)

    found = sample.rows(
        "select user_id, recency_days, frequency, cast(monetary * 100 as bigint), r_score, f_score,"
        f" m_score from marts.rfm_scores where as_of_date = date '{AS_OF.date()}' order by 1"
    )

    assert found == tuples(expected.reset_index())
