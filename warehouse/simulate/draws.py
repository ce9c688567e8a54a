"""A generator and shares -> random choices over whole columns, the same for the same seed."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from warehouse.simulate.columns import Flags, Floats, Ints, fixed_width_text, glue

Generator = np.random.Generator
# A limit for all rows, or one per row.
Bound = float | npt.NDArray[np.integer | np.floating]


def some(rng: Generator, rows: Ints, share: float) -> Ints:
    """Draw that share of the rows, in order; at least one, so that no rare thing is ever absent."""
    if not rows.size:
        return rows
    size = max(1, round(rows.size * share))
    return np.sort(rng.choice(rows, size, replace=False))


def chance(rng: Generator, share: float | Floats, size: int) -> Flags:
    """Toss a coin per row."""
    return rng.random(size) < share


def pick(rng: Generator, weights: Sequence[float] | Floats, size: int) -> Ints:
    """Draw option numbers in proportion to their weights."""
    shares = np.asarray(weights, dtype=np.float64)
    return rng.choice(shares.size, size, p=shares / shares.sum())


def allot(rng: Generator, weights: Sequence[float], size: int) -> Ints:
    """Draw option numbers as ``pick`` does, but each at least once where there is room."""
    codes = pick(rng, weights, size)
    codes[: len(weights)] = np.arange(len(weights))[:size]
    return rng.permutation(codes)


def spans(rng: Generator, mean: float, size: int) -> Ints:
    """Draw exponential spans of time around a mean in milliseconds."""
    return rng.exponential(mean, size).astype(np.int64)


def between(rng: Generator, low: Bound, high: Bound, size: int) -> Ints:
    """Draw whole numbers evenly from a range, row by row."""
    return rng.uniform(low, high, size).astype(np.int64)


def hex_ids(rng: Generator, size: int, *, prefix: str = "", digits: int = 16) -> pa.StringArray:
    """Draw ids nobody else has: hexadecimal digits behind a prefix."""
    text = fixed_width_text(rng.bytes(size * digits // 2).hex().encode(), digits)
    return glue(prefix, text) if prefix else text
