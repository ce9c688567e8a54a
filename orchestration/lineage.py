"""dbt's manifest -> what comes before a node, and whether its text is the same on any day."""

import re
from collections.abc import Mapping
from typing import Any

# What may make a text other than it was when the project was parsed.
CHANGING = re.compile(
    r"\b(var|env_var|run_started_at|invocation_id|run_query|statement|flags|graph"
    r"|adapter\.(?!dispatch))\b"
)
# Only code can change a text: a column may be called anything.
CODE = re.compile(r"{[{%].*?[%}]}", re.DOTALL)


def is_fixed(manifest: Mapping[str, Any], node: Mapping[str, Any]) -> bool:
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
    return not any(CHANGING.search(code) for text in texts for code in CODE.findall(text))


def standing(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Name the models that no day changes, by their keys: views, and what is made of rules alone.

    Only of fixed text, and only where no data test waits for them to be built.
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
        if node["resource_type"] == "model"
        and key not in tested
        and is_fixed(manifest, node)
        and (
            node["config"]["materialized"] == "view"
            or all(parent.startswith("seed.") for parent in manifest["parent_map"][key])
        )
    }


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
