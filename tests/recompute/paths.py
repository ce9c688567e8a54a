"""Lines -> what users did after what, what they did last, when they are there (6, 8)."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.recompute.lifecycle import DAY, stage_of
from tests.recompute.lines import Line, plain
from tests.recompute.value import rfm_scores

if TYPE_CHECKING:
    from tests.recompute.world import World


def acts(world: "World") -> dict[str, list[Line]]:
    """Return the activity of each user up to the day, in order."""
    found = {
        user: [x for x in lines if "activity" in x.roles and x.day <= world.as_of]
        for user, lines in world.by_user.items()
    }
    return {user: lines for user, lines in found.items() if lines}


def outcome_of(world: "World", lines: list[Line]) -> str | None:
    silent = (world.as_of - max(line.day for line in lines)).days
    if silent >= float(world.rules.number("churned_after_days") or 0):
        return "lost"
    return "retained" if silent < float(world.rules.number("silent_after_days") or 0) else None


def path_transitions(world: "World") -> list[dict[str, Any]]:
    gap = timedelta(minutes=float(world.rules.number("session_gap_minutes") or 30))
    steps: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for lines in acts(world).values():
        session = 0
        told = {"all", outcome_of(world, lines)} - {None}
        seen = defaultdict(set)
        for before, after in pairwise(lines):
            if after.at - before.at > gap:
                session += 1
                continue
            seen[before.event, after.event].add(session)
            for outcome in told:
                steps[outcome, before.event, after.event]["transitions"] += 1
        for (first, then), sessions in seen.items():
            for outcome in told:
                steps[outcome, first, then]["sessions"] += len(sessions)
                steps[outcome, first, then]["users"] += 1
    totals: Counter[tuple[str, str]] = Counter()
    for (outcome, first, _), counts in steps.items():
        totals[outcome, first] += counts["transitions"]
    shares = {key: n["transitions"] / totals[key[:2]] for key, n in steps.items()}
    ways: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for (outcome, first, then), counts in steps.items():
        lost = shares.get(("lost", first, then))
        enough = counts["users"] >= float(world.rules.number("path_min_users") or 0)
        if outcome == "retained" and first != then and lost is not None and enough:
            kept = shares[outcome, first, then]
            if kept > lost:
                ways[first].append((lost - kept, then))
    best = {first: min(found)[1] for first, found in ways.items()}
    rows = []
    for (outcome, first, then), counts in steps.items():
        kept, lost = (shares.get((x, first, then)) for x in ("retained", "lost"))
        rows.append(
            {
                "outcome": outcome,
                "from_event": first,
                "to_event": then,
                **counts,
                "share": shares[outcome, first, then],
                "lift": kept / lost if outcome != "all" and kept and lost else None,
                "is_recommended": outcome == "retained" and best.get(first) == then,
            }
        )
    return rows


def troubles(world: "World", user: str, end: date) -> dict[str, str]:
    """Return the last complaint and the last failure from some days before the end on."""
    start = end - timedelta(days=int(world.rules.number("churn_reason_days") or 0))
    found = {}
    for line in world.by_user[user]:
        if not start <= line.day <= world.as_of or line.event == "Complaint Closed":
            continue
        if "complaint" in line.roles:
            about = plain(line.properties.get("kind") or "").strip().lower()
            found["complaint"] = about or line.event
        elif "failure" in line.roles:
            found["failure"] = line.event
    return found


def last_acts(world: "World") -> list[dict[str, Any]]:
    users: Counter[tuple[str, str, int | None, str]] = Counter()
    members: Counter[str] = Counter()
    for user, lines in acts(world).items():
        outcome = outcome_of(world, lines)
        if not outcome:
            continue
        members[outcome] += 1
        for position, line in enumerate(reversed(lines[-3:]), 1):
            users[outcome, "act", position, line.event] += 1
        for kind, event in troubles(world, user, max(line.day for line in lines)).items():
            users[outcome, kind, None, event] += 1
    totals: Counter[tuple[str, int | None]] = Counter()
    for (outcome, kind, position, _), n in users.items():
        totals[outcome, position] += n * (kind == "act")
    shares = {
        key: n / (totals[key[0], key[2]] if key[1] == "act" else members[key[0]])
        for key, n in users.items()
    }
    rows = []
    for (outcome, kind, position, event), n in users.items():
        lost, kept = (shares.get((x, kind, position, event)) for x in ("lost", "retained"))
        rows.append(
            {
                "outcome": outcome,
                "kind": kind,
                "position": position,
                "event": event,
                "users": n,
                "share": shares[outcome, kind, position, event],
                "lift": lost / kept if lost and kept else None,
            }
        )
    for key in {(row["outcome"], row["kind"], row["position"]) for row in rows}:
        here = [r for r in rows if (r["outcome"], r["kind"], r["position"]) == key]
        for rank, row in enumerate(sorted(here, key=_leading), 1):
            row["rank"] = rank
    return rows


def _leading(row: dict[str, Any]) -> tuple[Any, ...]:
    """Order what the lost did last by lift, first what no retained user ended with."""
    lift = row["lift"] if row["outcome"] == "lost" else 0
    return (lift is not None, -(lift or 0), -row["users"], row["event"])


def stage_flows(world: "World") -> list[dict[str, Any]]:
    users = acts(world)
    monday = world.first_day - timedelta(days=world.first_day.weekday())
    rows = []
    while (sunday := monday + timedelta(days=6)) <= world.as_of:
        flows: Counter[tuple[str, str]] = Counter()
        for user in users:
            now = stage_of(world, user, sunday)
            if now:
                flows[stage_of(world, user, monday - timedelta(days=1)) or "none", now] += 1
        total: Counter[str] = Counter()
        for (before, _), n in flows.items():
            total[before] += n
        rows += [
            {
                "week_start": monday,
                "from_stage": before,
                "to_stage": now,
                "users": n,
                "share": n / total[before],
            }
            for (before, now), n in flows.items()
        ]
        monday += timedelta(days=7)
    return rows


def user_stages(world: "World") -> list[dict[str, Any]]:
    names = {row["stage"]: row for row in world.rules.rows("lifecycle_stages")}
    schemes = ("acquisition_to_value", "new_active_asleep", "introduction_maturity")
    rows = []
    for user in acts(world):
        stage = stage_of(world, user, world.as_of)
        if stage:
            called = {scheme: names[stage][scheme] for scheme in schemes}
            day = world.as_of
            while stage_of(world, user, day - DAY) == stage:
                day -= DAY
            rows.append({"user_id": user, "stage": stage, "since": day, **called})
    return rows


def activity_heatmap(world: "World") -> list[dict[str, Any]]:
    first = world.as_of - timedelta(days=int(world.rules.number("heatmap_days") or 0) - 1)
    utc = ZoneInfo("UTC")
    segments = {
        row["user_id"]: row["rfm_segment"]
        for row in rfm_scores(world)
        if row["as_of_date"] == world.as_of
    }
    cells: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for user, lines in world.by_user.items():
        for line in lines:
            if not first <= line.day <= world.as_of or "activity" not in line.roles:
                continue
            local = line.at.replace(tzinfo=utc).astimezone(world.rules.zone)
            cells["hour_by_weekday", str(local.isoweekday()), f"{local:%H}"].append(user)
            if "feature" in line.roles:
                segment = segments.get(user, "none")
                cells["feature_by_segment", line.event, segment].append(user)
    return [
        {"kind": kind, "row": row, "column": column, "events": len(n), "users": len(set(n))}
        for (kind, row, column), n in cells.items()
    ]
