"""Goal 5: the run of a small day, beside the bare imports, plain `dbt build` and 60 models more."""

import gzip
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from tests.benchmarks.data import Data
from tests.benchmarks.ours import bare_imports, command, job
from tests.benchmarks.process import Measure, run
from tests.benchmarks.table import Row, compared, limited, typical
from tests.benchmarks.trivial import MODELS, copy_with_models
from warehouse.simulate.run import FIRST_DAY, simulate
from warehouse.simulate.truths import NOTHING

LINES = 1000
USERS = 1500


def small_day(work: Path, rounds: int) -> list[Row]:
    """Run a day of a thousand lines in turn with all it is compared to; one day a round."""
    folder = work / "small"
    shutil.rmtree(folder, ignore_errors=True)
    data = _landed(folder / "landing", rounds + 1)
    more = copy_with_models(folder / "tree")
    first, *days = data.days
    job("run", folder / "ours", data, [first])
    job("run", folder / "more", data, [first], root=more)
    _plain(folder / "plain", data, first)
    measures: dict[str, list[Measure]] = {"ours": [], "more": [], "plain": [], "imports": []}
    for day in days:
        measures["ours"].append(command(folder / "ours", data, day))
        measures["more"].append(command(folder / "more", data, day, root=more))
        measures["plain"].append(_plain(folder / "plain", data, day))
        measures["imports"].append(bare_imports())
    shutil.rmtree(folder)
    cpu = {name: [measure.cpu for measure in found] for name, found in measures.items()}
    each = [1000 * (a - b) / MODELS for a, b in zip(cpu["more"], cpu["ours"], strict=True)]
    walls, peaks = zip(*((one.wall, one.peak_mb) for one in measures["ours"]), strict=True)
    what = f"the run of {LINES:,} lines"
    return [
        compared("5", f"{what} beside bare imports, cpu", cpu["ours"], cpu["imports"], at_most=3.0),
        typical("5", f"{what}, wall", walls, at_most=10, unit="s"),
        compared(
            "5", f"{what} beside plain dbt build, cpu", cpu["ours"], cpu["plain"], at_most=1.0
        ),
        typical(
            "5", f"each of {MODELS} models more, with a test, cpu", each, at_most=20, unit="ms"
        ),
        limited("5", f"peak memory of {what}", peaks, at_most=500, unit="MB"),
    ]


def _landed(landing: Path, days: int) -> Data:
    # The shop as it was before causes were planted: its figures stay comparable.
    simulate(landing, users=USERS, days=days, seed=7, truths=NOTHING)
    named = tuple(FIRST_DAY + timedelta(days=number) for number in range(days))
    for day in named:
        left = LINES
        for path in sorted((landing / "events" / f"dt={day}").glob("*.gz")):
            lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)[:left]
            path.write_bytes(gzip.compress(b"".join(lines), 1, mtime=0))
            left -= len(lines)
        if left:
            raise RuntimeError(f"{day} has {left} lines too few: more users are needed")
    return Data(LINES * days, landing, landing, named)


def _plain(home: Path, data: Data, day: object) -> Measure:
    """Let a day in, which is not measured, and build it by dbt's command and materializations."""
    landed = job("land_for_dbt", home, data, [day]).report
    command = [str(Path(sys.executable).with_name("dbt")), *landed["arguments"]]
    return run(command, environment=landed["environment"])
