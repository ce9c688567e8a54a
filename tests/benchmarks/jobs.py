"""What is measured of the product, each as a process of its own: one line of JSON at its end.

``python -m tests.benchmarks.jobs JOB HOME LANDING FIRST LAST``
"""

import sys
from datetime import date, timedelta
from pathlib import Path

from tests.benchmarks.clock import Clock


def main() -> None:
    """Run one job."""
    job, home, landing, first, last = sys.argv[1:]
    days = _days(date.fromisoformat(first), date.fromisoformat(last))
    JOBS[job](Path(home), Path(landing), days)


def ingest(home: Path, landing: Path, days: list[date]) -> None:
    """Read the days into an empty lake."""
    from tests.benchmarks.installation import prepare, settings_of
    from warehouse.lake.ingest import ingest_days

    settings = settings_of(home, landing)
    prepare(settings)
    clock = Clock()
    with clock.step("ingest"):
        report = ingest_days(settings, days)
        _end_pool()
    clock.report(parsed=report.parsed, quarantined=report.quarantined)


def same_tables(home: Path, landing: Path, days: list[date]) -> None:
    """Bring the days from landing to the tables that the baselines make too."""
    from tests.benchmarks.installation import SAME_TABLES

    _land_and_build(home, landing, [days], SAME_TABLES)


def without_kpis(home: Path, landing: Path, days: list[date]) -> None:
    """Bring the days from landing to the tables that the baselines make too, but their KPIs."""
    from tests.benchmarks.installation import KPIS, SAME_TABLES

    tables = tuple(table for table in SAME_TABLES if table != KPIS)
    _land_and_build(home, landing, [days], tables)


def whole(home: Path, landing: Path, days: list[date]) -> None:
    """Bring the days from landing to all tables, at once."""
    _land_and_build(home, landing, [days], ())


def daily(home: Path, landing: Path, days: list[date]) -> None:
    """Bring the days from landing to all tables, one after the other."""
    _land_and_build(home, landing, [[day] for day in days], ())


def run(home: Path, landing: Path, days: list[date]) -> None:
    """Run the daily job itself: every check, publishing, exports and the report."""
    from tests.benchmarks.installation import prepare, settings_of

    settings = settings_of(home, landing)
    prepare(settings)
    clock = Clock()
    with clock.step("import"):
        from tests.benchmarks.profile import profiled_run
    with clock.step("run"):
        profile = profiled_run(settings, days)
        _end_pool()
    clock.report(**profile)


def land_for_dbt(home: Path, landing: Path, days: list[date]) -> None:
    """Let the days in, and say how plain dbt builds them: its command, its materializations."""
    import os

    from orchestration.dbt_invocation import build_arguments
    from tests.benchmarks.installation import parsed, plain_project, prepare, settings_of
    from warehouse.lake.admission import admit
    from warehouse.lake.ingest import ingest_days

    settings = settings_of(home, landing)
    prepare(settings)
    ingest_days(settings, days)
    project = parsed(settings)
    project.engine.prepare(settings)
    arguments = build_arguments(project, settings, max(admit(settings, days)))
    folder = str(plain_project(project.folder, home / "plain"))
    Clock().report(
        arguments=[
            *("build", "--project-dir", folder, "--profiles-dir", folder),
            *(
                "--target-path",
                str(home / "plain-target"),
                "--log-path",
                str(home / "plain-target"),
            ),
            *("--vars", arguments[arguments.index("--vars") + 1]),
            *("--exclude-resource-types", "unit_test"),
        ],
        environment={key: os.environ[key] for key in os.environ if key.startswith("USEROPS_")},
    )


def _land_and_build(
    home: Path, landing: Path, runs: list[list[date]], tables: tuple[str, ...]
) -> None:
    from tests.benchmarks.installation import build_models, parsed, prepare, settings_of
    from warehouse.lake.ingest import ingest_days

    settings = settings_of(home, landing)
    prepare(settings)
    parsed(settings)
    clock = Clock()
    nodes = []
    for number, days in enumerate(runs):
        name = "" if len(runs) == 1 else f" {number}"
        with clock.step(f"ingest{name}"):
            ingest_days(settings, days)
            _end_pool()
        with clock.step(f"build{name}"):
            nodes = build_models(
                settings, days, with_rules=not settings.build_db.exists(), tables=tables
            )
    clock.report(
        nodes=nodes,
        megabytes=_megabytes(settings.build_db, settings.serving_build_db),
        lake_megabytes=_megabytes(*(home / "lake" / "events").rglob("*.parquet")),
    )


def _megabytes(*files: Path) -> float:
    return sum(file.stat().st_size for file in files) / 1e6


def _end_pool() -> None:
    """End the server that forked the readers: only then is their time known to this process."""
    from multiprocessing import forkserver

    forkserver._forkserver._stop()


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


JOBS = {
    job.__name__: job
    for job in (ingest, same_tables, without_kpis, whole, daily, run, land_for_dbt)
}

if __name__ == "__main__":
    main()
