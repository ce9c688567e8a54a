"""Lines -> what users told the product, and what became of it (section 16)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.recompute.lines import Line, plain

if TYPE_CHECKING:
    from tests.recompute.world import World

ANSWERS = {
    "complaint": "Complaint Closed",
    "suggestion": "Suggestion Answered",
    "feedback": "Feedback Answered",
}


@dataclass
class Case:
    """Something told, once or more often, and its answers, in order."""

    kind: str
    name: str
    told: list[Line] = field(default_factory=list)
    replies: list[Line] = field(default_factory=list)

    @property
    def answers(self) -> list[Line]:
        return [line for line in self.replies if line.at >= self.told[0].at]

    @property
    def hours(self) -> float | None:
        if not self.answers:
            return None
        return (self.answers[0].at - self.told[0].at) / timedelta(hours=1)


def kind_of(line: Line) -> str | None:
    if "complaint" in line.roles:
        return "complaint"
    if line.event in {"Suggestion Submitted", "Suggestion Answered"}:
        return "suggestion"
    told = {"Survey Answered", "Feedback Submitted", "Feedback Answered"}
    return "feedback" if line.event in told else None


def cases_of(world: "World", day: date) -> list[Case]:
    """Put together what was told of one thing up to a day."""
    cases: dict[tuple[str, str], Case] = {}
    for line in world.lines:
        kind = kind_of(line)
        if kind is None or line.day > day:
            continue
        given = None if line.event == "Survey Answered" else line.properties.get(f"{kind}_id")
        name = None if given is None else plain(given).strip() or None
        if line.event == ANSWERS.get(kind):
            if name is not None:
                cases.setdefault((kind, name), Case(kind, name)).replies.append(line)
        else:
            name = name or line.message_id or ""
            cases.setdefault((kind, name), Case(kind, name)).told.append(line)
    return [case for case in cases.values() if case.told]


def suggestions(world: "World") -> list[dict[str, Any]]:
    states = {row["state"] for row in world.rules.rows("suggestion_states")}
    rows = []
    for case in cases_of(world, world.as_of):
        if case.kind != "suggestion":
            continue
        state = "received"
        if case.answers:
            told = plain(case.answers[-1].properties.get("state") or "").strip().lower()
            state = told if told in states else "considered"
        rows.append(
            {
                "suggestion_id": case.name,
                "user_id": case.told[0].user,
                "submitted_at": case.told[0].at,
                "submitted_date": case.told[0].day,
                "submissions": len(case.told),
                "state": state,
                "answered_at": case.answers[0].at if case.answers else None,
                "response_hours": case.hours,
            }
        )
    return rows


def feedback_monthly(world: "World") -> list[dict[str, Any]]:
    limit = float(world.rules.number("complaint_answer_hours") or 0)
    found: dict[tuple[date, str], list[Case]] = defaultdict(list)
    for case in cases_of(world, world.as_of):
        found[case.told[0].day.replace(day=1), case.kind].append(case)
    months = {line.day.replace(day=1) for line in world.everything if line.day <= world.as_of}
    rows = []
    for kind in ("feedback", "complaint", "suggestion"):
        is_known = any(other == kind for _, other in found)
        has_answers = any(
            line.event == ANSWERS[kind] and line.day <= world.as_of for line in world.lines
        )
        status = "ok" if has_answers else "insufficient_data"
        for month in months:
            cases = found[month, kind]
            hours = [case.hours for case in cases if case.hours is not None]
            in_time = sum(each <= limit for each in hours)
            rows.append(
                {
                    "month": month,
                    "kind": kind,
                    "count": len(cases) if is_known else None,
                    "answered": len(hours) if is_known and has_answers else None,
                    "response_hours": sum(hours) / len(hours) if hours else None,
                    "answered_in_time": in_time / len(cases) if cases and has_answers else None,
                    "status": status if is_known else "unknown",
                }
            )
    return rows
