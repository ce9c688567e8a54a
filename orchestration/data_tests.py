"""dbt's data tests -> one query a table: each is run by the model that completes what it reads.

The model's materialization sends the query (dbt_project/macros/engine/data_tests.sql) and says what
it found; a node for each test would cost more than all of them. A test that no model completes, or
whose text changes from run to run, stays a node of dbt's own.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from itertools import dropwhile, takewhile
from typing import Any

from orchestration.lineage import ancestors, is_fixed

SAYING = "JinjaLogDebug"
LIMITS = ("fail_calc", "warn_if", "error_if", "limit", "severity")


def carried(manifest: Mapping[str, Any], built: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Say which tests each of the models that are built runs once it stands.

    It is the model that comes after all the other tables of the test that are built.
    """
    found = defaultdict(list)
    for key, node in manifest["nodes"].items():
        if node["resource_type"] != "test" or not _is_fixed(manifest, node):
            continue
        reads = set(built).intersection(node["depends_on"]["nodes"])
        for model in reads:
            if not model.startswith("seed.") and reads - {model} <= ancestors(manifest, model):
                limits = {name: node["config"][name] for name in LIMITS}
                told = {"unique_id": key, "name": node["name"], "sql": node["compiled_code"]}
                found[model].append(told | limits)
    return dict(found)


def description(node: Mapping[str, Any]) -> str:
    """Say what a data test asks for: as it is written, else by its kind and arguments.

    A singular test is described by the comment above its query.
    """
    if node["description"]:
        return node["description"]
    generic = node.get("test_metadata")
    if not generic:
        lines = node["raw_code"].splitlines()
        below_config = dropwhile(lambda line: not line.startswith("--"), lines)
        comment = takewhile(lambda line: line.startswith("--"), below_config)
        return " ".join(line.removeprefix("--").strip() for line in comment)
    arguments = generic["kwargs"]
    table = (node["attached_node"] or "").rpartition(".")[2]
    column = f"`{arguments.get('column_name')}` of `{table}`"
    match generic["name"]:
        case "unique_rows":
            columns = ", ".join(f"`{name}`" for name in arguments["columns"])
            return f"No two rows of `{table}` share {columns}."
        case "unique":
            return f"No two rows share {column}."
        case "not_null":
            return f"{column} is never empty."
        case "accepted_values":
            return f"{column} is one of {', '.join(map(str, arguments['values']))}."
        case "relationships":
            other = arguments["to"].split("'")[1]
            return f"{column} is a `{arguments['field']}` of `{other}`."
    return ""


class Verdicts:
    """What models found out about their tables, told as dbt's test nodes tell it."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._nodes = manifest["nodes"]
        self._held: dict[str, list[dict[str, Any]]] = {}

    def hear(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        """Return what an event says: a table's result comes first, then those of its tests.

        A table whose tests failed stands nevertheless, as it does where they are nodes.
        """
        node = event["data"]["node_info"]["unique_id"]
        if event["info"]["name"] == SAYING:
            said = json.loads(event["data"]["msg"])["data_tests"]
            self._held[node] = [self._result(event["info"], found) for found in said]
            return []
        tests = self._held.get(node, [])
        if tests:
            event["data"]["node_info"]["node_status"] = "success"
        return [event, *tests]

    def failures_of(self, node: str) -> list[str]:
        """Say which tests of a table failed, and by how much."""
        return [
            f"{data['name']}: Got {data['num_failures']} results, configured to fail if"
            f" {self._nodes[data['node_info']['unique_id']]['config']['error_if']}"
            for data in (test["data"] for test in self._held.get(node, ()))
            if data["status"] == "fail"
        ]

    def _result(self, info: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
        node = self._nodes[found["unique_id"]]
        told = {
            "unique_id": found["unique_id"],
            "node_name": node["name"],
            "resource_type": "test",
            "materialized": "test",
            "node_status": found["status"],
        }
        return {
            "info": {**info, "name": "LogTestResult"},
            "data": {
                "name": node["name"],
                "status": found["status"],
                "num_failures": found["failures"],
                "execution_time": 0.0,
                "node_info": told,
            },
        }


def is_saying(event: Any) -> bool:
    """Tell whether an event of dbt is what a model says about its tests."""
    return event.info.name == SAYING and event.data.msg.startswith('{"data_tests":')


def _is_fixed(manifest: Mapping[str, Any], node: Mapping[str, Any]) -> bool:
    """Tell whether dbt has compiled a test, and would compile it to the same on any day."""
    if not node.get("compiled_code") or node["config"].get("store_failures"):
        return False
    return is_fixed(manifest, node)
