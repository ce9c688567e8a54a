"""Lines -> how far users, and sessions, got in each funnel (section 8)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby, takewhile
from typing import TYPE_CHECKING, Any

from tests.recompute.lines import Line

if TYPE_CHECKING:
    from tests.recompute.world import World


COUNTED = (
    "users",
    "sessions",
    "conversion",
    "step_conversion",
    "session_conversion",
    "session_step_conversion",
)


def reached(lines: list[Line], steps: list[str], window: timedelta | None) -> int:
    """Return how many steps were taken in order; the window runs from the first of them."""
    best = 0
    for number, line in enumerate(lines):
        if line.event != steps[0]:
            continue
        depth = 1
        for after in lines[number + 1 :]:
            if depth == len(steps) or (window is not None and after.at - line.at > window):
                break
            depth += after.event == steps[depth]
        best = max(best, depth)
    return best


def first_days(lines: list[Line], steps: list[str], window: timedelta | None) -> list[date]:
    """Return the days on which each step was first reached, by trying ever more of the lines."""
    days: list[date] = []
    for number, line in enumerate(lines, 1):
        if len(days) < len(steps) and line.event in steps:
            depth = reached(lines[:number], steps, window)
            days += [line.day] * (depth - len(days))
    return days


def funnels_of(world: "World") -> Iterator[tuple[str, list[str], timedelta | None]]:
    """Return each funnel, the events of its steps and how long they may take."""
    rules = sorted(world.rules.rows("funnels"), key=lambda row: (row["funnel"], int(row["step"])))
    for funnel, group in groupby(rules, key=lambda row: row["funnel"]):
        steps = list(group)
        minutes = steps[0]["window_minutes"]
        window = timedelta(minutes=int(minutes)) if minutes else None
        yield funnel, [row["event"] for row in steps], window


def known_since(world: "World") -> dict[str, list[date]]:
    """Return by funnel since when each step is known; at and behind one never seen, none is."""
    seen: dict[str, date] = {}
    for line in world.lines:
        if line.event:
            seen[line.event] = min(seen.get(line.event, line.day), line.day)
    found: dict[str, list[date]] = {}
    for funnel, events, _ in funnels_of(world):
        days = found[funnel] = []
        for event in takewhile(seen.__contains__, events):
            days.append(max([seen[event], *days[-1:]]))
    return found


def funnel_steps(world: "World") -> list[dict[str, Any]]:
    known = {
        user: [x for x in lines if x.day <= world.as_of] for user, lines in world.by_user.items()
    }
    visits = [
        session.all_lines()
        for sessions in world.sessions.values()
        for session in sessions
        if session.day <= world.as_of
    ]
    rows = []
    since = known_since(world)
    for funnel, events, window in funnels_of(world):
        users = _at_least(reached(lines, events, window) for lines in known.values())
        sessions = _at_least(reached(lines, events, window) for lines in visits)
        told = sum(day <= world.as_of for day in since[funnel])
        for number, event in enumerate(events, 1):
            row = {"funnel": funnel, "step": number, "event": event, "as_of_date": world.as_of}
            if number > told:
                rows.append(row | dict.fromkeys(COUNTED))
                continue
            before, visits_before = (
                counts[number - 1] if number > 1 else 0 for counts in (users, sessions)
            )
            rows.append(
                row
                | {
                    "users": users[number],
                    "sessions": sessions[number],
                    "conversion": users[number] / users[1] if users[1] else None,
                    "step_conversion": users[number] / before if before else None,
                    "session_conversion": sessions[number] / sessions[1] if sessions[1] else None,
                    "session_step_conversion": (
                        sessions[number] / visits_before if visits_before else None
                    ),
                }
            )
    return rows


def _at_least(depths: Any) -> dict[int, int]:
    counts: dict[int, int] = defaultdict(int)
    for depth in depths:
        for number in range(1, depth + 1):
            counts[number] += 1
    return counts
