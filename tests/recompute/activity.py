"""Lines -> sessions and user-days: who was there, how often, how long (section 2)."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.recompute.lines import Line

if TYPE_CHECKING:
    from tests.recompute.world import World

CLICKS = {"Message Clicked", "Email Link Clicked", "Push Notification Tapped"}
# Said of a user, not done by one: they show nobody.
NOT_SEEN = {
    "Level Changed",
    "Complaint Closed",
    "Feedback Answered",
    "Suggestion Answered",
    "User Deleted",
    "Refusal Set Aside",
}


@dataclass
class Session:
    """Activity of one user without a gap, and what else fell within it."""

    lines: list[Line]
    others: list[Line] = field(default_factory=list)

    @property
    def started_at(self) -> datetime:
        return self.lines[0].at

    @property
    def ended_at(self) -> datetime:
        return self.lines[-1].at

    @property
    def day(self) -> date:
        return self.lines[0].day

    @property
    def seconds(self) -> int:
        return int((self.ended_at - self.started_at).total_seconds())

    def all_lines(self) -> list[Line]:
        return sorted(self.lines + self.others, key=lambda line: line.moment)


def sessions_of(lines: list[Line], gap: timedelta) -> list[Session]:
    """Cut one user's activity, in order, at every longer silence."""
    found: list[Session] = []
    for line in lines:
        if "activity" in line.roles:
            if found and line.at - found[-1].ended_at <= gap:
                found[-1].lines.append(line)
            else:
                found.append(Session([line]))
    for line in lines:
        if "activity" not in line.roles:
            for session in found:
                if session.started_at <= line.at <= session.ended_at:
                    session.others.append(line)
    return found


def is_login(line: Line, has_account: bool) -> bool:
    """Say whether a line shows that its user was signed in, or could be no more than here."""
    if "login" in line.roles:
        return True
    return "activity" in line.roles and (line.user_id is not None or not has_account)


def is_interaction(line: Line) -> bool:
    return "interaction" in line.roles or line.event in CLICKS


def is_seen(line: Line) -> bool:
    """Say whether the user did this, and so was there."""
    if line.roles & {"message", "refund"} or line.event.startswith("Points "):
        return False
    return line.event not in NOT_SEEN


def fct_sessions(world: "World") -> list[dict[str, Any]]:
    return [
        {
            "session_id": _named(user, session),
            "user_id": user,
            "started_at": session.started_at,
            "ended_at": session.ended_at,
            "events": len(session.lines),
            "duration_seconds": session.seconds,
            "event_date": session.day,
            "last_added_at": max(
                (line.at for line in session.lines if line.event == "Product Added"), default=None
            ),
        }
        for user, sessions in world.sessions.items()
        for session in sessions
    ]


def _named(user: str, session: Session) -> str:
    """Return the MD5 of user, `|` and start in microseconds since 1970."""
    since = session.started_at - datetime(1970, 1, 1)  # noqa: DTZ001 - as lines are read
    told = f"{user}|{since // timedelta(microseconds=1)}"
    return hashlib.md5(told.encode(), usedforsecurity=False).hexdigest()


def user_days(world: "World") -> dict[tuple[str, date], dict[str, Any]]:
    """Count what each user did on each day; money is added by `money`."""
    days: dict[tuple[str, date], dict[str, Any]] = defaultdict(empty_day)
    for user, lines in world.by_user.items():
        for line in lines:
            if "activity" not in line.roles:
                continue
            day = days[user, line.day]
            day["events"] += 1
            day["interactions"] += "interaction" in line.roles
            day["content"] += "content" in line.roles
            day["shares"] += "share" in line.roles
            day["invites"] += "invite" in line.roles
            day["logins"] += "login" in line.roles
        for session in world.sessions[user]:
            days[user, session.day]["sessions"] += 1
            days[user, session.day]["online_seconds"] += session.seconds
        for at in world.login_days[user]:
            days[user, at]["logins"] = max(1, days[user, at]["logins"])
    return days


def empty_day() -> dict[str, Any]:
    names = "events interactions content shares invites logins sessions online_seconds orders"
    return dict.fromkeys(names.split(), 0) | {"net_revenue": 0}
