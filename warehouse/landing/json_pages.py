"""An object that was read -> the way to its rows, if it is a page of them.

Told by what rows are called by, never by chance: where two lists may be meant, BadFile is raised.
"""

import re
from collections.abc import Sequence
from typing import Any

from warehouse.landing.json_text import BETWEEN, SPACE, pass_over, scan
from warehouse.landing.streams import BadFile

# How far into a page its list of objects may lie.
MAX_PAGE_DEPTH = 4
# What the list of a page is called where it is empty.
LISTS = frozenset(
    (
        *("data", "items", "results", "records", "rows", "events", "list", "value", "values"),
        *("hits", "entries", "objects", "orders", "users", "edges", "nodes", "content"),
    )
)


def is_page(value: Any, names: frozenset[str]) -> bool:
    """Tell whether an object is a page, be it one that names no one list as its rows."""
    try:
        return bool(page_of(value, names))
    except BadFile:
        return True


def page_of(value: Any, names: frozenset[str]) -> tuple[str, ...]:
    """Return the way to the rows of a page; () where the object is a row itself.

    ``names`` are what a row is known by. Raises BadFile where several lists may be meant.
    """
    if not isinstance(value, dict):
        return ()
    lists = lists_in(value)
    known = len(names & value.keys())
    if known and all(known >= len(names & _at(value, path)[0].keys()) for path in lists):
        return ()
    if len(lists) > 1:
        # The likeliest first: it is told as an example.
        lists.sort(key=lambda path: -len(names & _at(value, path)[0].keys()))
        raise BadFile(several([".".join(path) for path in lists]))
    if lists:
        return lists[0]
    # A page of a day on which nothing happened; by another name, a list in a row.
    empty = [path for path in lists_in(value, are_empty=True) if path[-1].lower() in LISTS]
    return empty[0] if len(empty) == 1 else ()


def lists_in(
    value: Any, depth: int = MAX_PAGE_DEPTH, *, are_empty: bool = False
) -> list[tuple[str, ...]]:
    """Return the ways to every list of objects inside an object, lists themselves not entered.

    Or to every list that is empty.
    """
    found: list[tuple[str, ...]] = []
    for key, inner in value.items() if isinstance(value, dict) and depth else ():
        is_list = isinstance(inner, list) and all(isinstance(each, dict) for each in inner)
        if is_list and bool(inner) is not are_empty:
            found.append((key,))
        inside = lists_in(inner, depth - 1, are_empty=are_empty)
        found += [(key, *rest) for rest in inside]
    return found


def _at(value: Any, path: Sequence[str]) -> Any:
    for key in path:
        value = value[key]
    return value


def several(names: Sequence[str]) -> str:
    """Say that more than one list may be the rows, and how to tell which."""
    return (
        f"a JSON object with several lists of objects ({', '.join(names)[:500]}): say which are"
        f' its rows, as rows = "{names[0]}" in its source, or write them alone, one a line'
    )


def way_to_list(text: str, at: int, names: frozenset[str]) -> tuple[str, ...]:
    """Find the first list of objects in an object too long to be looked at whole."""
    path: list[str] = []
    while text[at : at + 1] == "{" and len(path) < MAX_PAGE_DEPTH:
        at += 1
        while True:
            at = pass_over(BETWEEN, text, at)
            try:
                key, at = scan(text, at)
                at = pass_over(SPACE, text, at)
                if text[at : at + 1] != ":" or (not path and key in names):
                    return ()
                at = pass_over(SPACE, text, at + 1)
                if re.compile(r"\[\s*\{").match(text, at):
                    return (*path, key)
                _, at = scan(text, at)
            except (StopIteration, ValueError, RecursionError):
                if text[at : at + 1] != "{":
                    return ()
                path.append(key)
                break
    return ()
