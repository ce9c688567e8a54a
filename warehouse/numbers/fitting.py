"""A likelihood and its gradient -> the parameters that maximise it, and whether they do.

All parameters of the models here are above zero: they are sought as logarithms, within bounds far
outside what any customer base shows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Array = NDArray[np.float64]
# Of parameters: the mean log likelihood of a buyer, and its gradient by their logarithms.
Objective = Callable[[Array], tuple[float, Array]]

BOUND = np.log(1e5)
# Of the mean log likelihood by the logarithm of a parameter: far below what data can tell.
FLAT = 1e-6
STEPS = 30


@dataclass(frozen=True)
class Optimum:
    """Where a search ended: ``parameters`` (k,); ``converged`` only at an inner maximum."""

    parameters: Array
    converged: bool


def maximise(objective: Objective, starts: Sequence[Sequence[float]], coarse: Objective) -> Optimum:
    """Climb a ``coarse`` picture of the data from several starts, and from the best end the data.

    The two bend nearly alike: steps by the curvature of the picture need the data a few times only.
    A likelihood that grows without end, towards a bound, has no maximum: not converged. Never
    raises for what the data are.
    """
    ends = [_climb(coarse, np.log(start)) for start in starts]
    best = max(ends, key=lambda end: end[1])[0]
    at = _polish(objective, best, _curvature(coarse, best))
    if at is None:
        at = _climb(objective, best)[0]
    value, gradient = objective(np.exp(at))
    is_inner = bool(np.all(np.abs(at) < BOUND - 1e-3))
    is_flat = bool(np.isfinite(value) and np.max(np.abs(gradient)) < FLAT)
    # A plain is no summit: there the data say nothing of some parameter.
    return Optimum(np.exp(at), is_inner and is_flat and _bends(_curvature(coarse, at)))


def _polish(objective: Objective, start: Array, curvature: Array) -> Array | None:
    """Return where the gradient is nil, by steps of Newton's; None where they do not lead there."""
    if not _bends(curvature):
        return None
    at, slope = start, np.inf
    for _ in range(STEPS):
        _, gradient = objective(np.exp(at))
        steeper, slope = slope, float(np.max(np.abs(gradient)))
        if slope < FLAT / 10:
            return at
        if not slope < steeper / 2:
            return None
        at = np.clip(at - np.linalg.solve(curvature, gradient), -BOUND, BOUND)
    return None


def _bends(curvature: Array) -> bool:
    """Tell whether every way from here leads down."""
    return bool(np.isfinite(curvature).all() and np.linalg.eigvalsh(curvature).max() < -FLAT)


def _curvature(objective: Objective, at: Array, step: float = 1e-4) -> Array:
    """Return the second derivatives by the logarithms (k, k), from differences of the gradient."""
    ways = np.eye(len(at)) * step
    rows = [objective(np.exp(at + way))[1] - objective(np.exp(at - way))[1] for way in ways]
    found = np.array(rows) / (2 * step)
    return (found + found.T) / 2


def _climb(objective: Objective, start: Array) -> tuple[Array, float]:
    def descent(logarithms: Array) -> tuple[float, Array]:
        value, gradient = objective(np.exp(logarithms))
        return (-value, -gradient) if np.isfinite(value) else (1e300, np.zeros_like(gradient))

    end = minimize(
        descent,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-BOUND, BOUND)] * len(start),
        options={"maxiter": 500, "maxcor": 20, "ftol": 1e-15, "gtol": FLAT / 10},
    )
    return end.x, -float(end.fun)
