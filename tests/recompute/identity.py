"""Lines -> whose they are: visitors belong to who they became, aliases lead to the end."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from tests.recompute.lines import Line


def canonical(lines: list[Line], hub_limit: int) -> Callable[[str], str]:
    """Return who an id is, by every line there is: this is knowledge of the run, not of the day."""
    ends = _ends(lines)
    apart = set().union(*hubs(lines, hub_limit).values())
    return lambda name: name if name in apart else ends.get(name, name)


def hubs(lines: list[Line], hub_limit: int) -> dict[str, set[str]]:
    """Return users that more ids would end in than the limit, and those ids: they stay apart."""
    joined = defaultdict(set)
    for name, user in _ends(lines).items():
        joined[user].add(name)
    return {user: names for user, names in joined.items() if len(names) > hub_limit}


def _ends(lines: list[Line]) -> dict[str, str]:
    """Follow each id from owner to owner; a ring ends in the smallest id of it."""
    owners = _owners(lines)
    ends = {}
    for name in owners:
        path = [name]
        while path[-1] in owners:
            after = owners[path[-1]]
            if after in path:
                path.append(min(path[path.index(after) :]))
                break
            path.append(after)
        if path[-1] != name:
            ends[name] = path[-1]
    return ends


def _owners(lines: list[Line]) -> dict[str, str]:
    """Return to whom each id belongs by the line that told it first."""
    accounts = {line.user_id for line in lines if line.user_id}
    edges: dict[str, tuple[datetime, str, str]] = {}
    for line in lines:
        if not line.user_id:
            continue
        met = (line.at, line.message_id or "", line.user_id)
        names = []
        if line.anonymous_id and line.anonymous_id not in accounts:
            names.append(line.anonymous_id)
        if line.kind == "alias" and line.previous_id and line.previous_id != line.user_id:
            names.append(line.previous_id)
        for name in names:
            edges[name] = min(edges.get(name, met), met)
    return {name: owner for name, (_, _, owner) in edges.items()}
