"""`placeholder_ids.csv` -> ids that name nobody: how databases and programs write "no value"."""

import csv
from pathlib import Path

from warehouse.judging.spelling import folded


def placeholder_ids(rules_folders: tuple[Path, ...]) -> frozenset[str]:
    """Return the placeholders of the first file found in the folders, folded."""
    for folder in rules_folders:
        path = folder / "placeholder_ids.csv"
        if path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as stream:
                rows = list(csv.DictReader(stream))
            return frozenset(folded(row.get("placeholder") or "") for row in rows) - {""}
    return frozenset()
