"""Lines -> who brings others: invitations accepted, contributions, KOCs (sections 9, 16)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.recompute.money import ZERO
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
    return [
        row | {"valid_from": date.fromisoformat(row["valid_from"]), "valid_to": end}
        for row, end in zip(phases, [*ends, None], strict=True)
    ]
