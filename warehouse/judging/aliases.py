"""`event_aliases.csv` -> the published name that an event's own name stands for."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path


def event_aliases(rules_folders: tuple[Path, ...]) -> Mapping[str, str]:
    """Return the published name by alias, of the first file of the rule found in the folders.

    A name that another rule uses as it is stands for no other; `int_event_roles` decides the same.
    """
    users = ("event_roles", "funnels", "activation")
    taken = {row["event"] for rule in users for row in _rows(rules_folders, rule)}
    found = {row["alias"]: row["event"] for row in _rows(rules_folders, "event_aliases")}
    return {alias: event for alias, event in found.items() if alias not in taken}


def _rows(folders: tuple[Path, ...], rule: str) -> Iterator[dict[str, str]]:
    path = next((f / f"{rule}.csv" for f in folders if (f / f"{rule}.csv").is_file()), None)
    if path:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                yield {name: (value or "").strip() for name, value in row.items() if name}
