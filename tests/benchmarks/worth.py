"""Goal 7: refitting customer lifetime value, beside the `lifetimes` package.

``python -m tests.benchmarks.worth FILE`` is the job that is measured: one fit of the buyers in a
file of arrays `x`, `tx` and `T`, in days.
"""

import re
import sys
from pathlib import Path

import numpy as np

from tests.benchmarks.baselines import Baselines
from tests.benchmarks.clock import Clock
from tests.benchmarks.process import Measure, run
from tests.benchmarks.table import Row, compared, limited

# As many as CDNOW has, and as many as a large shop.
SMALL, LARGE = 23_570, 1_000_000
# What the field's best-known example is fitted by, in weeks: here in days.
R, ALPHA, A, B = 0.243, 4.414 * 7, 0.793, 2.426
LONGEST = 700


def refits(baselines: Baselines, work: Path, rounds: int) -> list[Row]:
    """Fit the same buyers here and by `lifetimes`, in turn; what they find must be the same."""
    folder = work / "worth"
    (folder / "data").mkdir(parents=True, exist_ok=True)
    ours, theirs, large, peak = [], [], [], []
    for buyers in (SMALL, LARGE):
        simulated(buyers, folder / "data" / f"bg_{buyers}.npz")
    for _ in range(rounds):
        mine = _ours(folder, SMALL)
        other, parameters = _lifetimes(baselines, folder, SMALL)
        assert np.allclose(mine.report["parameters"], parameters, rtol=1e-3), parameters
        ours.append(mine.step("fit", "cpu"))
        theirs.append(other)
        most = _ours(folder, LARGE)
        large.append(most.step("fit", "cpu"))
        peak.append(most.peak_mb)
    other, _ = _lifetimes(baselines, folder, LARGE)
    return [
        compared("7", f"CLV refit of {SMALL:,} buyers, cpu", ours, theirs, at_most=0.1),
        compared("7", f"CLV refit of {LARGE:,} buyers, cpu", large, [other] * rounds, at_most=0.1),
        limited("7", f"the same, {LARGE:,} buyers, cpu", large, at_most=1, unit="s"),
        limited("7", "most memory held there", peak, at_most=2_000, unit="MB"),
    ]


def simulated(buyers: int, path: Path) -> None:
    """Write buyers who come and leave as BG/NBD says they do, to the day."""
    chance = np.random.default_rng(buyers)
    rate, leaves = chance.gamma(R, 1 / ALPHA, buyers), chance.beta(A, B, buyers)
    age = chance.integers(30, LONGEST, buyers).astype(float)
    x, last, clock = np.zeros(buyers), np.zeros(buyers), np.zeros(buyers)
    here = np.arange(buyers)
    while here.size:
        clock[here] += chance.exponential(1 / rate[here])
        here = here[clock[here] <= age[here]]
        x[here] += 1
        last[here] = np.minimum(np.ceil(clock[here]), age[here])
        here = here[chance.random(here.size) >= leaves[here]]
    np.savez(path, x=x, tx=last, T=age)


def _ours(folder: Path, buyers: int) -> Measure:
    file = str(folder / "data" / f"bg_{buyers}.npz")
    return run([sys.executable, "-m", "tests.benchmarks.worth", file])


def _lifetimes(baselines: Baselines, folder: Path, buyers: int) -> tuple[float, list[float]]:
    """Return processor seconds and parameters, as the script beside the project tells them."""
    script = baselines.folder / "lt_fit.py"
    program = f"import os, runpy, sys; os.chdir({str(folder)!r}); sys.argv = ['', '{buyers}'];"
    program += f" runpy.run_path({str(script)!r}, run_name='__main__')"
    told = run([str(baselines.python), "-c", program]).output
    found = re.search(r"cpu ([\d.]+) (\{.*?\})", told)
    assert found, told
    values = re.findall(r"'(?:r|alpha|a|b)': (?:np\.float64\()?([\d.eE+-]+)", found[2])
    return float(found[1]), [float(value) for value in values]


def main() -> None:
    """Fit the buyers of one file."""
    from warehouse.numbers import bgnbd

    arrays = np.load(sys.argv[1])
    clock = Clock()
    with clock.step("fit"):
        model = bgnbd.fit(bgnbd.Buyers.of(arrays["x"], arrays["tx"], arrays["T"])).model
    clock.report(parameters=[model.r, model.alpha, model.a, model.b])


if __name__ == "__main__":
    main()
