"""What a buyer will be worth: purchases to come x spend of each, discounted by the month.

Time is in days here; arrays of one call have one shape, (n,), an entry a buyer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from warehouse.numbers.bgnbd import BgNbd, Buyers
from warehouse.numbers.gamma_gamma import GammaGamma

Array = NDArray[np.float64]
# Twelve months are 365 days.
MONTHS = np.arange(1, 13)
MONTH_DAYS = 365 / 12
HORIZONS = np.array([30.0, 90.0, 365.0])


@dataclass(frozen=True)
class Predictions:
    """What is expected of each buyer, (n,) each; money in its unit, orders are purchase days."""

    p_alive: Array
    expected_orders_30d: Array
    expected_orders_90d: Array
    expected_orders_365d: Array
    expected_spend: Array
    clv_365d: Array


def predict(
    model: BgNbd, x: ArrayLike, t_x: ArrayLike, age: ArrayLike, spend: Array, discount: float
) -> Predictions:
    """Return what is expected of buyers, at an expected spend each time.

    ``discount`` is that of a month: what is bought in the i-th of twelve counts 1 / (1 + d)^i of
    its money. Increments are discounted, not sums.
    """
    times = np.concatenate([HORIZONS, MONTHS * MONTH_DAYS])
    orders = model.expected_more(x, t_x, age, times)
    by_month = np.diff(orders[:, len(HORIZONS) :], axis=1, prepend=0)
    discounted = by_month @ (1 + discount) ** -MONTHS.astype(float)
    return Predictions(
        model.p_alive(x, t_x, age), *orders[:, : len(HORIZONS)].T, spend, spend * discounted
    )


def expected_spend(
    model: GammaGamma, x: ArrayLike, spend: ArrayLike, segments: NDArray[np.str_]
) -> Array:
    """Return what buyers spend each time, by the model or, where it has no mean, their segment's.

    ``spend`` is nan where nothing is known of a buyer. A segment without anybody who bought again
    has the mean of all.
    """
    x, spend = np.asarray(x, float), np.asarray(spend, float)
    known = (x > 0) & np.isfinite(spend)
    if model.has_mean:
        return model.expected_spend(np.where(known, x, 0), np.where(known, spend, 0))
    names, index = np.unique(segments, return_inverse=True)
    counted = np.bincount(index[known], minlength=len(names))
    total = np.bincount(index[known], spend[known], minlength=len(names))
    means = np.divide(
        total, counted, out=np.full(len(names), spend[known].mean()), where=counted > 0
    )
    return means[index]


def held_out(model: BgNbd, buyers: Buyers, days: float) -> float:
    """Return how many purchases the model expects of these buyers, all together, in the days."""
    expected = model.expected_more(buyers.x, buyers.t_x, buyers.age, days)
    return float(expected @ buyers.buyers)
