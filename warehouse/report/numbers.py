"""Numbers -> text for people; a missing number is a dash, never a zero."""

import math
from typing import Any

MISSING = "–"
SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$"}
SUFFIXES = {"minutes": " min", "hours": " h", "days": " d", "months": " mo"}


def is_number(value: Any) -> bool:
    """Tell a number that can be shown from none, NaN and infinity."""
    return value is not None and math.isfinite(float(value))


def count(value: Any) -> str:
    """Write whole things with separators."""
    return f"{round(float(value)):,}" if is_number(value) else MISSING


def share(value: Any, digits: int = 1) -> str:
    """Write a share of one in percent."""
    return f"{float(value) * 100:.{digits}f}%".replace("-", "−") if is_number(value) else MISSING


def limit(share_of_one: float) -> str:
    """Write a share that a rule gives, as it was given."""
    return f"{float(share_of_one) * 100:g}%"


def width(part: float, whole: float) -> str:
    """Write how much of its room a bar takes, in percent."""
    return f"{100 * part / whole:.1f}" if whole else "0"


def money(value: Any, currency: str) -> str:
    """Write an amount; large ones without cents."""
    if not is_number(value):
        return MISSING
    amount = float(value)
    digits = 0 if abs(amount) >= 1000 else 2
    sign = "−" if round(amount, digits) < 0 else ""
    return f"{sign}{SYMBOLS.get(currency, currency + ' ')}{abs(amount):,.{digits}f}"


def amount(value: Any, unit: str, currency: str) -> str:
    """Write a KPI's value in its unit."""
    if not is_number(value):
        return MISSING
    if unit == "count":
        return count(value)
    if unit == "money":
        return money(value, currency)
    if unit == "share":
        return share(value)
    return f"{float(value):,.2f}".rstrip("0").rstrip(".") + SUFFIXES.get(unit, "")


def change(now: Any, before: Any, unit: str) -> float | None:
    """Give the change: percentage points of a share, else a fraction of the value before."""
    if not is_number(now) or not is_number(before):
        return None
    difference = float(now) - float(before)
    if unit == "share":
        return difference * 100
    return difference / abs(float(before)) if float(before) else None


def signed(value: float, unit: str) -> str:
    """Write a change with its sign: ``+3.2%``, or ``−1.4 pp`` of a share."""
    digits = value if unit == "share" else value * 100
    sign = "+" if round(digits, 1) > 0 else "−" if round(digits, 1) < 0 else "±"
    return f"{sign}{abs(digits):,.1f}{' pp' if unit == 'share' else '%'}"
