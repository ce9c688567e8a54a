"""What a cell of a rule may hold: a kind accepts a text, or says what it wants instead."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

# As dbt's seeds read them: no thousands separators, no exponents, ASCII digits only, and no more
# of them than decimal(18, 8) holds.
INTEGER = re.compile(r"-?[0-9]{1,9}")
NUMBER = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,8})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Kind:
    """A named test on the text of one cell; ``is_optional`` lets the cell be blank."""

    wants: str
    accepts: Callable[[str], bool]
    is_optional: bool = False


def optional(kind: Kind) -> Kind:
    """Let the cell be blank."""
    return replace(kind, is_optional=True)


def one_of(*words: str) -> Kind:
    """Accept exactly these words."""
    return Kind(f"one of {', '.join(words)}", frozenset(words).__contains__)


def integer(least: int, most: int | None = None) -> Kind:
    """Accept a whole number of at most nine digits within both ends."""

    def accepts(text: str) -> bool:
        if not INTEGER.fullmatch(text):
            return False
        return least <= int(text) and (most is None or int(text) <= most)

    limits = f"{least} or more" if most is None else f"from {least} to {most}"
    return Kind(f"a whole number, {limits}", accepts)


def number(least: int, most: int | None = None) -> Kind:
    """Accept a plain decimal number within both ends."""

    def accepts(text: str) -> bool:
        if not NUMBER.fullmatch(text):
            return False
        return least <= Decimal(text) and (most is None or Decimal(text) <= most)

    limits = f"{least} or more" if most is None else f"from {least} to {most}"
    return Kind(f"a number such as 0.25, {limits}", accepts)


def separated(separator: str, *words: str) -> Kind:
    """Accept some of these words in the order of preference, each at most once."""

    def accepts(text: str) -> bool:
        given = text.split(separator)
        return len(set(given)) == len(given) and set(given) <= set(words)

    return Kind(f"some of {', '.join(words)}, each once, with {separator!r} between", accepts)


def _is_positive(text: str) -> bool:
    return bool(NUMBER.fullmatch(text)) and Decimal(text) > 0


def _is_day(text: str) -> bool:
    if not DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


TEXT = Kind("a text", bool)
ANY_NUMBER = Kind("a number such as 0.25", lambda text: bool(NUMBER.fullmatch(text)))
POSITIVE = Kind("a number above 0", _is_positive)
SHARE = number(0, 1)
BOOLEAN = Kind("true or false", lambda text: text.lower() in {"true", "false"})
DATE = Kind("a date as 2026-01-31", _is_day)
CURRENCY = Kind("a currency code such as USD", lambda text: bool(re.fullmatch(r"[A-Z]{3}", text)))
