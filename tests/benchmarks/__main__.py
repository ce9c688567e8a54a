"""``make bench``: the goals of the project, each a ratio of two things measured in one run.

Whatever is measured is a process of its own, and takes turns with what it is compared to.
"""

import argparse
from pathlib import Path

from tests.benchmarks import batch, days, small, suite, worth
from tests.benchmarks.baselines import Baselines
from tests.benchmarks.data import generated
from tests.benchmarks.process import ROOT
from tests.benchmarks.table import Row, machine, markdown, write

GOALS = (1, 2, 3, 4, 5, 6, 7, 8, 9)
# These need the baselines: what they are compared to, or the generator of their events.
BESIDE_OTHERS = {1, 2, 3, 4, 6, 7, 8}
# Twice all tests: only when asked for.
USUAL = tuple(goal for goal in GOALS if goal != 9)
PAGE = ROOT / "docs" / "benchmarks.md"


def main() -> None:
    """Measure what was asked for and print one table."""
    options = _options()
    goals = set(options.goals)
    work: Path = options.work.absolute()

    rows, notes = _beside_others(goals & BESIDE_OTHERS, work, options)
    if 5 in goals:
        rows += small.small_day(work / "bench", options.rounds)
    if 9 in goals:
        rows += suite.suite_times(work / "bench")
    rows.sort(key=lambda row: row.goal)

    named = ",".join(map(str, options.goals))
    again = f'make bench EVENTS={options.events} GOALS={named} BENCH="--rounds {options.rounds}"'
    content = "\n\n".join([machine(again), markdown(rows), *notes])
    print(content)  # noqa: T201
    if options.write:
        write(PAGE, content)


def _beside_others(
    goals: set[int], work: Path, options: argparse.Namespace
) -> tuple[list[Row], list[str]]:
    """Measure what needs many generated events, most of it beside the baselines."""
    if not goals:
        return [], []
    baselines = Baselines(options.baselines.absolute(), options.baseline_python.absolute())
    if goals == {7}:
        return worth.refits(baselines, work / "bench", options.rounds), []
    data = generated(options.events, baselines, work)
    rows: list[Row] = []
    notes = [f"{data.events:,} events, {len(data.days)} days."]
    scratch = work / "bench"
    if of_batch := goals & batch.NEEDED.keys():
        tenth = generated(options.events // 10, baselines, work) if 4 in goals else data
        found, said = batch.measured(of_batch, data, tenth, baselines, scratch, options.rounds)
        rows += found
        notes += said
    if 6 in goals:
        found, profile = days.one_more_day(data, scratch, options.days)
        rows += found
        notes.append(profile)
    if 7 in goals:
        rows += worth.refits(baselines, scratch, options.rounds)
    if 8 in goals:
        rows += days.file_size(data, scratch, options.size_days)
    return rows, notes


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="1_000_000, 10_000_000, ...")
    parser.add_argument("--goals", type=_goals, default=USUAL, help="for example 1,3")
    parser.add_argument("--rounds", type=int, default=3, help="turns of all that is compared")
    parser.add_argument("--days", type=int, default=5, help="further days measured for goal 6")
    parser.add_argument("--size-days", type=int, default=30, help="daily runs before goal 8")
    parser.add_argument("--baselines", type=Path, default=ROOT.parent / "shared" / "bench")
    parser.add_argument(
        "--baseline-python", type=Path, default=ROOT / ".venv-baselines" / "bin" / "python"
    )
    parser.add_argument("--work", type=Path, default=ROOT / "target" / "bench")
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.relative_to(ROOT)}")
    options = parser.parse_args()
    is_there = options.baseline_python.exists() and options.baselines.is_dir()
    if BESIDE_OTHERS & set(options.goals) and not is_there:
        parser.error(f"the baselines are not there; {PAGE.relative_to(ROOT)} says how to get them")
    return options


def _goals(text: str) -> tuple[int, ...]:
    goals = tuple(int(part) for part in text.split(","))
    if not set(goals) <= set(GOALS):
        raise argparse.ArgumentTypeError(f"goals are {GOALS[0]} to {GOALS[-1]}")
    return goals


if __name__ == "__main__":
    main()
