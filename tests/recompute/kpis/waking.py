"""A day -> who slept a month before it, was written to since, and woke; at what cost."""

from tests.recompute.kpis.day import Day, both
from tests.recompute.kpis.facts import Amounts
from tests.recompute.lifecycle import stage_of
from tests.recompute.lines import Line, number_of


def asleep(day: Day, *, woken: bool) -> Amounts:
    """Return who was dormant or lost before the window, or who of them is back."""
    before = day.back(30)
    users = {
        user: 1
        for user in day.ever_active(before)
        if stage_of(day.world, user, before) in {"dormant", "lost"}
    }
    return both(users, day.active(day.window(30))) if woken else users


def messages(day: Day) -> dict[str, list[Line]]:
    """Return what was sent in the window to users dormant or lost before it."""
    sent = {}
    for user in asleep(day, woken=False):
        lines = [x for x in day.world.by_user[user] if day.back(30) < x.day <= day.day]
        told = {line.day for line in lines if line.event == "Message Sent"}
        sent[user] = [
            line
            for line in lines
            if line.event == "Message Sent"
            or (line.event == "Email Delivered" and line.day not in told)
        ]
    return {user: lines for user, lines in sent.items() if lines}


def woken(day: Day) -> Amounts:
    return {
        user: 1
        for user, sent in messages(day).items()
        if any(
            "activity" in line.roles and line.at > sent[0].at and line.day <= day.day
            for line in day.world.by_user[user]
        )
    }


def message_cost(day: Day) -> Amounts:
    return {
        user: sum(number_of(line.properties.get("cost")) or 0 for line in sent)
        for user, sent in messages(day).items()
    }
