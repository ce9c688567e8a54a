"""KPIs by chance -> alerts: by every rule of section 14 the history that a plain walk finds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from tests.conftest import Installation
from tests.recompute.compare import compare
from tests.recompute.health import alerts
from tests.recompute.rules import Rules
from tests.recompute.shop_rules import write_rules
from tests.recompute.world import World

FIRST, DAYS = date(2024, 12, 30), 430
SEEDS = (0, 3)
KEY = ("alert", "dimension_value", "opened_on")
COLUMNS = (
    "as_of_date",
    "kpi",
    "dimension",
    "dimension_value",
    "value",
    "numerator",
    "denominator",
    "status",
)
RULES = ("alert_rules", "benchmarks", "alert_acknowledgements")
# What moves around what a rule asks for.
LEVELS = {
    "complaint_rate": 0.05,
    "ltv_cac": 1.5,
    "nps": 20,
    "silent_share": 0.6,
    "points_inflation": 0.15,
    "share_rate": 0.3,
    "repurchase_rate": 0.2,
    "funnel_conversion": 0.8,
    "d1_retention": 0.4,
    "complaints": 3,
    "wau": 400,
}
VALUES = {"all": ["all"], "tier": ["diamond", "gold"], "channel": ["ads", "direct"]}
VALUES |= {"funnel_step": ["cart_to_order/2"]}
Row = dict[str, Any]


@dataclass(frozen=True)
class Told(World):
    """A world of which nothing is known but its KPIs."""

    told: tuple[Row, ...] = ()

    @property
    def kpi_rows(self) -> list[Row]:  # ty: ignore[invalid-method-override]
        return [row for row in self.told if row["as_of_date"] <= self.as_of]


def series(chance: Random, level: float) -> Iterator[float]:
    """Give values that drift, jump and come back: far enough to open alerts, and to close them."""
    now = level
    while True:
        now += (level - now) * 0.08 + chance.gauss(0, 0.06) * level
        yield now * (chance.choice([0.5, 2, 4]) if chance.random() < 0.03 else 1)


def kpi_rows(seed: int, rules: list[dict[str, str]]) -> Iterator[Row]:
    """Tell each KPI that a rule watches, with days that are partial, unknown or not there."""
    chance = Random(f"alerts {seed}")  # noqa: S311
    for kpi, dimension in sorted({(rule["kpi"], rule["dimension"] or "all") for rule in rules}):
        for value in VALUES[dimension]:
            is_count = kpi in {"wau", "complaints"}
            walk = series(chance, LEVELS[kpi])
            for number in range(DAYS):
                told, under = next(walk), chance.randrange(1, 400)
                told = float(max(0, round(told))) if is_count else told
                status = chance.choice(
                    ["no_target"] * 16 + ["below", "above", "partial", "unknown"]
                )
                row = dict.fromkeys(COLUMNS) | {
                    "as_of_date": FIRST + timedelta(days=number),
                    "kpi": kpi,
                    "dimension": dimension,
                    "dimension_value": value,
                    "status": status,
                }
                if status != "unknown":
                    over = told if is_count else told * under
                    row |= {"numerator": over, "denominator": None if is_count else float(under)}
                    row |= {"value": over if is_count else over / under}
                if chance.random() > 0.01:
                    yield row


@pytest.fixture(scope="module")
def home(finished: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an installation its own rules: the shipped ones, with benchmarks and some more."""
    home = tmp_path_factory.mktemp("alerts")
    write_rules(home)
    benchmarks = ["kpi,benchmark,told_by", "share_rate,0.3,a guess", "repurchase_rate,0.2,it"]
    (home / "rules" / "benchmarks.csv").write_text("\n".join(benchmarks) + "\n")
    return home


@pytest.fixture
def made(copied: Installation, home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the tables of a run in which those rules took the place of its own."""
    with duckdb.connect(str(copied.settings.build_db)) as connection:
        connection.execute(f"attach '{copied.settings.serving_build_db}' as serving")
        rules = Rules(home)
        for name in RULES:
            rows = rules.rows(name)
            connection.execute(f"delete from rules.{name}")
            for row in rows:
                names = ", ".join(row)
                marks = ", ".join("?" * len(row))
                connection.execute(
                    f"insert into rules.{name} ({names}) values ({marks})",
                    [value or None for value in row.values()],
                )
        yield connection


def history(
    connection: duckdb.DuckDBPyConnection, query: str, rows: list[Row]
) -> tuple[list[str], list[Row]]:
    """Return the alerts that the models make of these KPIs."""
    table = "serving.marts.kpi_daily"
    connection.execute(f"delete from {table}")
    connection.register("told", pa.Table.from_pylist(rows))
    connection.execute(f"insert into {table} by name select * from told")
    found = connection.execute(query)
    names = [column[0] for column in found.description or []]
    return names, [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_alerts_have_the_history_that_a_walk_through_the_periods_finds(
    made: duckdb.DuckDBPyConnection, copied: Installation, home: Path
) -> None:
    rules = Rules(home)
    watched = rules.rows("alert_rules")
    [path] = copied.settings.build_dir.glob("dbt/compiled/userops/models/marts/health/alerts.sql")
    query, closed = path.read_text(), set[str]()
    for seed in SEEDS:
        told = tuple(kpi_rows(seed, watched))
        for days in (DAYS, 200, 199):
            world = Told(rules, FIRST + timedelta(days=days - 1), told=told)
            expected = alerts(world)
            closed |= {row["alert"] for row in expected if row["status"] == "closed"}

            found = compare("alerts", KEY, expected, *history(made, query, world.kpi_rows))

            assert found.is_equal, found.text()
    # Every rule has opened an alert, and closed it again.
    assert closed == {rule["alert"] for rule in watched}
