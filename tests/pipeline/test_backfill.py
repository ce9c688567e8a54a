"""A backfill of all assets, asked for as the UI asks for it, is one run that ends well."""

import logging
import time
from collections import Counter
from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster._daemon.backfill import execute_backfill_iteration
from dagster._daemon.run_coordinator import QueuedRunCoordinatorDaemon
from dagster_graphql.test.utils import execute_dagster_graphql

from orchestration import environment
from tests.conftest import FIRST, LAST, Installation, NewInstallation, land_golden
from tests.shared import share_parsed
from warehouse.lake.loads import read_ledger
from warehouse.rules.effective import SHIPPED_DIR

ASSETS = "{ assetNodes { assetKey { path } isMaterializable partitionKeys } }"
LAUNCH = """
mutation Launch($backfill: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $backfill) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""
SECONDS = 500


@pytest.fixture
def landed(new_installation: NewInstallation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Return an installation without any run, which other processes find by its environment."""
    installation = new_installation()
    land_golden(installation)
    monkeypatch.setenv("USEROPS_HOME", str(installation.settings.home))
    environment.enter(installation.settings)
    share_parsed(installation.settings)
    return installation


@pytest.fixture
def server(landed: Installation) -> Iterator[WorkspaceProcessContext]:
    """Serve the definitions as `userops dev` does."""
    target = ModuleTarget("orchestration.definitions", None, None, "orchestration.definitions")
    with (
        dg.DagsterInstance.get() as instance,
        WorkspaceProcessContext(instance, target) as process,
    ):
        yield process


def backfill(server: WorkspaceProcessContext, first: str, last: str) -> list[dg.DagsterRun]:
    """Choose all assets and the days in the asset graph; return the runs when it has ended."""
    request = server.create_request_context()
    nodes = execute_dagster_graphql(request, ASSETS).data["assetNodes"]
    chosen = [node for node in nodes if node["isMaterializable"]]
    [lake] = [node for node in chosen if node["assetKey"]["path"] == ["raw", "events"]]
    asked = {
        "assetSelection": [node["assetKey"] for node in chosen],
        "partitionNames": [day for day in lake["partitionKeys"] if first <= day <= last],
    }
    launched = execute_dagster_graphql(request, LAUNCH, variables={"backfill": asked}).data
    backfill_id = launched["launchPartitionBackfill"]["backfillId"]
    queue, log = QueuedRunCoordinatorDaemon(interval_seconds=1), logging.getLogger("backfill")
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        list(execute_backfill_iteration(server, log))
        list(queue.run_iteration(server))
        found = server.instance.get_backfill(backfill_id)
        if found and found.status.value != "REQUESTED":
            assert found.status.value == "COMPLETED_SUCCESS", found.error
            break
        time.sleep(1)
    of_it = dg.RunsFilter(tags={"dagster/backfill": backfill_id})
    return list(server.instance.get_runs(of_it))


def test_a_backfill_of_all_assets_is_one_run_also_fresh_and_after_a_rule_edit(
    landed: Installation, server: WorkspaceProcessContext
) -> None:
    [run] = backfill(server, FIRST, LAST)

    assert run.status == dg.DagsterRunStatus.SUCCESS
    assert landed.rows("select count(distinct load_date) from marts.load_ledger") == [(4,)]
    landed.settings.rules_dir.mkdir(exist_ok=True)
    edited = (SHIPPED_DIR / "parameters.csv").read_text().replace("min_buyers,200", "min_buyers,2")
    (landed.settings.rules_dir / "parameters.csv").write_text(edited)

    [run] = backfill(server, FIRST, LAST)

    assert run.status == dg.DagsterRunStatus.SUCCESS
    key = dg.AssetKey(["raw", "events"])
    told = server.instance.fetch_materializations(key, limit=4).records
    counts = {
        str(each.partition_key): each.asset_materialization.metadata["dagster/partition_row_count"]
        for each in told
        if each.asset_materialization
    }
    in_lake = Counter[str]()
    for file in read_ledger(landed.settings).to_pylist():
        in_lake[str(file["load_date"])] += file["events"]
    assert {day: count.value for day, count in counts.items()} == in_lake
