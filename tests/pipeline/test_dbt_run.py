"""The seam between dbt in this process and Dagster's events."""

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from orchestration import dbt_project, parsed
from orchestration.dbt_invocation import Outcome, build_arguments, stream
from orchestration.dbt_project import project_of
from orchestration.definitions import build_definitions
from orchestration.environment import enter
from tests.conftest import FIRST, LAST, Installation, NewInstallation
from warehouse.errors import UserError
from warehouse.rules.effective import prepare_rules
from warehouse.settings import Settings


def test_each_node_becomes_a_materialisation_and_each_test_a_check(
    first_run: tuple[Installation, Sequence[dg.DagsterEvent]],
) -> None:
    installation, told = first_run
    nodes = project_of(installation.settings).nodes["nodes"].values()
    built = {
        (node["schema"], node["name"])
        for node in nodes
        if node["resource_type"] in ("model", "seed")
    }

    events = [
        event.step_materialization_data.materialization
        for event in told
        if event.is_step_materialization and event.step_key == "dbt_models"
    ]
    assert {tuple(item.asset_key.path) for item in events} == built
    counts = {item.asset_key.path[-1]: item.metadata for item in events}
    assert counts["fct_orders"]["dagster/row_count"].value == 4
    assert "o1" in str(counts["fct_orders"]["preview"].value)
    # Only marts are shown: other layers may hold contact details.
    assert "preview" not in counts["int_contacts"]
    assert "preview" not in counts["stg_events"]

    tests = {node["name"] for node in nodes if node["resource_type"] == "test"}
    checks = {
        event.asset_check_evaluation_data.check_name
        for event in told
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION
    }
    assert {name for name in checks if not name.startswith("gx_")} == tests


def test_a_failing_model_is_named_with_its_reason(copied: Installation) -> None:
    enter(copied.settings)
    project = project_of(copied.settings)
    arguments = build_arguments(project, copied.settings, date(2026, 3, 4))
    (copied.settings.lake_root / "loads.parquet").unlink()
    outcome = Outcome()

    for _ in stream(project, arguments, outcome):
        pass

    assert not outcome.success
    assert "loads.parquet" in outcome.message()


def test_a_table_that_cannot_be_filled_stays_as_it_was(copied: Installation) -> None:
    settings = copied.settings
    enter(settings)
    before = copied.hashes()
    day = settings.home / f"lake/ledger/load_date={FIRST}"
    [ledger] = day.glob("load_fingerprint=*/ledger.parquet")
    rows = duckdb.read_parquet(str(ledger), hive_partitioning=False)
    rows.project("* replace (cast(null as varchar) as format)").to_parquet(f"{ledger}.new")
    ledger.with_suffix(".parquet.new").replace(ledger)
    project = project_of(settings)
    arguments = build_arguments(
        project, settings, date.fromisoformat(LAST), selection=["+load_ledger"]
    )
    outcome = Outcome()

    for _ in stream(project, arguments, outcome):
        pass

    assert not outcome.success
    assert "load_ledger" in outcome.message()
    assert "NOT NULL constraint failed" in outcome.message()
    assert copied.hashes() == before
    for file in (settings.build_db, settings.serving_build_db):
        with duckdb.connect(str(file), read_only=True) as connection:
            names = connection.execute("select table_name from duckdb_tables()").fetchall()
        assert not [name for (name,) in names if "__dbt" in name]


def test_a_parsed_project_is_kept_while_its_files_stay(
    new_installation: NewInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = new_installation().settings
    settings.rules_dir.mkdir()
    roles = settings.rules_dir / "event_roles.csv"
    written = []
    seeds = []
    for role in ("activity", "activity", "purchase"):
        roles.write_text(f"event,role\nDance Performed,{role}\n")
        monkeypatch.setattr(dbt_project, "_PARSED", {})
        project = project_of(settings)
        (kept,) = project.target.glob("manifest-*.pickle")
        written.append((kept.name, kept.stat().st_mtime_ns))
        checksums = {key: node.checksum.checksum for key, node in project.manifest.nodes.items()}
        plain = project.nodes["nodes"]
        assert {key: node["checksum"]["checksum"] for key, node in plain.items()} == checksums
        assert project.manifest.flat_graph["nodes"].keys() == plain.keys()
        seeds.append(checksums["seed.userops.event_roles"])

    assert written[0] == written[1]
    assert written[2][0] != written[1][0]
    assert seeds[0] == seeds[1] != seeds[2]

    kept.write_bytes(b"torn")
    monkeypatch.setattr(dbt_project, "_PARSED", {})
    assert project_of(settings).manifest.nodes.keys() == plain.keys()


def test_what_dbt_cannot_read_is_told_in_its_words(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "weekdays.sql").write_text("select * from {{ ref('fct_order') }}")
    (tmp_path / "dbt_project.yml").write_text("name: userops\nprofile: userops\n")
    profiles = ["--profiles-dir", str(dbt_project.SHIPPED), "--target", "duckdb"]
    logs = ["--log-level", "none", "--log-level-file", "none", "--target-path", str(tmp_path / "t")]

    with pytest.raises(UserError) as caught:
        parsed._parse(["--project-dir", str(tmp_path), *profiles, *logs], with_tests=False)

    assert "models/weekdays.sql) depends on a node named 'fct_order'" in caught.value.what


def test_an_exposure_that_is_not_declared_is_named(finished: Installation) -> None:
    with pytest.raises(UserError, match="'kpi_snapshots'") as caught:
        project_of(finished.settings).assets_of("kpi_snapshots")
    assert caught.value.cure == "did you mean 'kpi_snapshot'?"


def test_a_home_copied_with_its_links_followed_links_anew(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "home")
    settings.rules_dir.mkdir(parents=True)
    (settings.rules_dir / "event_roles.csv").write_text("event,role\nDance Performed,activity\n")
    prepare_rules(settings)
    dbt_project._folder(settings)
    shutil.copytree(settings.home, tmp_path / "copy")
    copied = Settings(tmp_path / "copy")
    assert not (copied.project_dir / "models").is_symlink()

    folder = dbt_project._folder(copied)

    assert all((folder / name).is_symlink() for name in dbt_project.LINKED)
    assert (dbt_project.SHIPPED / "models").is_dir()


def test_a_part_of_the_assets_can_be_materialised_alone(finished: Installation) -> None:
    job = build_definitions(settings=finished.settings).resolve_implicit_global_asset_job_def()
    before = finished.hashes()

    result = job.execute_in_process(
        asset_selection=[dg.AssetKey(["marts", "lifecycle_periods"])], raise_on_error=False
    )

    assert result.success
    keys = {event.asset_key for event in result.get_asset_materialization_events()}
    assert keys == {dg.AssetKey(["marts", "lifecycle_periods"])}
    assert finished.hashes() == before


def test_days_that_are_not_rebuilt_are_not_added_to(finished: Installation) -> None:
    job = build_definitions(settings=finished.settings).resolve_implicit_global_asset_job_def()

    def rows(table: str) -> int:
        with duckdb.connect(str(finished.settings.build_db), read_only=True) as build:
            [(count,)] = build.execute(f"select count(*) from intermediate.{table}").fetchall()
            return count

    before = rows("int_order_events")
    assert rows("int_business_events")

    # By now nothing is touched, and the business events are still those of the last run.
    for name in ("int_touched_days", "int_order_events"):
        key = dg.AssetKey(["intermediate", name])
        assert job.execute_in_process(asset_selection=[key]).success

    assert not rows("int_touched_days")
    assert rows("int_order_events") == before


def test_changed_rules_build_history_anew(copied: Installation) -> None:
    copied.settings.rules_dir.mkdir()
    (copied.settings.rules_dir / "event_roles.csv").write_text(
        "event,role\nDance Performed,activity\nDance Performed,share\nOrder Completed,purchase\n"
    )

    assert copied.run(LAST).success

    # The dance of 2 March counts as a share now, though only 4 March was asked for.
    assert copied.rows("select event_date, shares from marts.fct_user_days where shares > 0") == [
        (date(2026, 3, 2), 1)
    ]
