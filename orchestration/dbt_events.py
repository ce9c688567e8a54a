"""dbt's result events -> Dagster's: a table stands, a test found something.

The seam (`DbtCoreCliEventMessage`) is pinned by tests/pipeline/test_dbt_run.py.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from orchestration.dbt_project import Project
from warehouse.masking import masked


def dagster_events(
    project: Project, event: dict[str, Any], partitions: Sequence[str | None]
) -> Iterator[Any]:
    """Say that a table stands, in each partition of the run, or what a test found.

    Only what other steps wait for is a result of this one: for each of those, Dagster also looks up
    what all its parents were made from, and keeps a second event.
    """
    message = DbtCoreCliEventMessage(raw_event=event, event_history_metadata={})
    # Without the context, as in a plain op: told, not handed on.
    for item in message.to_default_asset_events(
        manifest=project.nodes, project=project.for_dagster
    ):
        key = None if isinstance(item, dg.Output) else item.asset_key
        if key not in project.outgoing:
            yield from _in_partitions(_described(project, event, item), partitions)
        elif isinstance(item, dg.AssetMaterialization):
            metadata = {**item.metadata, **_metadata(project, event)}
            yield dg.MaterializeResult(asset_key=key, metadata=metadata)
        elif isinstance(item, dg.AssetCheckEvaluation):
            told = _described(project, event, item)
            yield dg.AssetCheckResult(
                asset_key=key,
                check_name=told.check_name,
                passed=told.passed,
                severity=told.severity,
                metadata=told.metadata,
                description=told.description,
            )


def _described(project: Project, event: dict[str, Any], item: Any) -> Any:
    """Say of a data test that failed what it asks for, and how much it found."""
    if not isinstance(item, dg.AssetCheckEvaluation) or item.passed:
        return item
    node = project.nodes["nodes"][event["data"]["node_info"]["unique_id"]]
    found = int(event["data"]["num_failures"])
    return dg.AssetCheckEvaluation(
        asset_key=item.asset_key,
        check_name=item.check_name,
        passed=False,
        severity=item.severity,
        metadata=item.metadata,
        description=f"{node['meta']['description']} Found: {found:,}.",
    )


def _in_partitions(item: Any, partitions: Sequence[str | None]) -> Iterator[Any]:
    """Repeat what is said of a table in each partition, as Dagster does with results."""
    if not isinstance(item, dg.AssetMaterialization):
        yield item
        return
    for partition in partitions:
        yield dg.AssetMaterialization(
            item.asset_key, metadata=item.metadata, partition=partition, tags=item.tags
        )


def _metadata(project: Project, event: dict[str, Any]) -> dict[str, Any]:
    """Count a table just built and, for marts, show its first rows (marts hold no contacts)."""
    relation = event["data"]["node_info"].get("node_relation", {})
    name = relation.get("relation_name", "")
    sample = project.engine.sample(name) if name else None
    if sample is None:
        return {}
    metadata: dict[str, Any] = {"dagster/row_count": sample.rows}
    if relation.get("schema") == "marts":
        metadata["preview"] = dg.MetadataValue.md(_markdown(sample.header, sample.first))
    return metadata


def _markdown(header: list[str], rows: list[tuple[Any, ...]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    for row in rows:
        # An id may be an e-mail address or a phone number.
        cells = ("" if cell is None else masked(str(cell)).replace("|", "\\|") for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
