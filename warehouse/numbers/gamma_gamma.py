"""Gamma-Gamma: what a buyer spends each time, of whom the mean of a few times is known.

Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value. What a buyer spends varies as
gamma(p, nu) around his own mean, and nu as gamma(q, v) over buyers; spending has to be unrelated
to how often one buys. ``v`` has the unit of money. Arrays of one call have one shape, (n,).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln

from warehouse.numbers.fitting import Objective, maximise

Array = NDArray[np.float64]
# p, q, v; v is in means of what is spent.
STARTS = ((6.0, 4.0, 0.4), (1.0, 2.0, 1.0), (20.0, 3.0, 0.1), (2.0, 10.0, 5.0))
# Steps of the logarithm of money that the starts are tried on.
COARSE = 0.05


@dataclass(frozen=True)
class GammaGamma:
    """The model with its three parameters; v in the unit of money of the data."""

    p: float
    q: float
    v: float

    @property
    def has_mean(self) -> bool:
        """Tell whether buyers have a mean at all (q above 1); without one nothing is expected."""
        return self.q > 1

    def expected_spend(self, x: ArrayLike, spend: ArrayLike) -> Array:
        """Return what a buyer will spend each time, by the mean of x times: E[M | x, m].

        With x of 0 that is the mean of all buyers. Raises ValueError where q is not above 1.
        """
        if not self.has_mean:
            raise ValueError(f"with q = {self.q:.3f}, not above 1, spending has no mean")
        x, spend = np.asarray(x, float), np.asarray(spend, float)
        return self.p * (self.v + x * spend) / (self.p * x + self.q - 1)

    def log_likelihood(self, x: ArrayLike, spend: ArrayLike) -> float:
        """Return the log likelihood of buyers with x > 0 and spend > 0."""
        x, spend = np.asarray(x, float), np.asarray(spend, float)
        weights = np.ones_like(x)
        return objective(x, spend, weights)(np.array([self.p, self.q, self.v]))[0] * len(x)


@dataclass(frozen=True)
class GammaGammaFit:
    """A fitted model, whether it is a maximum, its log likelihood, and how related spend and x are.

    ``correlation`` is Pearson's of x and spend; the model asks for none.
    """

    model: GammaGamma
    converged: bool
    log_likelihood: float
    correlation: float


def fit(x: ArrayLike, spend: ArrayLike) -> GammaGammaFit:
    """Fit by maximum likelihood on buyers with x > 0; those who spent nothing are left out.

    Raises ValueError where nobody is left.
    """
    x, spend = np.asarray(x, float), np.asarray(spend, float)
    counts = (x > 0) & (spend > 0) & np.isfinite(spend)
    x, spend = x[counts], spend[counts]
    if not len(x):
        raise ValueError("no buyer has bought again and spent something")
    scale = float(spend.mean())
    scaled = spend / scale
    whole = objective(x, scaled, np.ones_like(x))
    found = maximise(whole, STARTS, objective(*_coarsened(x, scaled)))
    p, q, v = (float(value) for value in found.parameters)
    model = GammaGamma(p, q, v * scale)
    return GammaGammaFit(
        model, found.converged, model.log_likelihood(x, spend), _correlation(x, spend)
    )


def objective(x: Array, spend: Array, weights: Array) -> Objective:
    """Return the mean log likelihood of a buyer, and its gradient, as a function of p, q, v."""
    weights = weights / weights.sum()
    counts, index = np.unique(x, return_inverse=True)
    of_count = np.bincount(index, weights, len(counts))
    total = x * spend
    # Sums that no parameter changes: of ln m, x ln m and x ln x.
    log_spend = float(weights @ np.log(spend))
    x_log = float(weights @ (x * np.log(total)))

    def value_and_gradient(parameters: Array) -> tuple[float, Array]:
        p, q, v = parameters
        log_all = np.log(total + v)
        px = p * counts
        value = (
            of_count @ (gammaln(px + q) - gammaln(px)) - gammaln(q) + q * np.log(v)
            + p * x_log - log_spend - p * (weights @ (x * log_all)) - q * (weights @ log_all)
        )  # fmt: skip
        of_both = digamma(px + q)
        by_p = of_count @ (counts * (of_both - digamma(px))) + x_log - weights @ (x * log_all)
        by_q = of_count @ of_both - digamma(q) + np.log(v) - weights @ log_all
        by_v = q / v - weights @ ((p * x + q) / (total + v))
        return float(value), parameters * np.array([by_p, by_q, by_v])

    return value_and_gradient


def _coarsened(x: Array, spend: Array) -> tuple[Array, Array, Array]:
    rows = np.stack([x, np.round(np.log(spend) / COARSE)])
    rows = rows[:, np.lexsort(rows)]
    is_new = np.append(True, (np.diff(rows, axis=1) != 0).any(axis=0))
    first = np.flatnonzero(is_new)
    counted = np.diff(np.append(first, rows.shape[1])).astype(float)
    return rows[0, first], np.exp(rows[1, first] * COARSE), counted


def _correlation(x: Array, spend: Array) -> float:
    """Return Pearson's correlation; 0 where one of the two is the same for all."""
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(spend) == 0:
        return 0.0
    return float(np.corrcoef(x, spend)[0, 1])
