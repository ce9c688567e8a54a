"""Landed files -> what became of each of their lines, and of people who are not taken as told."""

import hashlib
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.recompute.contacts import book_of
from tests.recompute.identity import Actor
from tests.recompute.lines import Line, ids_of, message_key, sound_lines

if TYPE_CHECKING:
    from tests.recompute.world import World

Row = dict[str, Any]


def load_ledger(world: "World") -> list[Row]:
    """Put every line that is not blank into one class: used, a copy, in conflict or set aside."""
    classes: dict[tuple[date, str], Counter[str]] = defaultdict(Counter)
    for line, kind in _judged(world):
        found = classes[line.load_date, line.file]
        found[kind] += 1
        found["placeholders"] += _names_nobody(line, world)
    root = world.rules.home / "landing" / "events"
    return [
        _file(path, day, classes[day, path.name])
        for day in world.landed
        for path in sorted((root / f"dt={day}").iterdir())
    ]


def _file(path: Path, day: date, found: Counter[str]) -> Row:
    content = path.read_bytes()
    lines = content.split(b"\n")
    blank = sum(not line.strip() for line in lines[:-1])
    written = len(lines) - (not lines[-1])
    used, copies, conflicts = (found[name] for name in ("used", "copy", "conflict"))
    return {
        "load_date": day,
        "source_file": f"events/dt={day}/{path.name}",
        "file_sha256": hashlib.sha256(content).hexdigest(),
        "format": "ndjson",
        "bytes": len(content),
        "lines": written,
        "accepted": used,
        "duplicates": copies,
        "quarantined": written - blank - used - copies,
        "conflicts": conflicts,
        "blank": blank,
        "left_out": 0,
        "erased": 0,
        "events": used,
        "placeholders": found["placeholders"],
        "outcome": "loaded" if written > blank else "empty",
        "is_admitted": True,
    }


def _judged(world: "World") -> list[tuple[Line, str]]:
    first: dict[str, Line] = {}
    judged = []
    for line in sorted(sound_lines(world.rules, world.as_of), key=lambda line: line.arrival):
        before = first.setdefault(message_key(line), line)
        kind = "used" if before is line else "copy"
        judged.append((line, kind if before.payload == line.payload else "conflict"))
    return judged


def _names_nobody(line: Line, world: "World") -> bool:
    """Say whether an id of a line is a placeholder, and so no id."""
    given, known = ids_of(line.payload, None), ids_of(line.payload, world.rules)
    return any(given[name] and not known[name] for name in given)


def identity_exceptions(world: "World") -> list[Row]:
    """Count who is in no number, and ids that join too many; with all of their lines."""
    lines: Counter[Actor] = Counter(line.actor for line, kind in _judged(world))
    excluded = {line.actor for line in world.everything if line.user in world.excluded}
    apart = world.identity.hubs
    kept = set().union(*apart.values())
    unread = book_of(world, world.as_of).unread
    return [
        {
            "kind": "excluded",
            "users": len(world.excluded),
            "lines": sum(lines[x] for x in excluded),
        },
        {"kind": "hub", "users": len(apart), "lines": sum(lines[actor] for actor in kept)},
        {"kind": "unread", "users": len({line.user for line in unread}), "lines": len(unread)},
        {"kind": "aside", "users": 0, "lines": 0},
    ]


def event_names(world: "World") -> list[Row]:
    found: dict[str, list[Line]] = defaultdict(list)
    for line in world.lines:
        if line.kind in {"track", "page", "screen"} and line.day <= world.as_of:
            found[line.arrived_as].append(line)
    return [
        {
            "event": name,
            "is_known": world.rules.is_known(lines[0].event),
            "stands_for": None if lines[0].event == name else lines[0].event,
            "first_seen_date": min(line.day for line in lines),
            "last_seen_date": max(line.day for line in lines),
            "events": len(lines),
            "users": len({line.user for line in lines}),
        }
        for name, lines in found.items()
    ]
