"""Landed incidents -> whom they affected, what was owed and done, and who left (section 14)."""

import csv
import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.recompute import core, worth
from tests.recompute.activity import is_seen
from tests.recompute.contacts import Book, contact_of
from tests.recompute.people import ANSWERS, cases_of
from tests.recompute.places import place_of

if TYPE_CHECKING:
    from tests.recompute.world import World

DAY = timedelta(days=1)
ZERO = Decimal(0)
Row = dict[str, Any]


@dataclass
class Incident:
    """All that was told of one incident, in order."""

    name: str
    rows: list[dict[str, str]]
    start: datetime | None
    end: datetime | None
    first: date
    last: date | None

    def told(self, column: str) -> str | None:
        values = [row[column] for row in self.rows if row.get(column)]
        return values[-1] if values else None


def _rows(world: "World") -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    root = world.rules.home / "landing" / "incidents"
    for path in sorted(root.glob("dt=*/*.csv")):
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
            cells = {key: (value or "").strip() for key, value in row.items()}
            found[cells["incident_id"]].append(cells | {"landed": path.parent.name[3:]})
    return found


def _time(text: str | None) -> datetime | None:
    return None if not text else datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def _day(world: "World", at: datetime) -> date:
    return at.replace(tzinfo=UTC).astimezone(world.rules.zone).date()


def incidents_of(world: "World") -> list[Incident]:
    """Return the incidents that have begun when the list of the newest day is sent."""
    found = []
    for name, rows in _rows(world).items():
        told = Incident(name, rows, None, None, date.min, None)
        start, end = _time(told.told("started_at")), _time(told.told("ended_at"))
        landed = min(date.fromisoformat(row["landed"]) for row in rows)
        if start and end and end < start:
            end = None
        first = min(landed, world.as_of) if start is None else _day(world, start)
        last = None if end is None else _day(world, end)
        if first <= world.as_of + DAY:
            found.append(Incident(name, rows, start, end, first, last))
    return found


def affected(world: "World", incident: Incident) -> set[str]:
    users = set[str]().union(*(world.identity.named(row["user_id"]) for row in incident.rows))
    for row in incident.rows:
        if row["country"] or row["platform"] or row["event"]:
            users |= {user for user in world.by_user if _was_there(world, incident, row, user)}
    known = {
        user
        for user, lines in world.by_user.items()
        if any(is_seen(line) and line.day <= world.as_of for line in lines)
    }
    return users & known


def _was_there(world: "World", incident: Incident, row: dict[str, str], user: str) -> bool:
    lines = world.by_user[user]
    if row["event"] not in {"", "*"} and not any(
        line.event.lower() == row["event"].lower()
        and incident.first <= line.day <= min(world.as_of, incident.last or world.as_of)
        for line in lines
    ):
        return False
    for session in world.sessions[user]:
        if session.day > world.as_of or (incident.end and session.started_at > incident.end):
            continue
        if incident.start is None and session.day < incident.first:
            continue
        if incident.start is not None and session.ended_at < incident.start:
            continue
        places = {name: place_of(lines, name, session.day) for name in ("country", "platform")}
        if all(
            row[name] in {"", "*"} or (place or "").lower() == row[name].lower()
            for name, place in places.items()
        ):
            return True
    return False


def incident_duties(world: "World") -> list[Row]:
    rows = []
    for incident in incidents_of(world):
        for rule in world.rules.rows("duty_rules"):
            hours = timedelta(hours=float(rule["hours"]))
            due = None if incident.start is None else incident.start + hours
            times = [
                _time(row["done_at"])
                for row in incident.rows
                if row["duty"].lower() == rule["duty"] and row["done_at"]
            ]
            times = [at for at in times if at and at >= (incident.start or at)]
            done = min((at for at in times if _day(world, at) <= world.as_of), default=None)
            is_late = None
            if due is not None:
                is_late = done > due if done else _day(world, due) <= world.as_of
            rows.append(
                {
                    "incident_id": incident.name,
                    "duty": rule["duty"],
                    "due_at": due,
                    "done_at": done,
                    "is_late": is_late,
                    "status": "unknown" if due is None else "ok",
                }
            )
    return rows


def incident_users(world: "World") -> list[Row]:
    cores, net = core.core_users(world), worth.net_revenue(world)
    prices = {row["compensation"]: row for row in world.rules.rows("compensations")}
    cap = world.rules.number("incident_compensation_cap")
    open_ones = {row["incident_id"] for row in incident_duties(world) if row["done_at"] is None}
    rows = []
    for incident in incidents_of(world):
        own = {
            row["user_id"]
            for row in cores
            if row["valid_from"] <= incident.first
            and (row["valid_to"] is None or incident.first < row["valid_to"])
        }
        price = prices.get((incident.told("compensation") or "").lower())
        spent = ZERO
        users = affected(world, incident)
        for user in sorted(users, key=lambda u: (u not in own, -net.get(u, ZERO), u)):
            cost = Decimal(price["core_cost" if user in own else "cost"]) if price else None
            spent += cost or 0
            is_within = cap is None or spent <= cap
            rows.append(
                {
                    "incident_id": incident.name,
                    "user_id": user,
                    "is_core": user in own,
                    "is_frozen": incident.name in open_ones,
                    "compensation": price["compensation"] if price and is_within else None,
                    "cost": None if cost is None else cost if is_within else ZERO,
                    "status": "unknown" if incident.told("compensation") and not price else "ok",
                }
            )
    return rows


def frozen(world: "World", book: Book) -> tuple[set[str], set[tuple[str, str | None]]]:
    """Return whom recall leaves in peace, and the addresses they read."""
    users = {row["user_id"] for row in incident_users(world) if row["is_frozen"]}
    channels = [rule["channel"] for rule in world.rules.rows("channels")]
    found = {(c, contact_of(world, book, user, c).contact) for user in users for c in channels}
    return users, {(channel, contact) for channel, contact in found if contact is not None}


def _churn(world: "World", incident: Incident, users: set[str]) -> Row | None:
    span = timedelta(days=int(world.rules.number("silent_after_days") or 0))
    if incident.start is None or incident.first + span > world.as_of:
        return None
    sides: dict[bool, list[bool]] = {True: [], False: []}
    for user, days in world.active_days.items():
        if any(incident.first - span < day <= incident.first for day in days):
            is_back = any(incident.first < day <= incident.first + span for day in days)
            sides[user in users].append(not is_back)
    (n, x), (m, y) = ((len(side), sum(side)) for side in (sides[True], sides[False]))
    row = {
        "affected_before": n,
        "churn_affected": x / n if n else None,
        "unaffected_before": m,
        "churn_unaffected": y / m if m else None,
    }
    if n and m:
        p, q = x / n, y / m
        margin = 1.959963985 * math.sqrt(p * (1 - p) / n + q * (1 - q) / m)
        row["churn_difference"] = p - q
        # Where nobody or everybody left, few tell nothing of how sure that is.
        if margin:
            row |= {"ci_low": p - q - margin, "ci_high": p - q + margin}
    return row if n or m else None


CHURN = (
    "affected_before churn_affected unaffected_before churn_unaffected churn_difference"
    " ci_low ci_high"
)


def incidents(world: "World") -> list[Row]:
    limit = float(world.rules.number("complaint_answer_hours") or 0)
    users, duties = incident_users(world), incident_duties(world)
    complaints = [case for case in cases_of(world, world.as_of) if case.kind == "complaint"]
    has_answers = any(
        line.event == ANSWERS["complaint"] and line.day <= world.as_of for line in world.lines
    )
    rows = []
    for incident in incidents_of(world):
        own = [row for row in users if row["incident_id"] == incident.name]
        owed = [row for row in duties if row["incident_id"] == incident.name]
        names = {row["user_id"] for row in own}
        told = [
            case
            for case in complaints
            if incident.start is not None
            and case.told[0].user in names
            and incident.start <= case.told[0].at <= max(row["due_at"] for row in owed)
        ]
        in_time = sum(case.hours is not None and case.hours <= limit for case in told)
        costs = [row["cost"] for row in own if row["cost"] is not None]
        churn = dict.fromkeys(CHURN.split()) | (_churn(world, incident, names) or {})
        status = "insufficient_data" if churn["ci_low"] is None else "ok"
        rows.append(
            {
                "incident_id": incident.name,
                "kind": incident.told("kind"),
                "started_at": incident.start,
                "ended_at": incident.end,
                "affected_users": len(own),
                "core_users": sum(row["is_core"] for row in own),
                "frozen_users": sum(row["is_frozen"] for row in own),
                "open_duties": sum(row["done_at"] is None for row in owed),
                "late_duties": sum(bool(row["is_late"]) for row in owed)
                if incident.start
                else None,
                "compensation": incident.told("compensation"),
                "compensated_users": None
                if any(row["status"] == "unknown" for row in own)
                else sum(row["compensation"] is not None for row in own),
                "compensation_cost": sum(costs, ZERO) if costs else None,
                "complaints": None if incident.start is None else len(told),
                "answered_in_time": in_time / len(told) if told and has_answers else None,
                **churn,
                "status": "unknown" if incident.start is None else status,
            }
        )
    return rows
