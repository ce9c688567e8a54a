"""BG/NBD and Gamma-Gamma as the page has them: likelihoods, their summits, what they expect (5).

The logarithm, its gamma function and sums: nothing here is shared with what it is a check of.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import correlation, fmean

# One buyer: repeat purchase days, the last one's age, and how long ago the first was.
History = tuple[int, int, int]
Buying = tuple[float, float, float, float]
Spending = tuple[float, float, float]
# No customer base is described by parameters out here: the search ran away.
FAR = math.log(1e4)


def likelihood(model: Sequence[float], histories: Sequence[History]) -> float:
    """Return the log likelihood of all buyers, r, alpha, a, b given."""
    r, alpha, a, b = model
    total = 0.0
    for x, t_x, age in histories:
        one = math.lgamma(r + x) - math.lgamma(r) + r * math.log(alpha)
        two = math.lgamma(a + b) + math.lgamma(b + x) - math.lgamma(b) - math.lgamma(a + b + x)
        three = -(r + x) * math.log(alpha + age)
        four = math.log(a) - math.log(b + max(x, 1) - 1) - (r + x) * math.log(alpha + t_x)
        top = max(three, four) if x else three
        either = math.exp(three - top) + (math.exp(four - top) if x else 0)
        total += one + two + top + math.log(either)
    return total


def spend_likelihood(model: Sequence[float], spends: Sequence[tuple[int, float]]) -> float:
    """Return the log likelihood of what buyers spent in the mean of x days, p, q, v given."""
    p, q, v = model
    total = 0.0
    for x, mean in spends:
        total += math.lgamma(p * x + q) - math.lgamma(p * x) - math.lgamma(q)
        total += q * math.log(v) + (p * x - 1) * math.log(mean) + p * x * math.log(x)
        total -= (p * x + q) * math.log(x * mean + v)
    return total


def p_alive(model: Buying, history: History) -> float:
    r, alpha, a, b = model
    x, t_x, age = history
    if not x:
        return 1.0
    return 1 / (1 + a / (b + x - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x))


def expected_orders(model: Buying, history: History, days: float) -> float:
    """Return the purchase days that a buyer has yet to come within some days."""
    r, alpha, a, b = model
    x, _, age = history
    stays = ((alpha + age) / (alpha + age + days)) ** (r + x)
    series = _series(r + x, b + x, a + b + x - 1, days / (alpha + age + days))
    return (a + b + x - 1) / (a - 1) * (1 - stays * series) * p_alive(model, history)


def expected_spend(model: Spending, x: int, mean: float | None) -> float:
    """Return what a buyer spends on each of them; ``q`` has to be above 1."""
    p, q, v = model
    if mean is None:
        x, mean = 0, 0.0
    return p * (v + x * mean) / (p * x + q - 1)


def discounted(orders: Callable[[float], float], discount: float) -> float:
    """Return purchase days of twelve months, those of the i-th worth 1 / (1 + discount)^i."""
    reached = [0.0, *(orders(month * 365 / 12) for month in range(1, 13))]
    return sum(
        (later - before) / (1 + discount) ** month
        for month, (before, later) in enumerate(pairwise(reached), 1)
    )


def related(spends: Sequence[tuple[int, float]]) -> float:
    """Return Pearson's correlation of days and spend; none where either is the same for all."""
    days, means = zip(*spends, strict=True)
    return correlation(days, means) if len(set(days)) > 1 < len(set(means)) else 0.0


def _series(a: float, b: float, c: float, z: float) -> float:
    """Return Gauss's 2F1 for z from 0 to 1, term by term."""
    total = term = 1.0
    n = 0
    # The first terms change sign where c is below zero, and say little of the rest.
    while n < 3 or abs(term) > abs(total) * 1e-17:
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        total += term
        n += 1
    return total


def summit(
    likelihood_of: Callable[[Sequence[float]], float], start: Sequence[float]
) -> tuple[float, ...] | None:
    """Return the parameters of the greatest likelihood; None where it grows without an end.

    A simplex that walks uphill over their logarithms (Nelder and Mead), twice: the second time
    from where the first came to rest.
    """
    at = [math.log(value) for value in start]
    for _ in range(2):
        at = _walk(lambda place: -likelihood_of([math.exp(value) for value in place]), at)
        if max(map(abs, at)) > FAR:
            return None
    return tuple(math.exp(value) for value in at)


def _walk(cost: Callable[[list[float]], float], start: list[float]) -> list[float]:
    def tried(place: list[float]) -> tuple[float, list[float]]:
        is_far = max(map(abs, place)) > 2 * FAR
        return (math.inf if is_far else cost(place)), place

    size = len(start)
    corners = [tried(start)]
    corners += [tried([v + (n == at) * 0.5 for at, v in enumerate(start)]) for n in range(size)]
    for _ in range(2000):
        corners.sort(key=lambda corner: corner[0])
        (best, at), (worst, last) = corners[0], corners[-1]
        spread = max(abs(v - w) for _, place in corners for v, w in zip(place, at, strict=True))
        if spread < 1e-7 or max(map(abs, at)) > FAR:
            break
        middle = [fmean(values) for values in zip(*(p for _, p in corners[:-1]), strict=True)]

        def towards(share: float, m: list[float] = middle, w: list[float] = last) -> list[float]:
            return [v + share * (v - u) for v, u in zip(m, w, strict=True)]

        reflected = tried(towards(1))
        if reflected[0] < best:
            corners[-1] = min(reflected, tried(towards(2)))
        elif reflected[0] < corners[-2][0]:
            corners[-1] = reflected
        else:
            nearer = tried(towards(0.5 if reflected[0] < worst else -0.5))
            if nearer[0] < min(worst, reflected[0]):
                corners[-1] = nearer
            else:
                corners[1:] = [
                    tried([(v + w) / 2 for v, w in zip(place, at, strict=True)])
                    for _, place in corners[1:]
                ]
    return min(corners)[1]
