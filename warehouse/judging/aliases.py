"""`event_aliases.csv` -> the published name that an event's name stands for, in any writing."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.judging.spelling import folded

_PARTED_BY = str.maketrans("", "", " _-.:/")


def event_word(name: str) -> str:
    """Return the name of an event as it is compared with aliases: without case and parts.

    So ` Email Unsubscribed `, `EMAIL-UNSUBSCRIBED` and `emailUnsubscribed` are one. The macro
    of the same name does this for the models, character by character; a test compares the two.
    """
    return folded(name).translate(_PARTED_BY)


@dataclass(frozen=True)
class Aliases:
    """Which published name a name stands for: by its word, but for names that rules use (own)."""

    words: Mapping[str, str] = field(default_factory=dict)
    own: frozenset[str] = frozenset()

    def meant(self, name: str) -> str:
        """Return the published name that a name stands for, or the name itself."""
        return name if name in self.own else self.words.get(event_word(name), name)


def event_aliases(rules_folders: tuple[Path, ...]) -> Aliases:
    """Return the aliases of the first file of the rule found in the folders.

    A name that another rule uses as it is stands for no other; `int_event_roles` decides the same.
    """
    users = ("event_roles", "funnels", "activation")
    own = frozenset(row["event"] for rule in users for row in _rows(rules_folders, rule))
    words: dict[str, str] = {}
    for row in _rows(rules_folders, "event_aliases"):
        if row["alias"] in own:
            continue
        word = event_word(row["alias"])
        words[word] = min(row["event"], words.get(word, row["event"]))
    words.pop("", None)
    return Aliases(words, own)


def _rows(folders: tuple[Path, ...], rule: str) -> Iterator[dict[str, str]]:
    path = next((f / f"{rule}.csv" for f in folders if (f / f"{rule}.csv").is_file()), None)
    if path:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                yield {name: (value or "").strip() for name, value in row.items() if name}
