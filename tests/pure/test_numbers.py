"""BG/NBD and Gamma-Gamma: the published CDNOW sample, people made by the models, odd histories.

`golden/cdnow_sample.csv.gz` is the sample itself; `golden/cdnow_expected_weeks.csv.gz` has what the
`lifetimes` package (0.11.3, MIT) says of each of its customers after the first 39 weeks.
"""

import time
from math import gamma
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import hyp2f1

from warehouse.numbers import bgnbd, clv, gamma_gamma
from warehouse.numbers.bgnbd import BgNbd, Buyers
from warehouse.numbers.gamma_gamma import GammaGamma

GOLDEN = Path(__file__).parents[1] / "golden"
CUT = pd.Timestamp("1997-09-30")


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    """One row a customer of the first 39 weeks: x, t_x, age in weeks, spend."""
    orders = pd.read_csv(
        GOLDEN / "cdnow_sample.csv.gz", dtype={"customer": str}, parse_dates=["date"]
    )
    days = orders[orders["date"] <= CUT].groupby(["customer", "date"])["dollars"].sum()
    days = days.reset_index()
    first = days.groupby("customer")["date"].transform("min")
    again = days[days["date"] > first].groupby("customer")["dollars"].mean()
    found = days.groupby("customer")["date"].agg(["min", "max", "count"])
    return pd.DataFrame(
        {
            "x": found["count"] - 1,
            "t_x": (found["max"] - found["min"]).dt.days / 7,
            "age": (CUT - found["min"]).dt.days / 7,
            "spend": again.reindex(found.index).fillna(0),
        }
    )


@pytest.fixture(scope="module")
def fitted(sample: pd.DataFrame) -> bgnbd.BgNbdFit:
    return bgnbd.fit(Buyers.of(sample["x"], sample["t_x"], sample["age"]))


def test_the_fit_of_the_published_sample_is_the_published_one(fitted: bgnbd.BgNbdFit) -> None:
    assert fitted.converged
    assert fitted.log_likelihood >= -9582.44
    model = fitted.model
    published = [0.243, 4.414, 0.793, 2.426]
    assert [model.r, model.alpha, model.a, model.b] == pytest.approx(published, rel=0.01)


def test_the_spending_of_the_published_sample_is_the_published_one(sample: pd.DataFrame) -> None:
    fitted = gamma_gamma.fit(sample["x"], sample["spend"])
    assert fitted.converged
    model = fitted.model
    assert [model.p, model.q, model.v] == pytest.approx([6.25, 3.74, 15.44], rel=0.01)
    assert fitted.log_likelihood == pytest.approx(-4055.9177, abs=1e-3)
    assert 0 < fitted.correlation < 0.3


def test_each_customer_of_the_sample_is_expected_to_do_what_another_package_expects(
    sample: pd.DataFrame, fitted: bgnbd.BgNbdFit
) -> None:
    other = pd.read_csv(GOLDEN / "cdnow_expected_weeks.csv.gz", dtype={"customer": str})
    assert list(other["customer"]) == list(sample.index)
    history = sample["x"], sample["t_x"], sample["age"]
    expected = fitted.model.expected_more(*history, 39.0)
    np.testing.assert_allclose(expected, other["expected_39_weeks"], atol=1e-4, rtol=0.005)
    alive = fitted.model.p_alive(*history)
    np.testing.assert_allclose(alive, other["p_alive"], atol=1e-4, rtol=0.005)


def test_the_unit_of_time_changes_alpha_and_nothing_that_is_expected(
    sample: pd.DataFrame, fitted: bgnbd.BgNbdFit
) -> None:
    days = bgnbd.fit(Buyers.of(sample["x"], sample["t_x"] * 7, sample["age"] * 7))
    assert days.model.alpha == pytest.approx(fitted.model.alpha * 7, rel=1e-4)
    assert days.model.r == pytest.approx(fitted.model.r, rel=1e-4)
    # Densities of times: a unit a seventh as long makes each of them a seventh.
    moved = fitted.log_likelihood - sample["x"].sum() * np.log(7)
    assert days.log_likelihood == pytest.approx(moved, abs=1e-3)


def likelihood_as_published(model: BgNbd, x: float, t_x: float, age: float) -> float:
    """Fader, Hardie & Lee (2005), equation 6, in plain floats and by another arrangement."""

    def beta(one: float, two: float) -> float:
        return gamma(one) * gamma(two) / gamma(one + two)

    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    common = gamma(r + x) * alpha**r / gamma(r)
    alive = beta(a, b + x) / beta(a, b) / (alpha + age) ** (r + x)
    gone = beta(a + 1, b + x - 1) / beta(a, b) / (alpha + t_x) ** (r + x) if x > 0 else 0.0
    return float(np.log(common * (alive + gone)))


def test_the_likelihood_is_that_of_the_paper() -> None:
    model = BgNbd(0.6, 5.0, 0.8, 2.5)
    rows = [(0, 0, 30), (1, 4, 30), (1, 30, 30), (3, 17, 21), (7, 20, 39)]
    x, t_x, age = np.array(rows, float).T
    whole = sum(likelihood_as_published(model, *map(float, row)) for row in rows)
    assert model.log_likelihood(Buyers.of(x, t_x, age)) == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("parameters", [(0.3, 5.0, 0.7, 2.0), (2.0, 0.4, 1.3, 0.6)])
def test_gradients_are_those_of_the_likelihoods(parameters: tuple[float, ...]) -> None:
    rng = np.random.default_rng(5)
    age = rng.integers(1, 60, 300)
    x = np.minimum(rng.poisson(1.5, 300), age)
    t_x = np.where(x > 0, np.minimum(x + rng.integers(0, 30, 300), age), 0)
    spend = rng.gamma(3, 10, 300)[x > 0]
    for objective, at in (
        (bgnbd.objective(Buyers.of(x, t_x, age)), np.array(parameters)),
        (gamma_gamma.objective(x[x > 0], spend, np.ones(len(spend))), np.array(parameters[:3])),
    ):
        _, gradient = objective(at)
        for place, slope in enumerate(gradient):
            step = np.ones_like(at)
            step[place] = np.exp(1e-6)
            difference = objective(at * step)[0] - objective(at / step)[0]
            assert slope == pytest.approx(difference / 2e-6, abs=1e-6)


def test_expectations_are_those_of_the_paper_before_they_are_transformed() -> None:
    model = BgNbd(0.6, 5.0, 0.8, 2.5)
    r, alpha, a, b = 0.6, 5.0, 0.8, 2.5
    for x, t_x, age, ahead in [(0, 0, 30, 39), (1, 4, 30, 10), (5, 29, 30, 365), (3, 0.5, 90, 1)]:
        series = hyp2f1(r + x, b + x, a + b + x - 1, ahead / (alpha + age + ahead))
        still = 1 - ((alpha + age) / (alpha + age + ahead)) ** (r + x) * series
        gone = (x > 0) * a / (b + max(x, 1) - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x)
        published = (a + b + x - 1) / (a - 1) * still / (1 + gone)
        found = model.expected_more([x], [t_x], [age], float(ahead))
        assert found == pytest.approx([published], rel=1e-9)
        assert model.p_alive([x], [t_x], [age]) == pytest.approx([1 / (1 + gone)], rel=1e-12)
    series = hyp2f1(r, b, a + b - 1, 52 / (alpha + 52))
    published = (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + 52)) ** r * series)
    assert model.expected(52.0) == pytest.approx(published, rel=1e-9)


def test_a_frequent_buyer_and_the_edges_of_the_formulas_give_numbers() -> None:
    for a in (1.0, 1.0 + 1e-9, 0.2, 3.0):
        model = BgNbd(0.5, 10.0, a, 1.0 - min(a, 0.2) if a < 1 else 2.0)
        more = model.expected_more([0, 1, 900], [0, 1, 899], [1000, 1000, 900], [1.0, 365.0])
        assert more.shape == (3, 2)
        assert np.isfinite(more).all()
        assert (more >= 0).all()
        assert (np.diff(more) >= 0).all()
        # Nine hundred purchases in nine hundred days: nearly one a day, while he stays.
        assert more[2, 0] == pytest.approx(0.99, abs=0.02)
    assert BgNbd(0.5, 1e-3, 5.0, 1e-3).p_alive([50], [1], [9999])[0] < 1e-9


def people(count: int, days: int, seed: int) -> tuple[np.ndarray, ...]:
    """Draw buyers from the model: r 0.8, alpha 60, a 0.8, b 2.5; times in days, none rounded."""
    rng = np.random.default_rng(seed)
    rate, leaves = rng.gamma(0.8, 1 / 60, count), rng.beta(0.8, 2.5, count)
    age = rng.integers(1, days, count).astype(float)
    x, last, now = np.zeros(count), np.zeros(count), np.zeros(count)
    alive = np.ones(count, bool)
    while alive.any():
        now += rng.exponential(1 / np.maximum(rate, 1e-12))
        alive &= now <= age
        x[alive] += 1
        last[alive] = now[alive]
        alive &= rng.random(count) >= leaves
    return x, last, age


def test_a_million_buyers_take_seconds_and_show_what_they_were_made_by() -> None:
    x, t_x, age = people(1_000_000, 731, 11)
    t_x = np.floor(t_x)
    began = time.process_time()
    buyers = Buyers.of(x, t_x, age)
    grouped = time.process_time()
    fitted = bgnbd.fit(buyers)
    ended = time.process_time()
    made_by = [0.8, 60, 0.8, 2.5]
    model = fitted.model
    assert fitted.converged
    assert [model.r, model.alpha, model.a, model.b] == pytest.approx(made_by, rel=0.05)
    clv.predict(model, x, t_x, age, np.full(len(x), 10.0), 0.01)
    # Of a machine at rest: 0.4, 0.4 and 2.5 seconds.
    assert ended - grouped < 5
    assert time.process_time() - began < 30


def test_what_the_model_expects_of_people_made_by_it_they_do() -> None:
    x, t_x, age = people(40_000, 361, 3)
    model = bgnbd.fit(Buyers.of(x, t_x, age)).model
    # A new buyer watched for his age: the mean over all is what they did.
    assert model.expected(age).sum() == pytest.approx(x.sum(), rel=0.02)


def test_spending_made_by_the_model_shows_its_parameters() -> None:
    rng = np.random.default_rng(2)
    x = rng.integers(1, 12, 400_000)
    spend = rng.gamma(6 * x, 1 / rng.gamma(4, 1 / 15, len(x))) / x
    fitted = gamma_gamma.fit(x, spend)
    assert fitted.converged
    assert abs(fitted.correlation) < 0.02
    found = [fitted.model.p, fitted.model.q, fitted.model.v]
    assert found == pytest.approx([6, 4, 15], rel=0.05)


def test_a_buyer_without_a_repeat_spends_as_all_do_and_one_with_many_as_he_did() -> None:
    model = GammaGamma(6.0, 4.0, 15.0)
    spends = model.expected_spend([0, 100], [0, 77])
    assert spends[0] == pytest.approx(6 * 15 / 3)
    assert spends[1] == pytest.approx(77, rel=0.01)


def test_without_a_mean_the_segment_speaks_and_the_model_refuses() -> None:
    model = GammaGamma(2.0, 0.9, 15.0)
    with pytest.raises(ValueError, match="not above 1"):
        model.expected_spend([1], [10])
    segments = np.array(["loyal", "loyal", "new", "lost", "loyal"])
    spend = clv.expected_spend(model, [2, 1, 0, 3, 0], [10, 30, np.nan, 50, np.nan], segments)
    assert spend.tolist() == [20, 20, 30, 50, 20]


def test_value_discounts_what_each_month_adds() -> None:
    model = BgNbd(0.6, 50.0, 0.8, 2.5)
    history = np.array([[0, 0, 30], [2, 20, 90]], float).T
    told = clv.predict(model, *history, np.array([10.0, 20.0]), 0.01)
    month = 365 / 12
    for row, spend in ((0, 10.0), (1, 20.0)):
        one = history[:, [row]]
        sums = [model.expected_more(*one, i * month)[0] for i in range(13)]
        value = sum((sums[i] - sums[i - 1]) / 1.01**i for i in range(1, 13)) * spend
        assert told.clv_365d[row] == pytest.approx(value)
        assert told.expected_orders_365d[row] == pytest.approx(sums[12])
        assert told.expected_orders_30d[row] < told.expected_orders_90d[row] < sums[12]
        assert told.clv_365d[row] < spend * sums[12]
    undiscounted = clv.predict(model, *history, np.array([10.0, 20.0]), 0.0)
    assert undiscounted.clv_365d == pytest.approx(
        undiscounted.expected_orders_365d * np.array([10, 20])
    )


@pytest.mark.parametrize(
    ("x", "t_x", "age"),
    [([1], [5], [4]), ([-1], [0], [4]), ([1], [np.nan], [4]), ([0], [2], [4]), ([1], [-1], [4])],
)
def test_what_no_history_can_be_is_refused(x: list, t_x: list, age: list) -> None:
    with pytest.raises(ValueError, match=r"have to be|must not be|has no time"):
        Buyers.of(x, t_x, age)


def test_nobody_to_learn_from_is_refused() -> None:
    with pytest.raises(ValueError, match="watched"):
        bgnbd.fit(Buyers.of([0, 0], [0, 0], [0, 0]))
    with pytest.raises(ValueError, match="bought again"):
        gamma_gamma.fit([0, 2], [10, 0])


def test_what_has_no_maximum_does_not_converge() -> None:
    # Nobody ever came back: less and less to come fits better and better.
    ages = np.arange(1, 400)
    zeros = np.zeros_like(ages)
    assert not bgnbd.fit(Buyers.of(zeros, zeros, ages)).converged
    # All spent the same: no spread between them, nor within.
    assert not gamma_gamma.fit(np.arange(1, 50), np.full(49, 12.5)).converged


def test_equal_buyers_are_counted_once_and_the_order_of_rows_says_nothing() -> None:
    x, t_x, age = people(5_000, 200, 8)
    t_x = np.floor(t_x)
    buyers = Buyers.of(x, t_x, age)
    assert buyers.buyers.sum() == 5_000
    assert len(buyers.x) < 5_000
    mixed = np.random.default_rng(1).permutation(5_000)
    again = Buyers.of(x[mixed], t_x[mixed], age[mixed])
    assert bgnbd.fit(again) == bgnbd.fit(buyers)


def test_the_expectation_of_held_out_days_is_the_sum_over_buyers() -> None:
    model = BgNbd(0.6, 50.0, 0.8, 2.5)
    x, t_x, age = np.array([[0, 0, 30], [2, 20, 90], [2, 20, 90]], float).T
    each = model.expected_more(x, t_x, age, 90.0)
    assert clv.held_out(model, Buyers.of(x, t_x, age), 90.0) == pytest.approx(each.sum())
