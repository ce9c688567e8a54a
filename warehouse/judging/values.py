"""One JSON value -> one exact typed value, or the reason why it is none. Never a float."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

import msgspec

from warehouse.judging.spelling import BLANKS, folded, narrow

# What is trimmed from names and numbers: the same set for the row and the column path.
WHITESPACE = " \t\r\n\v\f\u00a0\u3000"
# What ids lose besides: every blank at their ends.
AROUND_IDS = "".join(dict.fromkeys(WHITESPACE + BLANKS))
AMOUNT_STEP = Decimal("0.0001")
AMOUNT_DIGITS = 14
NULL = b"null"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
# Numbers below are seconds until the year 5138, then milliseconds, micro- and nanoseconds.
_EPOCH_UNITS = (
    *((Decimal(10) ** 11, Decimal(1_000_000)), (Decimal(10) ** 14, Decimal(1_000))),
    *((Decimal(10) ** 17, Decimal(1)), (Decimal(10) ** 20, Decimal("0.001"))),
)
# Nobody's epoch is so early: it is a spreadsheet's number of a day, or in another unit.
_EARLIEST_EPOCH = int((datetime(1980, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) * 1_000_000
# Dates written as one number, by its digits, and the years in which they are no epoch time.
_CALENDAR = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S", 17: "%Y%m%d%H%M%S%f"}
_YEARS = ("1970", "2100")
# ISO 8601 has a day end at 24:00, which is 0:00 of the next one.
_END_OF_DAY = re.compile(
    r"(?:(?<=[T ])|(?<=^\d{8}))24(?=:?00(?::?00(?:[.,]?0+)?)?(?![\d:.,]))", re.ASCII
)
_DIGITS = re.compile(r"\d+(\.\d+)?", re.ASCII)
# A whole number as tables with gaps write it: `12345.0`.
_WHOLE = re.compile(r"(-?\d+)\.0+", re.ASCII)
# `1.2E+15`, also `1E+15` and `1.2e15`. `12e45` may be hexadecimal, and stays an id.
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d*[eE][+-]?|[eE][+-])\d+", re.ASCII)
# A number of twelve digits or more that names fewer, `1.23457E+15`, has lost the others.
_LOSSY_FROM = 11
_decode = msgspec.json.Decoder().decode


class Rejection(NamedTuple):
    """Why a line is not accepted: a reason of the fixed list, and what a person needs beside it."""

    reason: str
    detail: str


class Rejected(Exception):  # noqa: N818 - it is a verdict, not an error
    """Ends the judging of one line."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.rejection = Rejection(reason, detail)


def scalar(raw: bytes | None, name: str) -> str | Decimal | None:
    """Return a JSON text, number or null; raises Rejected for anything else."""
    if raw is None or raw == NULL:
        return None
    first = raw[:1]
    if first == b'"':
        return _decode(raw)
    if first in b"{[tf":
        raise Rejected("bad_value", f"{name} is {_kind(first)}")
    return number(raw.decode("ascii"), name)


def number(text: str, name: str) -> Decimal:
    """Return the exact number written in a text; raises Rejected (bad_number)."""
    text = text.strip(WHITESPACE)
    try:
        value = Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:
        value = None
    if value is None:
        told = f"{name} is no plain number; numbers in its source says how it is written"
        raise Rejected("bad_number", told)
    if value.adjusted() > 308:
        raise Rejected("bad_number", f"{name} is too large")
    return value


def text(raw: bytes | None, name: str) -> str | None:
    """Return a JSON text as it is, or None for null; raises Rejected for other kinds."""
    value = scalar(raw, name)
    if isinstance(value, Decimal):
        raise Rejected("bad_value", f"{name} is a number")
    return value


def canonical_id(written: str) -> str | None:
    """Return an id the one way it is written everywhere; None for what is blank.

    Blanks around it and invisible signs are dropped, full-width signs and the digits of other
    scripts are what they look like (`narrow`), and `12345.0` is 12345: all of these name one user,
    order or message. Whoever compares an id with the lake or the tables (`userops forget`,
    suppressions) asks here first. Raises Rejected (bad_number) for scientific notation: its digits
    are lost, and different people would be one. Placeholders (`is_nobody`) are not known here.
    """
    text = narrow(written).strip(AROUND_IDS)
    if whole := _WHOLE.fullmatch(text):
        return whole[1]
    if _SCIENTIFIC.fullmatch(text):
        raise Rejected("bad_number", "an id in scientific notation")
    return text or None


def is_nobody(identity: str | None, nobody: frozenset[str]) -> bool:
    """Tell whether an id is a placeholder; ``nobody`` holds those of the rule, folded."""
    return identity is not None and folded(identity) in nobody


def identifier(raw: bytes | None, name: str) -> str | None:
    """Return an id as its canonical text: numbers without exponent or trailing zeros.

    Raises Rejected (bad_value, bad_number) for what is no id.
    """
    value = scalar(raw, name)
    if value is None or isinstance(value, str):
        return None if value is None else canonical_id(value)
    is_lossy = value and int(value.as_tuple().exponent) > 0 and value.adjusted() >= _LOSSY_FROM
    if is_lossy or abs(value.adjusted()) > 40:
        raise Rejected("bad_number", f"{name} has lost digits" if is_lossy else name)
    written = format(value or Decimal(0), "f")  # -0 is 0
    return written.rstrip("0").rstrip(".") if "." in written else written


def amount(raw: bytes | None, name: str) -> Decimal | None:
    """Return money with four places, half-even; raises Rejected (bad_number, bad_value)."""
    value = scalar(raw, name)
    if isinstance(value, str):
        if not value.strip(WHITESPACE):
            return None
        value = number(value, name)
    if value is None:
        return None
    if value and value.adjusted() < -AMOUNT_DIGITS:
        return AMOUNT_STEP * 0
    if value.adjusted() < AMOUNT_DIGITS:
        value = value.quantize(AMOUNT_STEP)
    if value and value.adjusted() >= AMOUNT_DIGITS:
        raise Rejected("bad_number", f"{name} has more than {AMOUNT_DIGITS} digits")
    return value


def moment(raw: bytes | None, name: str) -> int | None:
    """Return a time as microseconds since 1970 in UTC; raises Rejected (bad_time, bad_value).

    ISO 8601 (without a zone: UTC; digits past microseconds are cut; 24:00 ends a day), or a number,
    see `moment_of_number`.
    """
    value = scalar(raw, name)
    if isinstance(value, str):
        value = value.strip(WHITESPACE)
        return moment_of(value, name) if value else None
    return None if value is None else moment_of_number(value, name)


def moment_of(value: str, name: str) -> int:
    """Return a time in a text as microseconds since 1970 in UTC; raises Rejected (bad_time)."""
    if _DIGITS.fullmatch(value):
        return moment_of_number(Decimal(value), name)
    try:
        return micros_of(parsed_time(value, datetime.fromisoformat))
    except ValueError:
        raise Rejected("bad_time", f"{name} is no ISO 8601 time") from None


def micros_of(time: datetime) -> int:
    """Return a time, without a zone in UTC, as microseconds since 1970 in UTC."""
    return ((time if time.tzinfo else time.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND


def parsed_time(text: str, read: Callable[[str], datetime]) -> datetime:
    """Read a time, also 24:00, at which a day ends; raises ValueError like ``read``."""
    try:
        return read(text)
    except ValueError:
        begins = _END_OF_DAY.sub("00", text, count=1)
        if begins == text:
            raise
    try:
        return read(begins) + timedelta(days=1)
    except OverflowError:
        raise ValueError(text) from None


def moment_of_number(value: Decimal, name: str) -> int:
    """Return a time written as a number, as microseconds since 1970 in UTC.

    By its size an epoch time in seconds, milliseconds, microseconds or nanoseconds, which are cut;
    or the digits of a date, 20260301, with hours and minutes, seconds, milliseconds behind it.
    Smaller numbers would be before 1980, and are none: what counts days, as spreadsheets do, is not
    guessed at. Raises Rejected (bad_time).
    """
    if (parsed := calendar_time(format(value, "f").removesuffix(".0"))) is not None:
        return micros_of(parsed)
    for limit, unit in _EPOCH_UNITS:
        if abs(value) < limit and (micros := int(value * unit)) >= _EARLIEST_EPOCH:
            return micros
        if abs(value) < limit:
            break
    told = f"{name} is a number that is no epoch time; date_format tells how it is written"
    raise Rejected("bad_time", told)


def calendar_time(digits: str) -> datetime | None:
    """Return the time that the digits of a date say, without a zone; None for other numbers."""
    form = _CALENDAR.get(len(digits))
    if not form or not digits.isdecimal() or not _YEARS[0] <= digits[:4] <= _YEARS[1]:
        return None
    try:
        # Whose it is, the caller knows.
        return parsed_time(digits, lambda text: datetime.strptime(text, form))  # noqa: DTZ007
    except ValueError:
        return None


def _kind(first: bytes) -> str:
    return {b"{": "an object", b"[": "an array"}.get(first, "true or false")
