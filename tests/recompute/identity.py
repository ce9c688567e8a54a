"""Lines -> whose they are: visitors belong to who they became, aliases lead to the end."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from tests.recompute.lines import Line


def canonical(lines: list[Line], hub_limit: int) -> Callable[[str], str]:
    """Return who an id is, by every line there is: this is knowledge of the run, not of the day."""
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
    joined = defaultdict(set)
    for name, (_, _, owner) in edges.items():
        joined[owner].add(name)
    following = {
        name: owner for name, (_, _, owner) in edges.items() if len(joined[owner]) <= hub_limit
    }

    def resolve(name: str) -> str:
        path = [name]
        while path[-1] in following:
            after = following[path[-1]]
            if after in path:
                return min(path[path.index(after) :])
            path.append(after)
        return path[-1]

    return resolve
