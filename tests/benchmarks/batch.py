"""Goals 1 to 4: all days at once, beside the same work written by hand."""

import shutil
import statistics
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.benchmarks.baselines import Baselines
from tests.benchmarks.compare import compare
from tests.benchmarks.data import Data
from tests.benchmarks.installation import settings_of
from tests.benchmarks.ours import job
from tests.benchmarks.process import Measure
from tests.benchmarks.table import Row, compared, limited

Candidates = Mapping[str, Callable[[], Measure]]
Measures = Mapping[str, list[Measure]]
UNITS = ("wall", "cpu")

DUCK = ("duck parse", "duck work")
# What each goal is measured by; ours is compared with DuckDB's tables, and these with the others.
ALL = "ours, all tables"
FEWER = "ours, without KPIs"
NEEDED = {
    1: ("ours", "duck parse", "duck json"),
    2: ("ours", FEWER, ALL, *DUCK),
    3: ("ours", ALL, *DUCK, "polars parse", "polars work", "pandas parse", "pandas work"),
    4: ("ours", "ours, a tenth"),
}
# It takes ten times as long as all others together.
ONCE = ("pandas parse", "pandas work")
MOST_NODES = 20


def measured(
    goals: set[int], data: Data, tenth: Data, baselines: Baselines, work: Path, rounds: int
) -> tuple[list[Row], list[str]]:
    """Run in turn what the goals need; returns their rows, and what there is to say about them."""
    folder = work / "batch"
    shutil.rmtree(folder, ignore_errors=True)
    candidates = _candidates(data, tenth, baselines, folder)
    wanted = [name for name in candidates if any(name in NEEDED[goal] for goal in goals)]
    measures: dict[str, list[Measure]] = {name: [] for name in wanted}
    equal: list[str] = []
    for number in range(rounds):
        for name in wanted:
            if number == 0 or name not in ONCE:
                measures[name].append(candidates[name]())
        equal = equal or _equal(folder, data, baselines, measures)
    shutil.rmtree(folder)
    notes = [_slowest_nodes(measures["ours"])]
    if equal:
        notes.insert(0, "Found equal, row by row: " + "; ".join(equal) + ".")
    return [row for goal in sorted(goals) for row in ROWS[goal](measures)], notes


def _candidates(data: Data, tenth: Data, baselines: Baselines, folder: Path) -> Candidates:
    def ours(name: str, on: Data, what: str = "same_tables") -> Measure:
        shutil.rmtree(folder / name, ignore_errors=True)
        return job(what, folder / name, on, on.days)

    def parse(method: str) -> Measure:
        return baselines.parse(method, data.ndjson, folder / method)

    def work(library: str) -> Measure:
        # All from one file: what pandas 3 makes of times when it reads JSON are texts.
        return baselines.work(library, folder / "duck", folder / f"{library}_tables")

    return {
        "ours": lambda: ours("ours", data),
        FEWER: lambda: ours("fewer", data, "without_kpis"),
        ALL: lambda: ours("all", data, "whole"),
        "duck parse": lambda: parse("duck"),
        "duck work": lambda: work("duck"),
        "duck json": lambda: parse("duck_props"),
        "polars parse": lambda: parse("polars"),
        "polars work": lambda: work("polars"),
        "pandas parse": lambda: parse("pandas"),
        "pandas work": lambda: work("pandas"),
        "ours, a tenth": lambda: ours("tenth", tenth),
    }


def _equal(folder: Path, data: Data, baselines: Baselines, measures: Measures) -> list[str]:
    made = [name for name in ("duck", "polars", "pandas") if f"{name} work" in measures]
    if not made:
        return []
    baselines.check(folder, [f"{name}_tables" for name in made])
    return compare(settings_of(folder / "ours", data.landing), folder / "duck_tables")


def _reading(measures: Measures) -> list[Row]:
    rows = []
    for unit, limit in (("cpu", 2.0), ("wall", None)):
        ours = [measure.step("ingest", unit) for measure in measures["ours"]]
        what = f"reading, every line judged, beside read_json keeping JSON, {unit}"
        theirs = _script(measures["duck json"], unit)
        rows.append(compared("1", what, ours, theirs, at_most=limit))
    ours = [measure.step("ingest", "cpu") for measure in measures["ours"]]
    what = "reading beside read_json of seventeen columns, cpu"
    return [*rows, compared("1", what, ours, _script(measures["duck parse"], "cpu"))]


def _models(measures: Measures) -> list[Row]:
    rows = []
    for unit, limit in (("cpu", 2.0), ("wall", None)):
        ours = [measure.step("build", unit) for measure in measures["ours"]]
        what = f"the models of the same tables beside DuckDB by hand, {unit}"
        theirs = _script(measures["duck work"], unit)
        rows.append(compared("2", what, ours, theirs, at_most=limit))
        fewer = [measure.step("build", unit) for measure in measures[FEWER]]
        rows.append(compared("2", f"the same, our KPIs apart, {unit}", fewer, theirs))
    for unit, limit in (("cpu", 2.5), ("wall", None)):
        what = f"landing to marts, all tables, beside the dozen by hand, {unit}"
        theirs = _sums(measures, "duck", unit)
        rows.append(compared("2", what, _inside(measures[ALL], unit), theirs, at_most=limit))
    return rows


def _frames(measures: Measures) -> list[Row]:
    rows = []
    for library, limit in (("pandas", 1 / 8), ("polars", 1.5)):
        for unit in UNITS:
            theirs = [
                getattr(parse, unit) + getattr(work, unit)
                for parse, work in zip(
                    measures[f"{library} parse"], measures[f"{library} work"], strict=True
                )
            ]
            ours = [getattr(measure, unit) for measure in measures[ALL]][: len(theirs)]
            what = f"end to end, all tables, process starts included, beside {library}, {unit}"
            rows.append(compared("3", what, ours, theirs, at_most=limit))
    for library in ("pandas", "polars"):
        theirs = [
            max(parse.peak_mb, work.peak_mb)
            for parse, work in zip(
                measures[f"{library} parse"], measures[f"{library} work"], strict=True
            )
        ]
        ours = [measure.peak_mb for measure in measures[ALL]][: len(theirs)]
        rows.append(compared("3", f"peak memory beside {library}", ours, theirs, unit="MB"))
    peaks = [measure.peak_mb for measure in measures[ALL]]
    return [*rows, limited("3", "peak memory of the batch", peaks, at_most=3000, unit="MB")]


def _growth(measures: Measures) -> list[Row]:
    ours, tenth = (measures[name] for name in NEEDED[4])
    rows = []
    for unit, limit in (("cpu", 10), ("wall", None)):
        what = f"{unit} beside a tenth of the events"
        rows.append(compared("4", what, _inside(ours, unit), _inside(tenth, unit), at_most=limit))
    for what, field in (("lake", "lake_megabytes"), ("build files", "megabytes")):
        large, small = ([measure.report[field] for measure in of] for of in (ours, tenth))
        rows.append(compared("4", f"{what} beside a tenth of the events", large, small, unit="MB"))
    peaks = [[measure.peak_mb for measure in of] for of in (ours, tenth)]
    rows.append(compared("4", "peak memory beside a tenth of the events", *peaks, unit="MB"))
    return rows


def _inside(measures: list[Measure], unit: str) -> list[float]:
    return [measure.step("ingest", unit) + measure.step("build", unit) for measure in measures]


def _script(measures: list[Measure], unit: str) -> list[float]:
    return [measure.step("script", unit) for measure in measures]


def _sums(measures: Measures, library: str, unit: str) -> list[float]:
    parsed = _script(measures[f"{library} parse"], unit)
    worked = _script(measures[f"{library} work"], unit)
    return [sum(pair) for pair in zip(parsed, worked, strict=True)]


def _slowest_nodes(measures: list[Measure]) -> str:
    times: dict[str, list[float]] = {}
    for measure in measures:
        for node in measure.report["nodes"]:
            times.setdefault(node["name"], []).append(node["wall"])
    medians = {name: statistics.median(values) for name, values in times.items()}
    slowest = sorted(medians.items(), key=lambda item: -item[1])[:MOST_NODES]
    lines = ["| the slowest models of all days at once | s |", "|---|---|"]
    return "\n".join([*lines, *(f"| {name} | {seconds:.2f} |" for name, seconds in slowest)])


ROWS = {1: _reading, 2: _models, 3: _frames, 4: _growth}
