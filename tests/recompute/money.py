"""Lines -> orders and what became of their money, to the cent (section 3)."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from tests.recompute.activity import empty_day, user_days
from tests.recompute.currencies import places_of
from tests.recompute.lines import Line, currency_of, number_of
from tests.recompute.rules import Rules

if TYPE_CHECKING:
    from tests.recompute.world import World

ZERO = Decimal(0)


@dataclass
class Movement:
    """Money given back on a day, off an order."""

    day: date
    amount: Decimal


@dataclass
class Order:
    order_id: str
    user: str
    at: datetime
    day: date
    currency: str
    original: Decimal | None
    amount: Decimal | None
    coupon: str | None
    line: Line
    refunds: list[Movement] = field(default_factory=list)
    cancelled: Movement | None = None

    def stands(self, day: date) -> bool:
        return self.day <= day and (self.cancelled is None or self.cancelled.day > day)

    def refunded(self, day: date) -> Decimal:
        return sum((refund.amount for refund in self.refunds if refund.day <= day), ZERO)

    def net(self, day: date) -> Decimal:
        """Return what is left of the order at the end of a day; unknown amounts are nothing."""
        return (self.amount or ZERO) - self.refunded(day) if self.stands(day) else ZERO

    def is_paid(self, day: date) -> bool:
        return self.net(day) > 0

    @property
    def is_void(self) -> bool:
        """Whether it was taken back on the day it was made, and so never was."""
        return self.cancelled is not None and self.cancelled.day == self.day


@dataclass
class Refund:
    order_id: str | None
    user: str
    at: datetime
    day: date
    currency: str
    original: Decimal | None
    amount: Decimal | None
    is_matched: bool
    is_converted: bool
    line: Line


@dataclass
class Money:
    orders: dict[str, Order] = field(default_factory=dict)
    refunds: list[Refund] = field(default_factory=list)
    conflicts: list[Line] = field(default_factory=list)

    def of_user(self) -> dict[str, list[Order]]:
        users: dict[str, list[Order]] = defaultdict(list)
        for order in self.orders.values():
            users[order.user].append(order)
        return users


def stated_amount(line: Line) -> Decimal | None:
    """Return the amount a report gives: the first it names, else what its products come to."""
    for name in ("revenue", "total", "value"):
        amount = number_of(line.properties.get(name))
        if amount is not None:
            return rounded(amount, 4)
    products = line.properties.get("products")
    if not isinstance(products, list) or not products:
        return None
    total = ZERO
    for product in products:
        price = number_of(product.get("price")) if isinstance(product, dict) else None
        if price is None:
            return None
        quantity = number_of(product.get("quantity"))
        total += price * (1 if quantity is None else quantity)
    return rounded(total, 4)


def rounded(amount: Decimal, places: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def exchange(rules: Rules, currency: str, day: date) -> Decimal | None:
    """Return what one unit is worth in the reporting currency on a day, to 10 places."""
    if currency == rules.currency:
        return Decimal(1)
    one, other = rules.rate(currency, day), rules.rate(rules.currency, day)
    return None if one is None or other is None else rounded(one / other, 10)


def in_minor_units(rules: Rules, amount: Decimal) -> Decimal:
    return rounded(amount, places_of(rules.currency))


def money_of(world: "World") -> Money:
    money = Money()
    reports: dict[str, list[Line]] = defaultdict(list)
    for line in world.lines:
        order_id = line.text("order_id")
        if "purchase" in line.roles and order_id:
            reports[order_id].append(line)
    for order_id, lines in reports.items():
        lines.sort(key=lambda line: (stated_amount(line) is None, line.moment))
        order = money.orders[order_id] = _order(order_id, lines[0], world.rules)
        money.conflicts += [line for line in lines[1:] if _contradicts(line, order, world.rules)]
    endings: dict[str, list[Line]] = defaultdict(list)
    for line in world.lines:
        if line.roles & {"refund", "cancel"}:
            endings[line.text("order_id") or ""].append(line)
    for order_id, lines in endings.items():
        if order_id in money.orders:
            _follow(money.orders[order_id], lines, money, world.rules)
        else:
            money.refunds += [_unmatched(x, world.rules) for x in lines if "refund" in x.roles]
    return money


def _order(order_id: str, line: Line, rules: Rules) -> Order:
    currency = currency_of(line) or rules.currency
    original, rate = stated_amount(line), exchange(rules, currency, line.day)
    return Order(
        order_id=order_id,
        user=line.user,
        at=line.at,
        day=line.day,
        currency=currency,
        original=original,
        amount=None if original is None or rate is None else in_minor_units(rules, original * rate),
        coupon=line.text("coupon"),
        line=line,
    )


def _contradicts(line: Line, order: Order, rules: Rules) -> bool:
    said = stated_amount(line)
    is_other = said is not None and said != order.original
    return is_other or line.user != order.user


def _follow(order: Order, lines: list[Line], money: Money, rules: Rules) -> None:
    """Take refunds and the first cancellation off an order in the order they took place."""
    running, given = ZERO, ZERO
    for line in sorted(lines, key=lambda line: _turn(line, order)):
        day = max(line.day, order.day)
        if "cancel" in line.roles:
            if order.cancelled is None:
                order.cancelled = Movement(day, (order.amount or ZERO) - given)
            continue
        refund = _refund(line, order.currency, order.day, rules)
        refund.day, refund.is_matched, refund.user = day, True, order.user
        money.refunds.append(refund)
        is_whole = _is_whole(line)
        is_unknown = refund.original is None and (order.amount is None or not is_whole)
        if not refund.is_converted or is_unknown:
            continue
        refund.amount = ZERO
        if order.cancelled is None and order.amount is not None:
            if is_whole:
                refund.amount = order.amount - given
            else:
                rate = exchange(rules, refund.currency, order.day) or ZERO
                running += (refund.original or ZERO) * rate
                total = min(order.amount, in_minor_units(rules, running))
                refund.amount = max(ZERO, total - given)
            given += refund.amount
            order.refunds.append(Movement(day, refund.amount))


def _turn(line: Line, order: Order) -> tuple[Any, ...]:
    """Order what happens to an order; what comes at the instant it is cancelled is not after it."""
    return (max(line.day, order.day), line.at, "cancel" in line.roles, line.arrival)


def _is_whole(line: Line) -> bool:
    """Say whether a refund names no amount and no goods, and so means all that is left."""
    stated = [line.properties.get(name) for name in ("revenue", "total", "value", "products")]
    return all(value is None or value in ("", []) for value in stated)


def _refund(line: Line, currency: str, day: date, rules: Rules) -> Refund:
    own = currency_of(line) or currency
    return Refund(
        order_id=line.text("order_id"),
        user=line.user,
        at=line.at,
        day=line.day,
        currency=own,
        original=stated_amount(line),
        amount=None,
        is_matched=False,
        is_converted=exchange(rules, own, day) is not None,
        line=line,
    )


def _unmatched(line: Line, rules: Rules) -> Refund:
    refund = _refund(line, rules.currency, line.day, rules)
    rate = exchange(rules, refund.currency, line.day)
    if refund.original is not None and rate is not None:
        refund.amount = in_minor_units(rules, refund.original * rate)
    return refund


def money_days(world: "World") -> dict[tuple[str, date], dict[str, Any]]:
    """Sum money by user and day, each movement on its own day."""
    days: dict[tuple[str, date], dict[str, Any]] = defaultdict(
        lambda: {"orders": 0, "gmv": ZERO, "refunds": ZERO, "cancelled": ZERO}
    )
    for order in world.money.orders.values():
        day = days[order.user, order.day]
        day["orders"] += not order.is_void
        day["gmv"] += order.amount or ZERO
        for refund in order.refunds:
            days[order.user, refund.day]["refunds"] += refund.amount
        if order.cancelled:
            # What was taken back on the day itself is left out of its gmv.
            name, taken = ("gmv", -1) if order.is_void else ("cancelled", 1)
            days[order.user, order.cancelled.day][name] += taken * order.cancelled.amount
    for refund in world.money.refunds:
        if not refund.is_matched and refund.amount is not None:
            days[refund.user, refund.day]["refunds"] += refund.amount
    for day in days.values():
        day["net_revenue"] = day["gmv"] - day["refunds"] - day["cancelled"]
    return days


def fct_orders(world: "World") -> list[dict[str, Any]]:
    rows = []
    for order in world.money.orders.values():
        refunded = order.refunded(world.as_of)
        rows.append(
            {
                "order_id": order.order_id,
                "user_id": order.user,
                "amount": order.amount,
                "refunded": refunded,
                "net_amount": None if order.amount is None else order.amount - refunded,
                "currency": order.currency,
                "original_amount": order.original,
                "coupon": order.coupon,
                "is_cancelled": not order.stands(world.as_of),
                "cancelled_date": (
                    None if order.stands(world.as_of) else order.cancelled and order.cancelled.day
                ),
                "is_converted": exchange(world.rules, order.currency, order.day) is not None,
                "ordered_at": order.at,
                "order_date": order.day,
            }
        )
    return rows


def fct_refunds(world: "World") -> list[dict[str, Any]]:
    return [
        {
            "refund_id": refund.line.message_id,
            "order_id": refund.order_id,
            "user_id": refund.user,
            "amount": refund.amount,
            "currency": refund.currency,
            "original_amount": refund.original,
            "is_matched": refund.is_matched,
            "is_converted": refund.is_converted,
            "refunded_at": refund.at,
            "refund_date": refund.day,
        }
        for refund in world.money.refunds
    ]


def fct_user_days(world: "World") -> list[dict[str, Any]]:
    days = user_days(world)
    moved = {key: money for key, money in money_days(world).items() if any(money.values())}
    rows = []
    for user, day in sorted(days.keys() | moved.keys()):
        row = days.get((user, day)) or empty_day()
        money = moved.get((user, day))
        row |= {} if money is None else {k: money[k] for k in ("orders", "net_revenue")}
        rows.append({"user_id": user, "event_date": day} | row)
    return rows
