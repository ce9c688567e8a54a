"""Lines -> what users are worth: fits and predictions, value scores, whom they brought (5, 13)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.recompute.activity import is_seen
from tests.recompute.lifecycle import stage_of
from tests.recompute.lines import id_of, number_of, plain
from tests.recompute.money import ZERO, Order, money_days, rounded
from tests.recompute.valuation import PREDICTED
from tests.recompute.value import snapshot_days

if TYPE_CHECKING:
    from tests.recompute.world import World

# A part is what it says it is to so many digits, whichever engine divided.
PLACES = 6
RANKED = (
    "purchasing_power",
    "activity",
    "spread",
    "demand_sensitivity",
    "category_concentration",
)


def month_days(world: "World") -> list[date]:
    """Return the days whose values are kept: the last Sunday of each month, and the newest."""
    week = timedelta(days=7)
    return [
        day for day in snapshot_days(world) if day == world.as_of or (day + week).month != day.month
    ]


def clv_fits(world: "World") -> list[dict[str, Any]]:
    return [
        {
            "as_of_date": day,
            "buyers": len(found.buyers),
            **found.fit,
            "status": "ok" if found.predictions else "insufficient_data",
        }
        for day, found in world.valuations.items()
        if found.buyers
    ]


def clv_predictions(world: "World") -> list[dict[str, Any]]:
    rows = []
    for day in month_days(world):
        found = world.valuations[day]
        status = "ok" if found.predictions else "insufficient_data"
        for user, buyer in found.buyers.items():
            told = found.predictions.get(user) or dict.fromkeys(PREDICTED)
            inputs = {name: buyer[name] for name in ("x", "t_x", "age_days", "spend")}
            row = {"as_of_date": day, "user_id": user, "status": status}
            rows.append(row | inputs | told)
    return rows


def clv_of(world: "World", user: str) -> Decimal | None:
    """Return what is expected of a buyer as of the newest day; None without a fit."""
    told = world.valuations[world.as_of].predictions.get(user)
    return told["clv_365d"] if told else None


def value_scores(world: "World") -> list[dict[str, Any]]:
    return [row for day in month_days(world) for row in value_of(world, day)]


def value_of(world: "World", day: date) -> list[dict[str, Any]]:
    """Score every buyer and everybody who took part of late, as of a day."""
    inputs = {user: row for user in world.by_user if (row := _inputs(world, user, day))}
    ranks = {part: _percent_ranks({u: r[part] for u, r in inputs.items()}) for part in RANKED}
    points = {row["stage"]: Decimal(row["points"]) for row in world.rules.rows("stage_points")}
    weights = {r["part"]: Decimal(r["weight"]) for r in world.rules.rows("value_weights")}
    rows = []
    for user, row in inputs.items():
        stage = stage_of(world, user, day)
        parts = {part: ranks[part].get(user) for part in RANKED}
        parts["stage_points"] = points[stage] if stage else None
        known = {part: points for part, points in parts.items() if points is not None}
        weight = sum((abs(weights[part]) for part in known), ZERO)
        total = sum((weights[part] * points for part, points in known.items()), ZERO)
        rows.append(
            {
                "as_of_date": day,
                "user_id": user,
                **{part: None if n is None else float(n) for part, n in parts.items()},
                "top_category": row["top_category"],
                "second_category": row["second_category"],
                "value_score": float(rounded(max(ZERO, total / weight), PLACES))
                if weight
                else None,
                "coverage": float(weight / sum(map(abs, weights.values()))),
                "status": "ok" if weight else "insufficient_data",
            }
        )
    return rows


def _percent_ranks(values: dict[str, Any]) -> dict[str, Decimal]:
    known = {user: value for user, value in values.items() if value is not None}
    ordered = sorted(known.values())
    above = max(1, len(ordered) - 1)
    return {
        user: rounded(Decimal(100 * ordered.index(value)) / above, PLACES)
        for user, value in known.items()
    }


def _inputs(world: "World", user: str, day: date) -> dict[str, Any] | None:
    """Return what the parts of a score are ranked by; None for who is not scored."""
    since = day - timedelta(days=int(world.rules.number("value_window_days") or 0) - 1)
    lines = [line for line in world.by_user[user] if since <= line.day <= day]
    # A click in a message moves the clock of interaction and no more.
    took_part = sum("interaction" in line.roles for line in lines)
    spread = sum(("content" in line.roles) + ("share" in line.roles) for line in lines)
    window = world.rules.number("rfm_window_days")
    first = date.min if window is None else day - timedelta(days=int(window) - 1)
    standing = [order for order in world.orders_of.get(user, []) if order.stands(day)]
    bought = [order for order in standing if order.day >= first]
    if not standing and not took_part and not spread:
        return None
    known = [order.net(day) for order in bought if order.amount is not None]
    prompted = sum(_is_prompted(world, order) for order in standing)
    concentration, category, second = _top_categories(standing)
    return {
        "purchasing_power": Fraction(sum(known, ZERO)) / len(known) if known else None,
        "activity": took_part or None,
        "spread": spread or None,
        "demand_sensitivity": Fraction(prompted, len(standing)) if standing else None,
        "category_concentration": concentration,
        "top_category": category,
        "second_category": second,
    }


def _is_prompted(world: "World", order: Order) -> bool:
    """Say whether an order had a coupon, or came after a message and soon."""
    soon = timedelta(days=int(world.rules.number("promotion_days") or 0))
    sent = (line for line in world.by_user[order.user] if line.event == "Message Sent")
    return bool(order.coupon) or any(
        line.at <= order.at and order.day <= line.day + soon for line in sent
    )


def _top_categories(
    orders: Iterable[Order],
) -> tuple[Fraction | None, str | None, str | None]:
    """Return the share of the first category by what was spent in it, its name and the second's."""
    spent: dict[str, Fraction] = defaultdict(Fraction)
    for order in orders:
        properties = order.line.properties
        # One thing, told without a list, is the whole of its order.
        products = properties.get("products")
        if not isinstance(products, list) or not products:
            products = [properties | {"price": 1, "quantity": 1}]
        goods = [product for product in products if isinstance(product, dict)]
        worth = [worth_of(product) for product in goods]
        total = sum(worth)
        for product, part in zip(goods, worth, strict=True):
            category = plain(product.get("category") or "").strip()
            if category and total and order.amount is not None:
                spent[category] += Fraction(order.amount) * part / total
    total = sum(spent.values())
    if not total:
        return None, None, None
    first, *others = sorted(
        (name for name in spent if spent[name]), key=lambda name: (-spent[name], name)
    )
    return spent[first] / total, first, others[0] if others else None


def worth_of(product: dict[str, Any]) -> Fraction:
    price, quantity = (number_of(product.get(name)) for name in ("price", "quantity"))
    return max(Fraction(0), Fraction(price or 0) * Fraction(1 if quantity is None else quantity))


def user_referrals(world: "World") -> list[dict[str, Any]]:
    net = net_revenue(world)
    rows = []
    for user, (inviter, accepted_at, _) in accepted(world, world.as_of).items():
        invited = [
            line.at
            for line in world.by_user[inviter]
            if "invite" in line.roles and line.at <= accepted_at
        ]
        orders, clv = world.orders_of.get(user, []), clv_of(world, user)
        rows.append(
            {
                "user_id": user,
                "inviter_id": inviter,
                "invited_at": max(invited, default=None),
                "accepted_at": accepted_at,
                "orders": sum(order.stands(world.as_of) for order in orders),
                "net_revenue": net.get(user, ZERO),
                "own_value": None if clv is None else net.get(user, ZERO) + clv,
            }
        )
    return rows


def accepted(world: "World", day: date) -> dict[str, tuple[str, datetime, date]]:
    """Return who first invited each user, and when that was accepted, as far as a day knows."""
    found: dict[str, tuple[str, datetime, date]] = {}
    for user, lines in world.by_user.items():
        for line in lines:
            named = line.text("inviter_id") if line.event == "Invite Accepted" else None
            inviter = _inviter(world, named) if named else user
            if line.day <= day and inviter != user and _is_known(world, inviter, day):
                found[user] = (inviter, line.at, line.day)
                break
    return found


def _inviter(world: "World", written: str) -> str:
    """Return who invited by an id: its account, if there is one, before a visitor of that id."""
    name = id_of(written, None) or ""
    account = world.identity.user(name, is_visitor=False)
    if account == name and not _is_known(world, name, world.as_of):
        return world.identity.user(name, is_visitor=True)
    return account


def _is_known(world: "World", user: str, day: date) -> bool:
    return any(is_seen(x) and x.day <= day for x in world.by_user.get(user, []))


def net_revenue(world: "World") -> dict[str, Decimal]:
    """Return what each user brought to date."""
    net: dict[str, Decimal] = defaultdict(Decimal)
    for (user, day), money in money_days(world).items():
        if day <= world.as_of:
            net[user] += money["net_revenue"]
    return net


def referral_value(world: "World") -> dict[str, Decimal]:
    """Return what those brought whom each user invited, one level."""
    value: dict[str, Decimal] = defaultdict(Decimal)
    for row in user_referrals(world):
        value[row["inviter_id"]] += row["net_revenue"]
    return value
