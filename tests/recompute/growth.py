"""Lines -> who brings others: invitations accepted, contributions, KOCs (sections 9, 16)."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.recompute.arrivals import acquisition_channel, seen_days
from tests.recompute.lifecycle import DAY, period_start
from tests.recompute.money import ZERO
from tests.recompute.spending import channel
from tests.recompute.worth import accepted, month_days

if TYPE_CHECKING:
    from tests.recompute.world import World


def accepted_invites(world: "World", day: date, window: Iterable[date]) -> Counter[str]:
    """Count by inviter the invitations that were accepted on days of a window."""
    wanted = set(window)
    return Counter(who for who, _, on in accepted(world, day).values() if on in wanted)


def _window(world: "World", day: date) -> set[date]:
    length = int(world.rules.number("contribution_days") or 0)
    return {day - timedelta(days=back) for back in range(length)}


def contributions(world: "World", day: date) -> dict[str, dict[str, Any]]:
    """Return what each user made, shared and brought in the days that count, and its score."""
    window = _window(world, day)
    content, shares = Counter[str](), Counter[str]()
    for line in world.lines:
        if line.day in window:
            content[line.user] += "content" in line.roles
            shares[line.user] += "share" in line.roles
    invites = accepted_invites(world, day, window)
    weights = {
        part: world.rules.number(f"contribution_{part}_weight") or ZERO
        for part in ("content", "share", "invite")
    }
    found = {}
    for user in {*+content, *+shares, *invites}:
        counts = (content[user], shares[user], invites[user])
        score = sum((n * w for n, w in zip(counts, weights.values(), strict=True)), ZERO)
        row = dict(zip(("content", "shares", "invites"), counts, strict=True))
        found[user] = {**row, "contribution_score": score}
    return found


def kocs(world: "World", day: date) -> set[str]:
    """Return the active users who contribute enough, and of whom few others contribute more."""
    days = _window(world, day) & world.known_days
    active = {user for user, found in world.active_days.items() if days & set(found)}
    scores = {u: r["contribution_score"] for u, r in contributions(world, day).items()}
    least = world.rules.number("koc_min_score") or ZERO
    most = (world.rules.number("koc_top_share") or ZERO) * len(active)
    candidates = {user: scores[user] for user in active if scores.get(user, Decimal(-1)) >= least}
    return {
        user
        for user, score in candidates.items()
        if sum(other > score for other in candidates.values()) < most
    }


def contributors(world: "World") -> list[dict[str, Any]]:
    nothing = {"content": 0, "shares": 0, "invites": 0, "contribution_score": ZERO}
    rows = []
    for day in month_days(world):
        window, found, special = _window(world, day), contributions(world, day), kocs(world, day)
        caused = Counter[str]()
        for guest, (host, _, _) in accepted(world, day).items():
            caused[host] += len(window & set(world.active_days.get(guest, [])))
        for user in {*found, *+caused}:
            row = {"as_of_date": day, "user_id": user, **found.get(user, nothing)}
            rows.append(row | {"caused_activity": caused[user], "is_koc": user in special})
    return rows


def product_phases(world: "World") -> list[dict[str, Any]]:
    phases = sorted(world.rules.rows("phases"), key=lambda row: row["valid_from"])
    ends = [date.fromisoformat(row["valid_from"]) for row in phases[1:]]
    from tests.recompute.users import dim_users

    people = [(row["first_seen_date"], row["is_potential"]) for row in dim_users(world)]
    rows = []
    for row, end in zip(phases, [*ends, None], strict=True):
        start = date.fromisoformat(row["valid_from"])
        came = [known for day, known in people if start <= day < (end or date.max)]
        is_told = start <= world.as_of
        rows.append(
            row
            | {
                "valid_from": start,
                "valid_to": end,
                "users": len(came) if is_told else None,
                "potential_users": sum(came) if is_told and None not in came else None,
            }
        )
    return rows


def aarrr_daily(world: "World") -> list[dict[str, Any]]:
    """Sum the KPIs of the stages over the sources of each channel."""
    stages = {row["kpi"]: row["stage"] for row in world.rules.rows("aarrr_stages")}
    cells: dict[tuple[date, str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in world.kpi_rows:
        if row["kpi"] in stages and row["dimension"] in {"all", "channel"}:
            value = row["dimension_value"]
            name = value if value in {"all", "none"} else channel(world, value)
            cells[row["as_of_date"], stages[row["kpi"]], name].append(row)
    rows = []
    for (day, stage, name), found in cells.items():
        users = [row["numerator"] for row in found if row["numerator"] is not None]
        under = [row["denominator"] for row in found if row["denominator"] is not None]
        is_short = {row["status"] for row in found} & {"partial", "insufficient_history"}
        is_known = users and not (under and sum(under) == 0)
        rows.append(
            {
                "event_date": day,
                "stage": stage,
                "channel": name,
                "users": sum(users) if users else None,
                "rate": sum(users) / sum(under) if users and sum(under) else None,
                "status": "insufficient_data" if is_short else "ok" if is_known else "unknown",
            }
        )
    return rows


def aarrr_cohorts(world: "World") -> list[dict[str, Any]]:
    """Tell of those who came in a week how many have reached each stage."""
    wait = timedelta(days=int(world.rules.number("activation_days") or 0))
    activating = {row["event"] for row in world.rules.rows("activation")}
    hosts = {who for who, _, _ in accepted(world, world.as_of).values()}
    known = {"acquisition", "retention"}
    members: dict[tuple[date, str], list[set[str]]] = defaultdict(list)
    for user, lines in world.by_user.items():
        told = [line for line in lines if line.day <= world.as_of]
        known |= {"activation"} if any(x.event in activating for x in told) else set()
        known |= {"referral"} if any(x.event == "Invite Accepted" for x in told) else set()
        known |= {"revenue"} if any("purchase" in x.roles for x in told) else set()
        active = [day for day in world.active_days.get(user, []) if day <= world.as_of]
        if not active:
            continue
        week, seen = period_start("week", active[0]), min(seen_days(world, user), default=None)
        orders = world.orders_of.get(user, [])
        reached = {
            "acquisition": True,
            "activation": seen is not None
            and any(x.event in activating and x.day <= seen + wait for x in told),
            "retention": any(period_start("week", d) == week + 7 * DAY for d in active),
            "revenue": any(order.stands(world.as_of) for order in orders),
            "referral": user in hosts,
        }
        came_by = channel(world, acquisition_channel(world, user, world.as_of))
        for name in ("all", came_by):
            members[week, name].append({stage for stage, is_so in reached.items() if is_so})
    rows = []
    needs = {"activation": 6 * DAY + wait, "retention": 13 * DAY}
    for (week, name), found in members.items():
        for stage in ("acquisition", "activation", "retention", "revenue", "referral"):
            users = sum(stage in stages for stages in found)
            is_mature = week + needs.get(stage, 6 * DAY) <= world.as_of
            if stage == "retention":
                is_mature &= world.is_known(week + 7 * DAY, week + 13 * DAY)
            is_ok = stage in known and is_mature
            rows.append(
                {
                    "cohort_week": week,
                    "stage": stage,
                    "channel": name,
                    "cohort_size": len(found),
                    "users": users if stage in known else None,
                    "rate": users / len(found) if is_ok else None,
                    "is_mature": is_mature,
                    "status": "ok"
                    if is_ok
                    else "insufficient_data"
                    if stage in known
                    else "unknown",
                }
            )
    return rows
