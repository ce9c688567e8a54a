"""Cells as a source writes them -> exact times and numbers, or the reason why they are none.

What can be read in two ways is read in none: a mapping says which.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from warehouse.judging.currencies import meanings, minor_unit
from warehouse.judging.values import (
    WHITESPACE,
    Rejected,
    calendar_time,
    moment_of,
    number,
    parsed_time,
)

EXCEL = "excel"
ISO = "iso"
EPOCH = "epoch"
WORDS = (ISO, EPOCH, EXCEL)
MINOR = "minor"

# Epoch texts in seconds, milliseconds, microseconds and nanoseconds, of the years 2001 to 2286.
_EPOCH_DIGITS = (10, 13, 16, 19)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXCEL_START = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's day 0, in its own zone
_MICROSECONDS_A_DAY = 86_400_000_000
_FRACTION = re.compile(r"(:\d\d)[.,](\d{1,9})(?!\d)")
_UTC_NAMES = ("UTC", "GMT", "%Z")
# Year first can mean one thing only, whatever stands between.
_YEAR_FIRST = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
)


class TimeReader:
    """Reads times by the forms of a source, tried in order; without any, ISO 8601 and epochs.

    A time without a zone is in the zone of the source. Fractions of a second may stand or not.
    """

    def __init__(self, forms: Sequence[str], zone: str) -> None:
        self._forms = forms
        self._zone = ZoneInfo(zone) if zone else UTC
        if forms and all(_names_utc(form) for form in forms):
            self._zone = UTC
        # With the year first, a day alone or a time with a fraction can mean one thing only.
        self._may_be_cut_short = any(form.startswith("%Y-%m-%d") for form in forms)
        self.read = lru_cache(maxsize=8_192)(self._read)

    def local(self, value: datetime) -> datetime:
        """Give a time without a zone that of the source."""
        return value if value.tzinfo else value.replace(tzinfo=self._zone)

    def _read(self, text: str) -> str:
        """Return a time as ISO 8601 with a zone, an epoch as its digits; raises Rejected."""
        text = text.strip(WHITESPACE)
        for form in self._forms:
            found = self._by_form(text, form)
            if found is not None:
                return found
        if self._forms and not (self._may_be_cut_short or _is_epoch(text)):
            raise Rejected("bad_time", f"not of the form {' or '.join(self._forms)}")
        if _is_epoch(text):
            return text
        found = calendar_time(text)
        return self._iso(text) if found is None else self.local(found).isoformat()

    def _by_form(self, text: str, form: str) -> str | None:
        try:
            if form == EXCEL:
                return self._excel(text)
            if form == EPOCH:
                return text if text.isdecimal() or _is_epoch(text) else None
            return self._iso(text) if form == ISO else self._strptime(text, form).isoformat()
        except (Rejected, ValueError, OverflowError):
            return None

    def _strptime(self, text: str, form: str) -> datetime:
        try:
            found = _by_directives(text, form)
        except ValueError:
            # Databases leave fractions out where they are zero.
            fraction = _FRACTION.search(text)
            whole = _FRACTION.sub(r"\1", text, count=1)
            found = _by_directives(whole, form.replace(".%f", ""))
            if fraction:
                found = found.replace(microsecond=int(fraction[2][:6].ljust(6, "0")))
        if found.tzinfo is None and _names_utc(form):
            found = found.replace(tzinfo=UTC)
        return self.local(found)

    def _iso(self, text: str) -> str:
        found, is_iso = _year_first(text)
        # As it is written, where that says all: a copy in another file is then the same.
        is_told = is_iso and (found.tzinfo or self._zone is UTC)
        return text if is_told else self.local(found).isoformat()

    def _excel(self, text: str) -> str:
        days = number(text, "time")
        micros = int((days * _MICROSECONDS_A_DAY).to_integral_value())
        # Serials are floats: 9:00 is stored as 8:59:59.9999.
        moment = _EXCEL_START + timedelta(milliseconds=round(micros / 1_000))
        if not 1950 <= moment.year < 2200:
            raise Rejected("bad_time", "no serial number of a day")
        return self.local(moment).isoformat()


def as_written(text: str) -> datetime:
    """Return a time in a cell that no source describes, without a zone where it names none.

    It is read as a source without ``date_format`` reads it; an epoch time is in UTC. Raises
    Rejected (bad_time).
    """
    if _is_epoch(text):
        return _EPOCH + timedelta(microseconds=moment_of(text, "time"))
    return calendar_time(text) or _year_first(text)[0]


def _by_directives(text: str, form: str) -> datetime:
    # The caller sets the zone.
    return parsed_time(text, lambda told: datetime.strptime(told, form))  # noqa: DTZ007


def _year_first(text: str) -> tuple[datetime, bool]:
    """Return a time that is written with its year first, and whether it is ISO 8601's way."""
    try:
        return parsed_time(text, datetime.fromisoformat), True
    except ValueError:
        pass
    if not _YEAR_FIRST.fullmatch(text):
        raise Rejected("bad_time", "no ISO 8601 time; say how it is written by date_format")
    try:
        return parsed_time(text, _loosely_written), False
    except ValueError:
        raise Rejected("bad_time", "no such day or hour") from None


def _loosely_written(text: str) -> datetime:
    found = _YEAR_FIRST.fullmatch(text)
    if not found:
        raise ValueError(text)
    *parts, fraction, zone = found.groups()
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    micros = int((fraction or "")[:6].ljust(6, "0"))
    moment = datetime(year, month, day, hour, minute, second, micros)  # noqa: DTZ001
    if zone and zone[0] in "+-":
        return datetime.fromisoformat(f"{moment.isoformat()}{zone}")
    return moment.replace(tzinfo=UTC) if zone else moment


def _names_utc(form: str) -> bool:
    return any(name in form for name in _UTC_NAMES)


def leaves_zone_open(forms: Sequence[str], zone: str) -> bool:
    """Tell whether forms of times, or none, say nowhere whose clock those are of."""
    told = ("%z", *_UTC_NAMES)
    says = (form in (ISO, EPOCH) or any(name in form for name in told) for form in forms)
    return not zone and not (forms and all(says))


def _is_epoch(text: str) -> bool:
    # Programs write seconds with a fraction, and tables with gaps whole numbers with `.0`.
    digits, _, fraction = text.partition(".")
    is_number = digits.isdecimal() and (fraction.isdecimal() or digits == text)
    return is_number and len(digits) in _EPOCH_DIGITS


# What stands between thousands is alike: blanks of several widths, and apostrophes.
_BLANKS, _APOSTROPHES = " \u00a0\u2007\u2009\u202f", "'’"
_THOUSANDS = f",.{_APOSTROPHES}{_BLANKS}"
_SIGNED = re.compile(
    r"(?P<open>\()?(?P<word>[A-Za-z]{1,4}\s?)?(?P<minus>[-−+])?\s?"
    r"(?P<country>[A-Za-z]{0,3})(?P<sign>[¥￥$€£₹₩₽฿₫元])?\s?"
    rf"(?P<minus2>[-−])?(?P<digits>\d(?:[\d{_THOUSANDS}]*\d)?|[.,]\d+)"
    r"\s?(?P<minus3>[-−])?"
    r"(?:\s?(?P<unit>[A-Za-z]{1,3}|[¥￥$€£₹₩₽฿₫元]))?(?P<close>\))?"
)
_EXAMPLE = re.compile(rf"1(?P<thousands>[{_THOUSANDS}]?)299(?:(?P<decimal>[.,])\d*)?")
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")


def number_signs(example: str) -> tuple[str, str] | None:
    """Return the signs of thousands and decimals in `1,299.00`; None for what is no example."""
    found = _EXAMPLE.fullmatch(example.strip())
    if not found:
        return None
    thousands, decimal = found["thousands"], found["decimal"]
    if not decimal:
        decimal = "," if thousands == "." else "."
    return None if thousands == decimal else (thousands, decimal)


def number_reader(example: str) -> Callable[[str, str], Decimal]:
    """Return what reads numbers written like the example; without one, plain ones.

    Of signs and letters around a number only those of a currency are passed over. Raises Rejected
    for what is written otherwise: `1,299` is one and something, or more than a thousand.
    """
    thousands, decimal = (number_signs(example) if example else None) or ("", ".")
    groups = _groups(thousands, decimal)

    @lru_cache(maxsize=8_192)
    def read(text: str, name: str) -> Decimal:
        text = text.strip(WHITESPACE)
        if not example and _PLAIN.fullmatch(text):
            return Decimal(text)
        found = _SIGNED.fullmatch(text)
        if not found or not groups.fullmatch(found["digits"]):
            if not found:
                return number(text, name)
            wants = f"is not written like {example}" if example else "has signs; say numbers = "
            raise Rejected("bad_number", f"{name} {wants}" + ("" if example else '"1,299.00"'))
        _meant(found, name)
        digits = found["digits"]
        for sign in _alike(thousands):
            digits = digits.replace(sign, "")
        value = number(digits.replace(decimal, "."), name)
        minus = found["minus"] in ("-", "−") or found["minus2"] or found["minus3"]
        return -value if minus or (found["open"] and found["close"]) else value

    return read


@lru_cache(maxsize=8_192)
def currencies_told(text: str, name: str) -> frozenset[str]:
    """Return the currencies that the signs around a number may mean; none where it has no sign."""
    found = _SIGNED.fullmatch(text.strip(WHITESPACE))
    return _meant(found, name) if found else frozenset()


def _meant(number: re.Match[str], name: str) -> frozenset[str]:
    """Return what all signs of a number agree on: `12K` is no twelve, `HK$12` no US dollars."""
    signs = [sign for sign in number.group("word", "country", "sign", "unit") if sign]
    known = [meanings(sign) for sign in signs]
    meant = frozenset.intersection(*known) if known else frozenset()
    if signs and not meant:
        told = " ".join(sign.strip() for sign in signs)
        raise Rejected("bad_number", f"{name} is in {told}, which is no currency")
    return meant


def _alike(thousands: str) -> str:
    """Return all that is written for a sign: a space may be one that does not break."""
    for alike in (_BLANKS, _APOSTROPHES):
        if thousands and thousands in alike:
            return alike
    return thousands


def _groups(thousands: str, decimal: str) -> re.Pattern[str]:
    tail = rf"(?:{re.escape(decimal)}\d+)?"
    if not thousands:
        return re.compile(rf"\d*{tail}")
    sign = f"[{re.escape(_alike(thousands))}]"
    return re.compile(rf"\d*{tail}|\d{{1,3}}(?:{sign}\d{{2,3}})*{sign}\d{{3}}{tail}")


def scaled(value: Decimal, scale: int | str, currency: str | None) -> Decimal:
    """Return money that is counted in hundredths, or in the minor unit of its currency."""
    if scale != MINOR:
        return value / Decimal(scale)
    if not currency:
        raise Rejected("bad_value", "no currency to tell the minor unit by")
    return value.scaleb(-minor_unit(currency.strip(WHITESPACE).upper()))
