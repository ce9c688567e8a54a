"""A line's context -> where its user was."""

from datetime import date
from typing import Any

from tests.recompute.lines import Line, plain

PLACES = {"country": ("location", "country"), "platform": ("device", "type")}


def place_of(lines: list[Line], dimension: str, day: date) -> str | None:
    """Return the latest country or platform told up to a day; at one instant the greater text."""
    told = [(line.at, inside(line, *PLACES[dimension])) for line in lines if line.day <= day]
    return max(((at, value) for at, value in told if value), default=(None, None))[1]


def inside(line: Line, *path: str) -> str | None:
    """Return what the context of a line has at a path, as text."""
    value: Any = line.context
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return None if value is None or isinstance(value, dict | list) else plain(value).strip() or None
