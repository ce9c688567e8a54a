"""Properties of an event -> the order they tell of: its id, amount and currency, never guessed."""

import csv
from collections.abc import Mapping
from decimal import Context, Decimal
from pathlib import Path

import msgspec

from warehouse.judging.values import (
    WHITESPACE,
    Rejected,
    amount,
    identifier,
    is_nobody,
    number,
    scalar,
    text,
)

PURCHASE = "purchase"
# What each name does to an order; `event_roles.csv` gives the same roles to any other name.
ROLES: Mapping[str, str] = {
    "Order Completed": PURCHASE,
    "Order Refunded": "refund",
    "Order Cancelled": "cancel",
}
AMOUNT_FIELDS = ("revenue", "total", "value")
NO_ORDER = (None, None, None)
Order = tuple[str | None, Decimal | None, str | None]

_as_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_as_products = msgspec.json.Decoder(list[dict[str, msgspec.Raw]]).decode
# Prices of a millionth and quantities of a million: their product is rounded once, as money.
_EXACT = Context(prec=100)


def order_roles(rules_folders: tuple[Path, ...]) -> Mapping[str, str]:
    """Return the role of every event that moves money, by the first ``event_roles.csv`` found."""
    for folder in rules_folders:
        path = folder / "event_roles.csv"
        if path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as stream:
                rows = csv.DictReader(stream)
                own = [
                    ((r.get("role") or "").strip(), (r.get("event") or "").strip()) for r in rows
                ]
            # Purchases last: whatever else such an event is, it may lack an order id.
            own.sort(key=lambda row: row[0] == PURCHASE)
            return {event: role for role, event in own if role in ROLES.values()} | dict(ROLES)
    return ROLES


def order_of(
    event: str | None,
    properties: bytes | None,
    roles: Mapping[str, str],
    currencies: frozenset[str],
    nobody: frozenset[str] = frozenset(),
) -> Order:
    """Return order id, amount and currency; raises Rejected where an event that moves money errs.

    An order id that is a placeholder (``nobody``) is no order id.

    An event without such a role is read as well, where it names an order: it may be given one when
    its lines lie in the lake already. What cannot be read then is no order, and nothing to refuse.
    """
    role = roles.get(event or "")
    if role:
        return _read(event, role, properties, currencies, nobody)
    if event is None or properties is None or b'"order_id"' not in properties:
        return NO_ORDER
    try:
        return _read(event, "", properties, currencies, nobody)
    except Rejected:
        return NO_ORDER


def _read(
    event: str | None,
    role: str,
    properties: bytes | None,
    known: frozenset[str],
    nobody: frozenset[str],
) -> Order:
    fields = {k: bytes(v) for k, v in _as_fields(properties).items()} if properties else {}
    order_id = identifier(fields.get("order_id"), "order_id")
    if is_nobody(order_id, nobody):
        order_id = None
    if order_id is None and role != PURCHASE:
        raise Rejected("no_order_id", f"{event} without order_id")
    amounts = (amount(fields.get(name), name) for name in AMOUNT_FIELDS)
    value = next((found for found in amounts if found is not None), None)
    if value is None:
        value = _sum_of(fields.get("products"))
    if value is not None and value < 0:
        raise Rejected("negative_amount", f"{event} below zero")
    currency = (text(fields.get("currency"), "currency") or "").strip(WHITESPACE).upper() or None
    if currency is not None and currency not in known:
        raise Rejected("unknown_currency", "not an ISO 4217 code, and no rate for it")
    return order_id, value, currency


def _sum_of(products: bytes | None) -> Decimal | None:
    """Return price x quantity of all products; unknown where one of them cannot be told."""
    try:
        listed = _as_products(products) if products else []
        told = [(_number(each, "price"), _number(each, "quantity")) for each in listed]
    except (Rejected, msgspec.MsgspecError):
        return None
    if not told or any(price is None for price, _ in told):
        return None
    total = Decimal(0)
    for price, quantity in told:
        one = Decimal(1) if quantity is None else quantity
        total = _EXACT.add(total, _EXACT.multiply(price or Decimal(0), one))
    return amount(format(total, "f").encode(), "products")


def _number(fields: Mapping[str, msgspec.Raw], name: str) -> Decimal | None:
    raw = fields.get(name)
    value = None if raw is None else scalar(bytes(raw), name)
    if isinstance(value, str):
        return number(value, name) if value.strip(WHITESPACE) else None
    return value
