"""Lines -> one row per user: who they are and where they stand on the newest day."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.recompute.arrivals import acquisition_channel, seen_days, signed_up_at
from tests.recompute.lifecycle import stage_of
from tests.recompute.places import place_of
from tests.recompute.recall import warnings_of
from tests.recompute.value import rfm_of
from tests.recompute.worth import clv_of, net_revenue, referral_value, value_of

if TYPE_CHECKING:
    from tests.recompute.world import World


def dim_users(world: "World") -> list[dict[str, Any]]:
    as_of, owned = world.as_of, world.money.of_user()
    net, brought = net_revenue(world), referral_value(world)
    worth = {row["user_id"]: row["value_score"] for row in value_of(world, as_of)}
    scores = {row["user_id"]: row for row in rfm_of(world, as_of)}
    warned = {row["user_id"]: row["warning_level"] for row in warnings_of(world, as_of)}
    rows = []
    has_accounts = False
    for user, lines in world.by_user.items():
        seen = seen_days(world, user)
        if not seen:
            continue
        ordered = sorted(order.day for order in owned.get(user, []) if order.stands(as_of))
        score = scores.get(user, {})
        signed_up = signed_up_at([line for line in lines if line.day <= as_of])
        has_accounts = has_accounts or signed_up is not None
        own, clv = net.get(user, Decimal(0)), clv_of(world, user)
        rows.append(
            {
                "user_id": user,
                "first_seen_date": seen[0],
                "last_seen_date": seen[-1],
                "signed_up_at": signed_up,
                "acquisition_channel": acquisition_channel(world, user, as_of),
                "country": place_of(lines, "country", as_of),
                "platform": place_of(lines, "platform", as_of),
                "active_days": sum(day <= as_of for day in world.active_days.get(user, [])),
                "sessions": sum(session.day <= as_of for session in world.sessions[user]),
                "orders": len(ordered),
                "net_revenue": own,
                "first_order_date": min(ordered, default=None),
                "last_order_date": max(ordered, default=None),
                "lifecycle_stage": stage_of(world, user, as_of),
                "rfm_segment": score.get("rfm_segment"),
                "rfm_class": score.get("rfm_class"),
                "rfm_tier": score.get("rfm_tier"),
                "clv_365d": clv,
                "own_value": None if clv is None else own + clv,
                "referral_value": brought.get(user, Decimal(0)),
                "ltv": None if clv is None else own + clv + brought.get(user, Decimal(0)),
                "value_score": worth.get(user),
                "warning_level": warned.get(user, 0),
                "is_potential": signed_up is None and not ordered,
            }
        )
    return rows if has_accounts else [row | {"is_potential": None} for row in rows]
