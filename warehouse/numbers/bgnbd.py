"""BG/NBD: how often a buyer will come back, of whom only repeat days and their times are known.

Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2). While
alive a buyer buys as a Poisson process, its rate gamma(r, alpha) over buyers; after each purchase
he may leave for good, with a probability that is beta(a, b) over buyers. Any unit of time will do:
alpha has it, and so have all times given later. Arrays of one call have one shape, (n,), or
broadcast to one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, gammaln, hyp2f1

from warehouse.numbers.fitting import Objective, maximise

Array = NDArray[np.float64]
# r, alpha, a, b; alpha is a share of the longest time a buyer was watched.
STARTS = ((0.5, 0.1, 0.5, 1.5), (0.2, 0.02, 1.5, 3.0), (2.0, 0.5, 0.2, 5.0), (1.0, 0.2, 1.0, 1.0))
# Cells a side of the coarse picture of the data that the starts are tried on.
COARSE = 24
# Where the formulas divide by zero, though what they say goes on smoothly.
NEAR = 1e-7


@dataclass(frozen=True)
class Buyers:
    """What the likelihood needs: of how many ``buyers`` each (x, t_x, age) was seen, (n,) each.

    ``x`` is the number of repeat purchases, ``t_x`` the time of the last one after the first,
    ``age`` the time watched since the first. An x of 0 has a t_x of 0.
    """

    x: Array
    t_x: Array
    age: Array
    buyers: Array

    @classmethod
    def of(cls, x: ArrayLike, t_x: ArrayLike, age: ArrayLike) -> "Buyers":
        """Count equal buyers of arrays with one entry a buyer.

        Raises ValueError for what no history can be: negative, not finite, t_x after age, or times
        without repeat purchases.
        """
        columns = np.array([np.asarray(column, float) for column in (x, t_x, age)])
        _validate(*columns)
        columns = columns[:, np.lexsort(columns)]
        is_new = np.ones(columns.shape[1], bool)
        is_new[1:] = (np.diff(columns, axis=1) != 0).any(axis=0)
        first = np.flatnonzero(is_new)
        counted = np.diff(np.append(first, columns.shape[1])).astype(float)
        return cls(*columns[:, first], counted)

    def coarsened(self) -> "Buyers":
        """Return the same buyers in few cells, at their means: for a first search, not a result."""
        width = self.age.max() / COARSE
        counts = np.where(self.x < 8, self.x, np.round(8 * np.log2(self.x + 1)) - 17)
        cell = (counts * (COARSE + 2) + self.t_x // width) * (COARSE + 2) + self.age // width
        _, index = np.unique(cell, return_inverse=True)
        buyers = np.asarray(np.bincount(index, self.buyers), float)
        means = [np.bincount(index, self.buyers * c) / buyers for c in (self.x, self.t_x, self.age)]
        return Buyers(*means, buyers)


@dataclass(frozen=True)
class BgNbd:
    """The model with its four parameters; alpha in the unit of time of the data."""

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, buyers: Buyers) -> float:
        """Return the log likelihood of all buyers, in the unit of time of the data."""
        parameters = np.array([self.r, self.alpha, self.a, self.b])
        return objective(buyers)(parameters)[0] * float(buyers.buyers.sum())

    def p_alive(self, x: ArrayLike, t_x: ArrayLike, age: ArrayLike) -> Array:
        """Return the probability that a buyer is still one; 1 for all without a repeat purchase.

        By this model one leaves only after a purchase, and the first one is not judged.
        """
        x, t_x, age = (np.asarray(column, float) for column in (x, t_x, age))
        return 1 / (1 + self._gone(x, t_x, age))

    def expected(self, time: ArrayLike) -> Array:
        """Return how many repeat purchases a new buyer makes in a time: E[X(t)]."""
        time = np.asarray(time, float)
        return self._growth(np.zeros_like(time), time / (self.alpha + time))

    def expected_more(
        self, x: ArrayLike, t_x: ArrayLike, age: ArrayLike, times: ArrayLike
    ) -> Array:
        """Return how many purchases known buyers make in a time from now: E[Y(t) | x, t_x, T].

        (n,) for one time, (n, k) for k of them.
        """
        x, t_x, age, times = (np.asarray(column, float) for column in (x, t_x, age, times))
        # What costs most is the same for all of one x and age.
        counts, at_count = np.unique(x, return_inverse=True)
        ages, at_age = np.unique(age, return_inverse=True)
        pairs, at_pair = np.unique(at_count * len(ages) + at_age, return_inverse=True)
        of_pair = counts[pairs // len(ages)], ages[pairs % len(ages)]
        of_pair = [column.reshape(-1, *[1] * times.ndim) for column in of_pair]
        growth = self._growth(of_pair[0], times / (self.alpha + of_pair[1] + times))
        alive = self.p_alive(x, t_x, age).reshape(-1, *[1] * times.ndim)
        return growth[at_pair] * alive

    def _gone(self, x: Array, t_x: Array, age: Array) -> Array:
        """Return the odds of having left; capped where a float ends, where they are certain."""
        ahead = (self.r + x) * np.log((self.alpha + age) / (self.alpha + t_x))
        odds = np.log(self.a) - np.log(self.b + np.maximum(x, 1) - 1) + ahead
        return np.where(x > 0, np.exp(np.minimum(odds, 700)), 0.0)

    def _growth(self, x: Array, z: Array) -> Array:
        """Return the expectation of a buyer who is alive.

        The published formula has (1 - z)^(r + x) 2F1(r + x, b + x; a + b + x - 1; z), which
        overflows for frequent buyers. By Euler's transformation of 2F1 that is the same as
        (1 - z)^(a - 1) 2F1(a + b - 1 - r, a - 1; a + b + x - 1; z), which never does.
        """
        a = self.a if abs(self.a - 1) > NEAR else 1 + NEAR
        below = a + self.b + x - 1
        below = np.where(np.abs(below) > NEAR, below, NEAR)
        series = hyp2f1(a + self.b - 1 - self.r, a - 1, below, z)
        return below / (a - 1) * (1 - (1 - z) ** (a - 1) * series)


@dataclass(frozen=True)
class BgNbdFit:
    """A fitted model, whether it is a maximum, and the log likelihood of all buyers there."""

    model: BgNbd
    converged: bool
    log_likelihood: float


def fit(buyers: Buyers) -> BgNbdFit:
    """Fit by maximum likelihood, from several starts, on times scaled to at most one.

    Work grows with the number of different (x, t_x, age), not with the buyers. Raises ValueError
    where nobody was watched for any time.
    """
    scale = float(buyers.age.max(initial=0))
    if scale <= 0:
        raise ValueError("no buyer was watched for any time after the first purchase")
    scaled = Buyers(buyers.x, buyers.t_x / scale, buyers.age / scale, buyers.buyers)
    found = maximise(objective(scaled), STARTS, objective(scaled.coarsened()))
    r, alpha, a, b = (float(value) for value in found.parameters)
    model = BgNbd(r, alpha * scale, a, b)
    return BgNbdFit(model, found.converged, model.log_likelihood(buyers))


def objective(buyers: Buyers) -> Objective:
    """Return the mean log likelihood of a buyer, and its gradient, as a function of r, alpha, a, b.

    Those without a repeat purchase have the terms of their age alone.
    """
    weights = buyers.buyers / buyers.buyers.sum()
    counts, ages = _Values.of(buyers.x, weights), _Values.of(buyers.age, weights)
    purchases_of_age = np.bincount(ages.index, weights * buyers.x)
    again = buyers.x > 0
    x, weights = buyers.x[again], weights[again]
    x_at, age_at = counts.index[again], ages.index[again]
    lasts = _Values.of(buyers.t_x[again], weights)

    def value_and_gradient(parameters: Array) -> tuple[float, Array]:
        r, alpha, a, b = parameters
        n, age, t_x = counts.values, alpha + ages.values, alpha + lasts.values
        log_age = np.log(age)
        # Beside lnA3, alive at the end, stands lnA4, gone after the last purchase: by how much.
        longer = log_age[age_at] - np.log(t_x)[lasts.index]
        gone = (np.log(a) - np.log(b + np.maximum(n, 1) - 1))[x_at] + (r + x) * longer
        small = np.exp(-np.abs(gone))
        either = np.maximum(gone, 0) + np.log1p(small)
        share = weights * np.where(gone > 0, 1, small) / (1 + small)
        # lnA1 + lnA2 + lnA3.
        of_purchases = (
            gammaln(r + n) - gammaln(r) + gammaln(a + b) + gammaln(b + n)
            - gammaln(b) - gammaln(a + b + n)
        )  # fmt: skip
        of_age = (r * ages.weights + purchases_of_age) @ log_age
        value = counts.weights @ of_purchases + r * np.log(alpha) - of_age + weights @ either
        by_r = (
            counts.weights @ (digamma(r + n) - digamma(r)) + np.log(alpha)
            - ages.weights @ log_age + share @ longer
        )  # fmt: skip
        by_alpha = (
            r / alpha - (r * ages.weights + purchases_of_age) @ (1 / age)
            - (share * (r + x)) @ ((1 / t_x)[lasts.index] - (1 / age)[age_at])
        )  # fmt: skip
        both = counts.weights @ (digamma(a + b) - digamma(a + b + n))
        share_of_count = np.bincount(x_at, share, len(n))
        by_a = both + share.sum() / a
        by_b = (
            both + counts.weights @ (digamma(b + n) - digamma(b))
            - share_of_count @ (1 / (b + np.maximum(n, 1) - 1))
        )  # fmt: skip
        return float(value), parameters * np.array([by_r, by_alpha, by_a, by_b])

    return value_and_gradient


@dataclass(frozen=True)
class _Values:
    """The different values of a column, where each row has its own, and the weight of each."""

    values: Array
    index: NDArray[np.intp]
    weights: Array

    @classmethod
    def of(cls, column: Array, weights: Array) -> "_Values":
        values, index = np.unique(column, return_inverse=True)
        of_each = np.asarray(np.bincount(index, weights, len(values)), float)
        return cls(values, index, of_each)


def _validate(x: Array, t_x: Array, age: Array) -> None:
    if not (np.isfinite(x).all() and np.isfinite(t_x).all() and np.isfinite(age).all()):
        raise ValueError("x, t_x and age have to be finite numbers")
    if (x < 0).any() or (t_x < 0).any() or (t_x > age).any():
        raise ValueError("x and t_x must not be below zero, nor t_x above age")
    if ((x == 0) & (t_x > 0)).any():
        raise ValueError("a buyer without a repeat purchase has no time of one: t_x is 0 with x")
