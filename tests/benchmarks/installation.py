"""A folder -> an installation that counts as the baselines do: their event names, UTC, euros."""

import csv
import re
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.dbt_invocation import Outcome, build_arguments, stream
from orchestration.dbt_project import Project, project_of
from orchestration.environment import enter
from tests.benchmarks.data import CLICK
from warehouse.build.database import create_databases
from warehouse.lake.admission import admit
from warehouse.settings import Settings

OWN_MATERIALIZATION = re.compile(
    r"\{%-?\s*materialization\s+(\w+),[^%]*'duckdb'[^%]*%\}(.*?)\{%-?\s*endmaterialization\s*-?%\}",
    re.DOTALL,
)
OF_DBT = {"table", "view", "incremental", "seed"}

# What the generator tells of. To the baselines, mail received and refunds are no activity; a click
# in a mail is, which is no message here then.
ROLES = (
    ("Signed Up", "activity"),
    ("Signed Up", "login"),
    ("Products Searched", "activity"),
    ("Product Viewed", "activity"),
    ("Product Viewed", "feature"),
    ("Product Added", "activity"),
    ("Checkout Started", "activity"),
    ("Order Completed", "activity"),
    ("Order Completed", "purchase"),
    ("Points Earned", "activity"),
    ("Order Refunded", "refund"),
    ("Email Delivered", "message"),
    ("Email Opened", "message"),
    (CLICK, "activity"),
    ("Invite Sent", "activity"),
    ("Invite Sent", "invite"),
    ("NPS Submitted", "activity"),
    ("Ticket Opened", "activity"),
    ("Ticket Opened", "complaint"),
)
STEPS = ("Product Viewed", "Product Added", "Checkout Started", "Order Completed")
FUNNEL = "browse_to_order"

# The tables the baselines make too; what these are made from comes along. The KPIs of a day are
# many more here, by five dimensions, so the tables are measured without them as well.
KPIS = "kpi_daily"
SAME_TABLES = (
    "fct_sessions",
    "fct_user_days",
    "fct_orders",
    "int_people",
    "rfm_scores",
    "cohort_retention",
    "lifecycle_periods",
    "funnel_steps",
    KPIS,
)


def settings_of(home: Path, landing: Path) -> Settings:
    """Return the settings of an installation with the rules of the comparison."""
    return Settings(home=home, landing=str(landing), timezone="UTC", currency="EUR")


def prepare(settings: Settings) -> None:
    """Write the installation's rules and point this process at it."""
    write_rules(settings)
    enter(settings)
    create_databases(settings)


def write_rules(settings: Settings) -> None:
    """Write the rules that count as the baselines do."""
    settings.rules_dir.mkdir(parents=True, exist_ok=True)
    _write(settings.rules_dir / "event_roles.csv", ("event", "role"), ROLES)
    steps = ((FUNNEL, number, event, "") for number, event in enumerate(STEPS, start=1))
    header = ("funnel", "step", "event", "window_minutes")
    _write(settings.rules_dir / "funnels.csv", header, steps)


def build_models(
    settings: Settings, days: list[date], *, with_rules: bool, tables: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    """Let the days in and build all tables, or the named ones; returns what each node took.

    As a run does it, without its tests and checks; ``with_rules`` the rules are loaded too.
    """
    newest = max(admit(settings, days))
    skipped = ("test",) if with_rules else ("test", "seed")
    arguments = build_arguments(parsed(settings), settings, newest, skipped=skipped)
    if tables:
        # In the place of what a run selects: dbt would build both.
        of_run = arguments.index("--select")
        arguments[of_run:] = ["--select", *(f"+{table}" for table in tables)]
    outcome = Outcome()
    nodes = [node_of(event) for event in stream(parsed(settings), arguments, outcome)]
    if not outcome.success:
        raise RuntimeError(outcome.message())
    return nodes


def parsed(settings: Settings) -> Project:
    """Return the dbt project of the installation, parsed once a process."""
    return project_of(settings)


def plain_project(project: Path, target: Path) -> Path:
    """Copy a dbt project without materializations of its own; once.

    Raises RuntimeError for one that stands in for nothing of dbt's.
    """
    if target.exists():
        return target
    shutil.copytree(project, target, ignore=shutil.ignore_patterns("target", "logs"))
    for path in (target / "macros").rglob("*.sql"):
        text = path.read_text(encoding="utf-8")
        names = {name for name, _ in OWN_MATERIALIZATION.findall(text)}
        if names - OF_DBT:
            raise RuntimeError(f"{path.name}: dbt has no materialization like {names - OF_DBT}")
        path.write_text(OWN_MATERIALIZATION.sub("", text), encoding="utf-8")
    return target


def node_of(event: dict[str, Any]) -> dict[str, Any]:
    """Return the name and seconds of the node that a result event of dbt tells of."""
    data = event["data"]
    return {"name": data["node_info"]["node_name"], "wall": data["execution_time"]}


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
