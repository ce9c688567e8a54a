"""The law of the layers: who may import whom, and what every table must carry."""

import ast
import re
from pathlib import Path

import dagster as dg
import pytest

from orchestration.dbt_project import project_of
from orchestration.definitions import build_definitions
from tests.conftest import ROOT, Installation, NewInstallation
from warehouse.feeds import FEEDS
from warehouse.rules.catalogue import declared_rules

PACKAGES = {"warehouse", "quality", "orchestration"}
ALLOWED = {
    "warehouse": {"warehouse"},
    "quality": {"quality"},
    "orchestration": PACKAGES,
}
FOREIGN = {"warehouse": {"dagster", "dbt", "great_expectations"}, "quality": {"dagster", "duckdb"}}
NAME = re.compile(r"'((?:[A-Z][a-z]+ )+[A-Z][a-z]+|identify)'")
CLOCK = re.compile(r"\b(current_date|current_timestamp|now\(\)|getdate|sysdate|today\(\))", re.I)


def imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    found = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import)
             for alias in node.names]  # fmt: skip
    found += [node.module for node in ast.walk(tree)
              if isinstance(node, ast.ImportFrom) and node.module]  # fmt: skip
    return {name.split(".")[0] for name in found}


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_imports_go_one_way(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        found = imports(path)
        assert not (found & PACKAGES) - ALLOWED[package], path
        assert not found & FOREIGN.get(package, set()), path


def test_no_model_reads_the_clock() -> None:
    for path in (ROOT / "dbt_project").rglob("*.sql"):
        assert not CLOCK.search(path.read_text()), path


def test_staging_is_read_by_what_arrived_and_by_the_events_of_touched_days() -> None:
    # Every other by-day model goes through the one view, so what a day costs is decided there.
    readers = {
        path.stem
        for path in (ROOT / "dbt_project" / "models").rglob("*.sql")
        if "ref('stg_events')" in path.read_text()
    }
    arrivals = {
        "int_repeated_hashes",
        "int_event_aliases",
        "int_load_actors",
        "int_alias_edges",
        "int_marked_actors",
    }
    of_few_messages = {"int_event_duplicates", "int_visitor_owners"}
    of_few_files = {"load_ledger"}
    assert readers == {"int_touched_lines"} | arrivals | of_few_messages | of_few_files


def test_every_event_that_a_model_asks_for_by_name_is_kept() -> None:
    # These are told apart among the events of a role, and every one with the role is kept.
    by_role = {"Order Cancelled", "Complaint Closed", "Message Sent", "Message Failed"}
    by_role |= {"Message Clicked", "Push Notification Tapped", "SMS Link Clicked"}
    models = {path.stem: path.read_text() for path in (ROOT / "dbt_project/models").rglob("*.sql")}
    macro = (ROOT / "dbt_project/macros/consent_events.sql").read_text()
    listed = set(NAME.findall(models["int_business_events"] + macro)) | by_role
    asked = ("ref('int_business_events')", "contact_events(")
    readers = [text for text in models.values() if any(each in text for each in asked)]
    assert len(readers) == 10
    for text in readers:
        assert set(NAME.findall(text)) <= listed


@pytest.fixture(scope="module")
def installation(new_installation: NewInstallation) -> Installation:
    return new_installation()


@pytest.fixture(scope="module")
def definitions(installation: Installation) -> dg.Definitions:
    return build_definitions(settings=installation.settings)


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in definitions.resolve_all_asset_specs()}


def test_every_asset_is_in_the_group_of_its_stage_and_has_an_owner(
    specs: dict[dg.AssetKey, dg.AssetSpec],
) -> None:
    for key, spec in specs.items():
        assert spec.group_name == key.path[0], key
        assert spec.owners, key
        assert spec.description, key
        assert spec.kinds, key


def test_all_marts_are_published_and_an_export_waits_for_what_it_shows(
    specs: dict[dg.AssetKey, dg.AssetSpec], installation: Installation
) -> None:
    waits = {key.to_user_string(): {dep.asset_key for dep in specs[key].deps} for key in specs}
    marts = {key for key in specs if key.path[0] == "marts"}
    assert len(marts) >= 16
    assert waits["serving/warehouse"] == marts
    assert dg.AssetKey(["marts", "kpi_daily"]) in waits["exports/kpi"]
    exports = [waits[name] for name in waits if name.startswith("exports/")]
    for deps in exports:
        assert dg.AssetKey(["serving", "warehouse"]) in deps
    project = project_of(installation.settings)
    for exposure in project.nodes["exposures"].values():
        made_from = set(project.assets_of(exposure["name"]))
        assert any(made_from <= deps for deps in exports), f"nothing exports {exposure['name']}"


def test_a_rule_that_names_codes_is_read_by_a_mart_that_shows_the_names(
    installation: Installation,
) -> None:
    nodes = project_of(installation.settings).nodes["nodes"].values()
    naming = {rule for rule, spec in declared_rules().items() if "name_zh" in spec.columns}
    shown = {
        key.rsplit(".", 1)[-1]
        for node in nodes
        # Phases are dated by a step of their own before they are shown.
        if any(name.endswith("name_zh") for name in node["columns"]) or node["name"] == "int_phases"
        for key in node["depends_on"].get("nodes", ())
    }
    assert naming - shown == set(), "name them in dim_names.sql"


def test_every_mart_has_a_contract(specs: dict[dg.AssetKey, dg.AssetSpec]) -> None:
    for key, spec in specs.items():
        if key.path[0] == "marts":
            assert spec.metadata.get("dagster/column_schema"), key


def test_all_jobs_schedules_sensors_and_gates_are_there(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()
    checks = {key.name for key in repository.asset_graph.asset_check_keys}
    assert {f"gx_raw_{feed}" for feed in FEEDS} | {"gx_marts", "gx_recall_list"} <= checks
    guarded = {key.asset_key for key in repository.asset_graph.asset_check_keys}
    assert guarded <= repository.asset_graph.materializable_asset_keys
    assert "assert_money_adds_up" in checks
    assert {job.name for job in repository.get_all_jobs()} >= {"daily", "weekly"}
    assert {s.name for s in repository.schedule_defs} == {"every_morning", "every_monday"}
    assert {s.name for s in repository.sensor_defs} == {"landed_day", "run_failed"}


def test_no_modules_of_the_warehouse_import_one_another_in_a_circle() -> None:
    graph = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): modules_in(path)
        for path in (ROOT / "warehouse").rglob("*.py")
    }
    done: set[str] = set()

    def visit(module: str, *way: str) -> None:
        assert module not in way, " -> ".join((*way, module))
        if module not in done:
            for other in sorted(graph.get(module, ())):
                visit(other, *way, module)
            done.add(module)

    for module in sorted(graph):
        visit(module)


def test_the_judge_knows_neither_its_quick_way_nor_the_files() -> None:
    # From words and cells over the exact judge to tables, mappings and whole files.
    order = ["currencies", "lookup", "spelling", "aliases", "placeholders", "values"]
    order += ["answers", "consents", "erased", "orders", "points", "readings", "repeats", "exact"]
    order += ["refusals", "asides"]
    order += ["columns", "tables", "verdicts", "cells", "csv_rows", "parquet_rows", "quick"]
    order += ["written", "mapping", "mapper", "mapped", "contents", "shaping", "reading", "files"]
    folder = ROOT / "warehouse" / "judging"
    assert {path.stem for path in folder.glob("*.py")} == {"__init__", *order}
    for place, name in enumerate(order):
        own = {f"warehouse.judging.{other}" for other in order[place:]}
        assert not modules_in(folder / f"{name}.py") & own, name


def modules_in(path: Path) -> set[str]:
    """Return every module that a module imports anywhere, for its types alone too."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    sources = {
        (node.module, alias.name)
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    return named | {module for module, _ in sources} | {".".join(pair) for pair in sources}
