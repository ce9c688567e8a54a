"""dbt's manifest -> what comes before a node, and whether its text is the same on any day."""

import re
from collections.abc import Collection, Mapping
from typing import Any

# What may make a text other than it was when the project was parsed.
CHANGING_WITH_RUN = (
    r"env_var|run_started_at|invocation_id|run_query|statement|flags|graph|adapter\.(?!dispatch)"
)
CHANGING = re.compile(rf"\b(var|{CHANGING_WITH_RUN})\b")
# Variables are the settings, and stay as they do; but for the clock, which a view has from the
# database (dbt_project/macros/clock.sql).
CHANGING_IN_VIEW = re.compile(rf"\b({CHANGING_WITH_RUN})\b")
# Only code can change a text: a column may be called anything.
CODE = re.compile(r"{[{%].*?[%}]}", re.DOTALL)


def is_fixed(
    manifest: Mapping[str, Any], node: Mapping[str, Any], changing: re.Pattern[str] = CHANGING
) -> bool:
    """Tell whether dbt would compile a node to the same text on any day, macros included."""
    texts = [node["raw_code"]]
    seen: set[str] = set()
    ahead = list(node["depends_on"]["macros"])
    while ahead:
        key = ahead.pop()
        if key not in seen:
            seen.add(key)
            texts.append(manifest["macros"][key]["macro_sql"])
            ahead += manifest["macros"][key]["depends_on"]["macros"]
    return not any(changing.search(code) for text in texts for code in CODE.findall(text))


def standing(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Name what no day changes, by its key: views, and what is made of rules alone, tests too.

    That holds while project, rules and settings stay. Only of fixed text, and of models only where
    no data test waits for them to be built. No run tells of them: none has made or judged them.
    """
    nodes = manifest["nodes"]
    tested = {
        key
        for node in nodes.values()
        if node["resource_type"] == "test"
        for key in node["depends_on"]["nodes"]
    }
    return {
        key: node["name"]
        for key, node in nodes.items()
        if key not in tested and _stands(manifest, key, node)
    }


def _stands(manifest: Mapping[str, Any], key: str, node: Mapping[str, Any]) -> bool:
    if node["resource_type"] == "model" and node["config"]["materialized"] == "view":
        return is_fixed(manifest, node, CHANGING_IN_VIEW)
    return (
        node["resource_type"] in ("model", "test")
        and all(parent.startswith("seed.") for parent in manifest["parent_map"][key])
        and is_fixed(manifest, node)
    )


def ancestors(manifest: Mapping[str, Any], key: str) -> set[str]:
    """Return everything a node is made from, sources included."""
    seen: set[str] = set()
    ahead = [key]
    while ahead:
        for parent in manifest["parent_map"].get(ahead.pop(), ()):
            if parent not in seen:
                seen.add(parent)
                ahead.append(parent)
    return seen


def remembered(manifest: Mapping[str, Any]) -> set[str]:
    """Return the tables that are carried from run to run, and all they are made from.

    Every other table is made anew each time, of these and of nothing it held before.
    """
    kept = {
        key
        for key, node in manifest["nodes"].items()
        if node["config"]["materialized"] == "incremental"
    }
    return kept.union(*(ancestors(manifest, key) for key in kept))


def made_from(manifest: Mapping[str, Any], keys: Collection[str]) -> set[str]:
    """Return every node that any of these goes into, tests included."""
    seen: set[str] = set()
    ahead = list(keys)
    while ahead:
        for child in manifest["child_map"].get(ahead.pop(), ()):
            if child not in seen:
                seen.add(child)
                ahead.append(child)
    return seen
