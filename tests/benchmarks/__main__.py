"""``make bench``: reading against DuckDB's own reader, a full build, and one more day.

Ratios are medians of interleaved rounds; what is compared is checked to be equal first.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import duckdb

from tests.conftest import Installation
from warehouse.ingest import ingest_days
from warehouse.landing import landed_days
from warehouse.settings import Settings
from warehouse.simulate.run import simulate

Result = TypeVar("Result")

# The same columns as the lake keeps: a typed envelope and the rest as JSON text.
READ_JSON = """
copy (
    select * from read_json(
        '{landing}/events/*/*.gz', format = 'newline_delimited', filename = true,
        ignore_errors = true,
        columns = {{
            messageId: 'varchar', type: 'varchar', event: 'varchar', userId: 'varchar',
            anonymousId: 'varchar', "timestamp": 'timestamp', receivedAt: 'timestamp',
            context: 'json', properties: 'json', traits: 'json'
        }}
    )
) to '{target}' (format parquet, compression zstd)
"""


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--users", type=int, default=2000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        report = simulate(root / "landing", users=options.users, days=options.days, seed=7)
        rows = [("simulate", report.seconds, f"{report.lines / report.seconds:,.0f} lines/s")]
        rows += _reading(root, options.rounds)
        rows += _building(root)

    print(f"{report.lines:,} lines, {options.users:,} users, {options.days} days", end="; ")  # noqa: T201
    print(f"{os.cpu_count()} cores, median of {options.rounds} interleaved rounds")  # noqa: T201
    for name, seconds, note in rows:
        print(f"  {name:<34}{seconds:>8.2f} s  {note}")  # noqa: T201


def _reading(root: Path, rounds: int) -> list[tuple[str, float, str]]:
    ours: list[float] = []
    theirs: list[float] = []
    parsed = 0
    for number in range(rounds):
        settings = Settings(home=root / f"read-{number}", landing=str(root / "landing"))
        seconds, result = _timed(lambda s=settings: ingest_days(s, landed_days(s)))
        ours.append(seconds)
        parsed = result.parsed
        target = root / f"duckdb-{number}.parquet"
        with duckdb.connect() as connection:
            query = READ_JSON.format(landing=root / "landing", target=target)
            theirs.append(_timed(lambda c=connection, q=query: c.execute(q))[0])
            [(found,)] = connection.execute(f"select count(*) from '{target}'").fetchall()
        # DuckDB keeps lines the judge refuses: a handful more, never fewer.
        assert 0 <= found - parsed < 100, (found, parsed)
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    return [
        ("read, every line judged", statistics.median(ours), f"{ratio:.2f} x DuckDB's read_json"),
        ("read_json, keeping JSON text", statistics.median(theirs), ""),
    ]


def _building(root: Path) -> list[tuple[str, float, str]]:
    whole = Installation(Settings(home=root / "whole", landing=str(root / "landing")))
    daily = Installation(Settings(home=root / "daily", landing=str(root / "landing")))
    *before, last = [day.isoformat() for day in landed_days(whole.settings)]
    daily.build(*before)
    one_day, _ = _timed(lambda: daily.build(last))
    full, _ = _timed(whole.build)
    assert daily.hashes() == whole.hashes(), "one more day must end where a full build ends"
    return [
        ("landing to marts, all days", full, ""),
        ("landing to marts, one more day", one_day, f"{one_day / full:.2f} x the full build"),
    ]


def _timed(work: Callable[[], Result]) -> tuple[float, Result]:
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


if __name__ == "__main__":
    main()
