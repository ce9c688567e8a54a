"""What a cell of a rule may hold: a kind accepts a text, or says what it wants instead."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from warehouse.judging.currencies import ISO_4217

# As dbt's seeds read them: no thousands separators, no exponents, ASCII digits only, and no more
# of them than decimal(18, 8) holds.
INTEGER = re.compile(r"-?[0-9]{1,9}")
NUMBER = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,8})?")
FIRST_YEAR, LAST_YEAR = 1970, 2199
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Kind:
    """A named test on the text of one cell.

    ``is_optional`` lets the cell be blank. ``default`` names a column of the same row that stands
    in for a blank one, and for the whole column where a file does not have it; ``otherwise`` is a
    value that does.
    """

    wants: str
    accepts: Callable[[str], bool]
    is_optional: bool = False
    default: str = ""
    otherwise: str | None = None

    @property
    def may_be_missing(self) -> bool:
        """Tell whether something stands in for the column where a file does not have it."""
        return bool(self.default) or self.otherwise is not None


def kind_of(
    data_type: str,
    *,
    least: int | None = None,
    most: int | None = None,
    above: int | None = None,
    one_of: Sequence[str] = (),
    none_of: Sequence[str] = (),
    currency: bool = False,
    matches: str = "",
    such_as: str = "",
    optional: bool = False,
    default: str = "",
    otherwise: str | None = None,
) -> Kind:
    """Make the kind of a column from its type in the database and what its entry says beyond it.

    Whole numbers are 0 or more unless ``least`` says otherwise. Raises ValueError for a type that
    no rule has.
    """
    family = data_type.partition("(")[0]
    if one_of:
        kind = _words(one_of)
    elif currency:
        kind = CURRENCY
    elif family == "string":
        kind = _text(matches, such_as, none_of) if matches else TEXT
    elif family == "bigint":
        kind = integer(0 if least is None else least, most)
    elif family in ("double", "decimal"):
        kind = number(least, most, above=above)
    elif family in ("boolean", "date"):
        kind = BOOLEAN if family == "boolean" else DATE
    else:
        raise ValueError(f"no rule has columns of the type {data_type!r}")
    is_optional = optional or bool(default) or otherwise is not None
    return replace(kind, is_optional=is_optional, default=default, otherwise=otherwise)


def integer(least: int, most: int | None = None) -> Kind:
    """Accept a whole number of at most nine digits within both ends."""

    def accepts(text: str) -> bool:
        if not INTEGER.fullmatch(text):
            return False
        return least <= int(text) and (most is None or int(text) <= most)

    limits = f"{least} or more" if most is None else f"from {least} to {most}"
    return Kind(f"a whole number, {limits}", accepts)


def number(least: int | None = None, most: int | None = None, *, above: int | None = None) -> Kind:
    """Accept a plain decimal number within the ends given; ``above`` leaves its own end out."""

    def accepts(text: str) -> bool:
        if not NUMBER.fullmatch(text):
            return False
        value = Decimal(text)
        return (
            (least is None or least <= value)
            and (most is None or value <= most)
            and (above is None or above < value)
        )

    limits = [f"above {above}"] if above is not None else []
    if most is not None:
        limits.append(f"from {least} to {most}" if least is not None else f"up to {most}")
    elif least is not None:
        limits.append(f"{least} or more")
    return Kind(", ".join(["a number such as 0.25", *limits]), accepts)


def _words(words: Sequence[str]) -> Kind:
    return Kind(f"one of {', '.join(words)}", frozenset(words).__contains__)


def _text(pattern: str, example: str, taken: Sequence[str]) -> Kind:
    besides = f", not {' or '.join(taken)}" if taken else ""
    return Kind(
        f"a word such as {example}{besides}",
        lambda text: bool(re.fullmatch(pattern, text)) and text not in taken,
    )


def _is_day(text: str) -> bool:
    if not DAY.fullmatch(text):
        return False
    try:
        return FIRST_YEAR <= date.fromisoformat(text).year <= LAST_YEAR
    except ValueError:
        return False


TEXT = Kind("a text", bool)
ANY_NUMBER = number()
SHARE = number(0, 1)
BOOLEAN = Kind("true or false", lambda text: text.lower() in {"true", "false"})
DATE = Kind("a date as 2026-01-31", _is_day)
CURRENCY = Kind("an ISO 4217 code: CNY for the renminbi, USD, EUR", ISO_4217.__contains__)
