"""Every KPI: what it counts, by what it is divided, and which days it needs."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.recompute.growth import accepted_invites, kocs
from tests.recompute.kpis.day import NOBODY, Day, both
from tests.recompute.kpis.facts import Amounts
from tests.recompute.kpis.waking import asleep, message_cost, messages, woken
from tests.recompute.tags import tagged_users


@dataclass(frozen=True)
class Kpi:
    """One KPI: what it counts, by what it is divided, and which days it needs."""

    over: Callable[[Day], Amounts]
    under: Callable[[Day], Amounts] | None = None
    days: int = 1
    tracked: str = "activity"
    # `window`, `whole` (no day of it may be missing), `ends` (the day and the one `days` before),
    # `settled` (the activation days before it too), `months` (the last two complete ones).
    reach: str = "window"
    scale: int = 1
    # What is amiss among orders is counted, and of nobody.
    has_dimensions: bool = True


def _retention(back: int) -> Kpi:
    return Kpi(
        lambda day: day.cohort(back, returned=True),
        lambda day: day.cohort(back, returned=False),
        days=back,
        reach="ends",
    )


def _per_active(name: str, tracked: str) -> Kpi:
    return Kpi(
        lambda day: day.count(name, day.window(30)),
        lambda day: day.active(day.window(30)),
        days=30,
        tracked=tracked,
    )


def _daily(name: str, tracked: str) -> Kpi:
    return Kpi(lambda day: day.count(name, day.window(1)), tracked=tracked)


def _fault(name: str, tracked: str) -> Kpi:
    return replace(_daily(name, tracked), has_dimensions=False)


def _mean_daily(day: Day) -> Amounts:
    return {user: n / 30 for user, n in day.count("active", day.window(30)).items()}


KPIS: dict[str, Kpi] = {
    "new_users": Kpi(lambda day: day.newcomers(day.window(1))),
    "dau": Kpi(lambda day: day.active(day.window(1))),
    "wau": Kpi(lambda day: day.active(day.window(7)), days=7),
    "mau": Kpi(lambda day: day.active(day.window(30)), days=30),
    "stickiness": Kpi(_mean_daily, lambda day: day.active(day.window(30)), days=30, reach="whole"),
    "d1_retention": _retention(1),
    "d7_retention": _retention(7),
    "d30_retention": _retention(30),
    "next_month_retention": Kpi(
        lambda day: day.month_cohort(returned=True),
        lambda day: day.month_cohort(returned=False),
        reach="months",
    ),
    "activation_rate": Kpi(
        lambda day: day.arrived(activated=True),
        lambda day: day.arrived(activated=False),
        days=30,
        tracked="activation",
        reach="settled",
    ),
    "sessions_per_user": Kpi(
        lambda day: day.count("sessions", day.window(1)), lambda day: day.active(day.window(1))
    ),
    "online_minutes_per_user": Kpi(
        lambda day: {u: s / 60 for u, s in day.count("online_seconds", day.window(1)).items()},
        lambda day: day.active(day.window(1)),
    ),
    "orders": Kpi(
        lambda day: {user: len(orders) for user, orders in day.orders(1).items()},
        tracked="purchase",
    ),
    "payers": Kpi(lambda day: day.payers(1), tracked="purchase"),
    "pay_conversion": Kpi(
        lambda day: day.payers(1), lambda day: day.active(day.window(1)), tracked="purchase"
    ),
    "gmv": _daily("gmv", "purchase"),
    "net_revenue": _daily("net_revenue", "purchase"),
    "refunds": _daily("refunds", "refund"),
    "aov": Kpi(
        lambda day: day.count("net_revenue", day.window(30)),
        lambda day: {
            user: sum(order.amount is not None for order in orders)
            for user, orders in day.orders(30).items()
        },
        days=30,
        tracked="purchase",
    ),
    "arpu": _per_active("net_revenue", "purchase"),
    "arppu": Kpi(
        lambda day: day.count("net_revenue", day.window(30)),
        lambda day: day.payers(30),
        days=30,
        tracked="purchase",
    ),
    "repurchase_rate": Kpi(
        lambda day: {user: 1 for user, orders in day.orders(90).items() if len(orders) > 1},
        lambda day: dict.fromkeys(day.orders(90), 1),
        days=90,
        tracked="purchase",
    ),
    "ltv": Kpi(
        lambda day: day.own_value(), lambda day: dict.fromkeys(day.valued, 1), tracked="purchase"
    ),
    "cross_sell_rate": Kpi(
        lambda day: {user: 1 for user, n in day.category_counts().items() if n > 1},
        lambda day: dict.fromkeys(day.category_counts(), 1),
        days=90,
        tracked="category",
    ),
    "cart_abandon_rate": Kpi(
        lambda day: day.carts(abandoned=True),
        lambda day: day.carts(abandoned=False),
        days=30,
        tracked="cart purchase",
    ),
    "funnel_conversion": Kpi(
        lambda day: day.funnel(lambda steps: steps),
        lambda day: day.funnel(lambda _: 1),
        tracked="funnel",
    ),
    "wake_rate": Kpi(
        woken,
        lambda day: dict.fromkeys(messages(day), 1),
        days=30,
        tracked="message",
    ),
    "cost_per_wake": Kpi(
        message_cost,
        woken,
        days=30,
        tracked="message_cost",
    ),
    "complaints": _daily("complaints", "complaint"),
    "complaint_response_hours": Kpi(
        lambda day: day.answers(in_hours=True),
        lambda day: day.answers(in_hours=False),
        days=30,
        tracked="closing",
    ),
    "feature_use_rate": Kpi(
        lambda day: {u: 1 for u, n in day.count("features", day.window(30)).items() if n},
        lambda day: day.active(day.window(30)),
        days=30,
        tracked="feature",
    ),
    "points_outstanding": Kpi(lambda day: day.points(), tracked="points"),
    "points_inflation": Kpi(
        lambda day: day.more_points(), lambda day: day.points(365), 365, "points", "ends"
    ),
    "ltv_cac": Kpi(
        lambda day: {NOBODY: sum(day.own_value().values())},
        lambda day: {NOBODY: day.cost_of_as_many},
        days=30,
        tracked="spend purchase",
        has_dimensions=False,
    ),
    "cac": Kpi(
        lambda day: {NOBODY: day.cac_parts[0]},
        lambda day: {NOBODY: day.cac_parts[1]},
        days=30,
        tracked="spend",
        has_dimensions=False,
    ),
    "payback_months": Kpi(
        lambda day: {NOBODY: day.cac_parts[0]},
        lambda day: {NOBODY: day.customers_revenue},
        days=30,
        tracked="spend",
        has_dimensions=False,
    ),
    "silent_share": Kpi(lambda day: day.silent(), lambda day: day.ever_active(day.day), days=30),
    "churn_rate": Kpi(lambda day: day.churned(), lambda day: day.unchurned(), days=30),
    "resurrection_rate": Kpi(
        lambda day: asleep(day, woken=True), lambda day: asleep(day, woken=False), days=30
    ),
    "share_rate": Kpi(
        lambda day: {u: 1 for u, n in day.count("shares", day.window(30)).items() if n},
        lambda day: day.active(day.window(30)),
        days=30,
        tracked="share",
    ),
    "invites_per_user": _per_active("invites", "invite"),
    "content_per_user": _per_active("content", "content"),
    "complaint_rate": _per_active("complaints", "complaint"),
    "nps": Kpi(
        lambda day: day.count("promotion", day.window(30)),
        lambda day: day.count("answers", day.window(30)),
        days=30,
        tracked="nps",
        scale=100,
    ),
    "k_factor": Kpi(
        lambda day: accepted_invites(day.world, day.day, day.window(30)),
        lambda day: day.active(day.window(30)),
        days=30,
        tracked="acceptance",
    ),
    "referral_rate": Kpi(
        lambda day: dict.fromkeys(accepted_invites(day.world, day.day, day.window(30)), 1),
        lambda day: day.active(day.window(30)),
        days=30,
        tracked="acceptance",
    ),
    "koc_share": Kpi(
        lambda day: dict.fromkeys(kocs(day.world, day.day), 1),
        lambda day: day.active(day.window(30)),
        days=30,
        tracked="contribution",
    ),
    "tag_coverage": Kpi(
        lambda day: both(day.active(day.window(30)), tagged_users(day.world, day.day)),
        lambda day: day.active(day.window(30)),
        days=30,
    ),
    "orders_without_value": _fault("without_value", "purchase"),
    "order_conflicts": _fault("conflicts", "purchase"),
    "purchases_without_id": _fault("without_id", "purchase"),
    "unmatched_refunds": _fault("unmatched", "refund"),
    "tracking_coverage": Kpi(
        lambda day: day.count("known", day.window(1)),
        lambda day: day.count("events_all", day.window(1)),
    ),
}
