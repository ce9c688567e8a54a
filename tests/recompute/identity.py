"""Lines -> whose they are: visitors belong to who they became, aliases lead to the end."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from tests.recompute.lines import Line, id_of

# An id, and whether it is a visitor's: an account of the same id is somebody of their own.
Actor = tuple[str, bool]


@dataclass(frozen=True)
class Identity:
    """Who an actor is by every line there is: knowledge of the run, not of the day."""

    ends: dict[Actor, str]
    # Users that more ids would end in than the limit, and these: they stay apart.
    hubs: dict[str, set[Actor]]

    def user(self, name: str, *, is_visitor: bool) -> str:
        return self.ends.get((name, is_visitor), name)

    def named(self, written: str | None) -> set[str]:
        """Return all whom somebody may mean who wrote an id: an account, a visitor, or both."""
        name = id_of(written, None)
        return {self.user(name, is_visitor=kind) for kind in (False, True)} if name else set()


def identity_of(lines: list[Line], hub_limit: int) -> Identity:
    seen_with, aliases = _first_owners(lines)
    accounts = {name: _end(name, aliases) for name in aliases}
    accounts = {name: user for name, user in accounts.items() if name != user}
    ends: dict[Actor, str] = {(name, False): user for name, user in accounts.items()}
    # An alias may name a visitor too; having been seen with somebody comes first.
    ends |= {(name, True): user for name, user in accounts.items()}
    ends |= {(name, True): accounts.get(user, user) for name, user in seen_with.items()}
    joined: dict[str, set[Actor]] = defaultdict(set)
    for actor, user in ends.items():
        joined[user].add(actor)
    hubs = {
        user: actors
        for user, actors in joined.items()
        if sum(not kind or name in seen_with for name, kind in actors) > hub_limit
    }
    apart = set().union(*hubs.values())
    return Identity({actor: user for actor, user in ends.items() if actor not in apart}, hubs)


def _end(name: str, owners: dict[str, str]) -> str:
    """Follow an id from owner to owner; a ring ends in the smallest id of it."""
    path = [name]
    while path[-1] in owners:
        after = owners[path[-1]]
        if after in path:
            return min(path[path.index(after) :])
        path.append(after)
    return path[-1]


def _first_owners(lines: list[Line]) -> tuple[dict[str, str], dict[str, str]]:
    """Return whom each visitor was first seen with, and whom each alias first led to."""
    seen: dict[str, tuple[datetime, str, str]] = {}
    aliases: dict[str, tuple[datetime, str, str]] = {}
    for line in lines:
        if not line.user_id:
            continue
        met = (line.at, line.message_id or "", line.user_id)
        if line.anonymous_id:
            seen[line.anonymous_id] = min(seen.get(line.anonymous_id, met), met)
        if line.kind == "alias" and line.previous_id and line.previous_id != line.user_id:
            aliases[line.previous_id] = min(aliases.get(line.previous_id, met), met)
    first, led = ({name: owner for name, (*_, owner) in x.items()} for x in (seen, aliases))
    return first, led
