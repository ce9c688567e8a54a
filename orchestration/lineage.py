"""dbt's manifest -> what comes before a node."""

from collections.abc import Mapping
from typing import Any


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
