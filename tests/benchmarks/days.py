"""Goals 6 and 8: one more day, and what many of them leave."""

import shutil
from pathlib import Path

from tests.benchmarks.data import Data, of_people, people_of
from tests.benchmarks.ours import job
from tests.benchmarks.process import Measure
from tests.benchmarks.table import Row, compared, limited

SHORT = 30
UNITS = ("wall", "cpu")
MOST_NODES = 15


def one_more_day(data: Data, work: Path, days: int) -> tuple[list[Row], str]:
    """Set a day after a year against the same day after a month; returns the profile of one too.

    The people of the last month make a year of their own: there, history is all that grows. With
    everybody, users grow fourfold beside it.
    """
    folder = work / "days"
    shutil.rmtree(folder, ignore_errors=True)
    before, more, last = data.days[: -days - 1], data.days[-days - 1 : -1], data.days[-1]
    recent = (*before[-SHORT:], *more)
    same = of_people(data, people_of(data, recent), data.ndjson.parent / f"recent{len(recent)}")
    full = job("run", folder / "year", data, before)
    # Without the gates: a day on which few people remain may be empty.
    job("whole", folder / "same", same, before)
    job("whole", folder / "month", data, before[-SHORT:])

    measures: dict[str, list[Measure]] = {"year": [], "same": [], "month": []}
    for day in more:
        for name, on in (("year", data), ("same", same), ("month", data)):
            measures[name].append(job("daily", folder / name, on, [day]))
    # The days between were built and not run, which notes nothing: the next run builds all anew.
    job("run", folder / "year", data, [more[-1]])
    profile = job("run", folder / "year", data, [last])
    rows = []
    for unit in UNITS:
        year, alike, month = (_inside(measures[name], unit) for name in ("year", "same", "month"))
        after = f"a day after {len(before)} days beside one after {SHORT}"
        rows.append(compared("6", f"{after}, same people, {unit}", alike, month, at_most=1.2))
        rows.append(compared("6", f"{after}, users growing too, {unit}", year, month, at_most=1.6))
    run, full_run = ([measure.report["run"]] for measure in (profile, full))
    rows.append(compared("6", "a day's run beside the run of all days", run, full_run, at_most=0.2))
    for what, peaks in (
        ("reading and models", [measure.peak_mb for measure in measures["year"]]),
        ("the whole run", [profile.peak_mb]),
    ):
        name = f"peak memory of a day, {what}"
        rows.append(limited("6", name, peaks, at_most=500, unit="MB"))
    shutil.rmtree(folder)
    return rows, profile_text(profile)


def file_size(data: Data, work: Path, days: int) -> list[Row]:
    """Set the build files after many daily runs against those of one build of the same days."""
    folder = work / "size"
    shutil.rmtree(folder, ignore_errors=True)
    before, more = data.days[:-days], data.days[-days:]
    if before:
        job("whole", folder / "daily", data, before)
    grown = job("daily", folder / "daily", data, more).report["megabytes"]
    fresh = job("whole", folder / "fresh", data, data.days).report["megabytes"]
    shutil.rmtree(folder)
    what = f"build files after {days} daily runs beside a fresh build"
    return [compared("8", what, [grown], [fresh], at_most=1.3, unit="MB")]


def _inside(measures: list[Measure], unit: str) -> list[float]:
    return [measure.step("ingest", unit) + measure.step("build", unit) for measure in measures]


def profile_text(measure: Measure) -> str:
    """Say where the time of a run went: its steps, and dbt's slowest nodes."""
    report = measure.report
    steps: dict[str, float] = report["dagster_steps"]
    rest = report["run"] - sum(steps.values())
    parts = [
        ("start and imports", measure.wall - report["run"]),
        *sorted(steps.items(), key=lambda item: -item[1]),
        ("Dagster between the steps", rest),
        ("of all this, dbt's queries", report["sql"]),
    ]
    nodes = sorted(report["nodes"], key=lambda node: -node["wall"])[:MOST_NODES]
    lines = ["| where a day's run spends its time | s |", "|---|---|"]
    lines += [f"| {name} | {seconds:.2f} |" for name, seconds in parts]
    lines += [f"| dbt: {node['name']} | {node['wall']:.2f} |" for node in nodes]
    return "\n".join(lines)
