"""Settings -> what of them cannot be right, each with its cure, before anything is done by them."""

import difflib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, get_origin, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from warehouse.feeds import EVENTS, FEEDS
from warehouse.judging.currencies import ISO_4217
from warehouse.landing.encodings import is_readable
from warehouse.settings import WEBHOOK_KINDS, Settings, Source
from warehouse.storage.places import fault_in, place_of

# What a whole number may be; beyond it a setting does something nobody can want.
BOUNDS: Mapping[str, tuple[int, int]] = {
    "threads": (0, 1_024),
    "quiet_minutes": (1, 1_440),
    "keep_versions": (1, 1_000),
    "keep_history_days": (1, 3_650),
    "max_line_bytes": (1_024, 268_435_456),
    "max_future_days": (0, 366),
}
SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([kmgt])(i?)(?:b|bytes)?", re.IGNORECASE)
LEAST_MEMORY = 256 << 20
MOST_MEMORY = 1 << 50
FIRST_DAY = date(1970, 1, 1)
UNFIT_IN_PATHS = "'\"[]{}*?"

# What people write who mean a currency or a zone that has another code.
CURRENCIES = {
    **dict.fromkeys(("RMB", "CNH", "YUAN", "元", "人民币", "¥", "￥"), "CNY"),
    "YEN": "JPY",
    **dict.fromkeys(("EURO", "EUROS", "€"), "EUR"),
    **dict.fromkeys(("US$", "$", "USDT", "DOLLAR"), "USD"),
    **dict.fromkeys(("UKP", "STG", "£"), "GBP"),
    **dict.fromkeys(("NTD", "NT$"), "TWD"),
    "HK$": "HKD",
}
ZONES = {
    **dict.fromkeys(("beijing", "asia/beijing", "china", "utc+8", "gmt+8"), "Asia/Shanghai"),
    **dict.fromkeys(("+08:00", "+8", "cst", "bjt"), "Asia/Shanghai"),
}
# The country codes that are given out, by their first digits (E.164).
COUNTRY_CODES = re.compile(
    r"1|7|2([07]|1[12368]|[2346][0-9]|5[0-8]|9[01789])|3([0123469]|5[0-9]|7[0-8]|8[0-35-79])"
    r"|4([013-9]|2[013])|5([1-8]|0[0-9]|9[0-9])|6([0-6]|7[0-9]|8[0-35-9]|9[0-2])"
    r"|8([1246]|5[02356]|8[06])|9([0-58]|6[0-8]|7[0-79]|9[2-68])"
)

TYPES = ("track", "page", "screen", "identify", "group", "alias")
FIELDS = (
    *("type", "event", "userId", "anonymousId", "previousId", "groupId", "messageId"),
    *("timestamp", "originalTimestamp", "receivedAt", "sentAt"),
    *("properties", "traits", "context"),
)
OBJECTS = ("properties", "traits", "context")
KINDS: Mapping[Any, str] = {
    str: "a text in quotes",
    bool: "true or false",
    dict: "a table",
    int: "a whole number",
}


class Fault(NamedTuple):
    """What is wrong with a setting; ``source`` counts the mapped sources, from 0."""

    key: str
    what: str
    cure: str
    source: int | None = None


def faults_in(settings: Settings) -> Iterator[Fault]:
    """Look at every setting, whatever the others are."""
    yield from _clock(settings)
    yield from _money_and_phones(settings)
    yield from _limits(settings)
    yield from _places(settings)
    for number, source in enumerate(settings.sources):
        for fault in _source(source):
            what = f"source {source.name!r}: {fault.what}"
            yield fault._replace(what=what, source=number)
    names = [source.name for source in settings.sources]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Fault("name", f"two sources are called {name!r}", "rename one", number)


def _clock(settings: Settings) -> Iterator[Fault]:
    zone = settings.timezone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        meant = ZONES.get(zone.strip().lower().replace(" ", ""))
        near = [meant] if meant else difflib.get_close_matches(zone, available_timezones(), n=1)
        cure = f"did you mean {near[0]!r}?" if near else "use an IANA name: Asia/Shanghai, UTC"
        yield Fault("timezone", f"unknown time zone {zone!r}", cure)
    # A day of tolerance: somewhere it is tomorrow already.
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    first = settings.first_day
    if first and not FIRST_DAY <= first <= tomorrow:
        what = f"first_day {first} is {'in the future' if first > tomorrow else 'before 1970'}"
        yield Fault("first_day", what, "give the first day whose events are to count")


def _money_and_phones(settings: Settings) -> Iterator[Fault]:
    given = settings.currency
    if given.upper() not in ISO_4217:
        meant = CURRENCIES.get(given.strip().upper())
        cure = f"did you mean {meant!r}?" if meant else "use an ISO 4217 code such as CNY or USD"
        yield Fault("currency", f"unknown currency {given!r}", cure)
    if not COUNTRY_CODES.fullmatch(settings.phone_country.removeprefix("+")):
        what = f"unknown country code {settings.phone_country!r}"
        cure = "use the digits that stand behind the plus, such as 86 or 1"
        yield Fault("phone_country", what, cure)


def _limits(settings: Settings) -> Iterator[Fault]:
    for key, (least, most) in BOUNDS.items():
        value = getattr(settings, key)
        if not least <= value <= most:
            yield Fault(key, f"{key} cannot be {value}", f"give {least} to {most}")
    if settings.memory_limit and not LEAST_MEMORY <= size_of(settings.memory_limit) <= MOST_MEMORY:
        what = f"memory_limit cannot be {settings.memory_limit!r}"
        yield Fault("memory_limit", what, "give a size of at least 256MB, such as 4GB or 800MiB")
    # Such addresses hold secrets: what is wrong is told without them.
    if url := settings.webhook_url:
        try:
            parts = urlsplit(url)
            is_fit = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            is_fit = False
        if not is_fit or re.search(r"\s", url):
            cure = "give the whole address, as https://example.org/hook"
            yield Fault("webhook_url", "webhook_url is no http or https address", cure)
    if (kind := settings.webhook_kind) and kind not in WEBHOOK_KINDS:
        near = difflib.get_close_matches(kind.lower(), WEBHOOK_KINDS, n=1)
        cure = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(WEBHOOK_KINDS)}"
        yield Fault("webhook_kind", f"unknown webhook_kind {kind!r}", cure)


def size_of(text: str) -> int:
    """Return a size as DuckDB reads it, in bytes; 0 for what it does not, or takes for no limit."""
    found = SIZE.fullmatch(text.strip())
    if not found:
        return 0
    number, unit, binary = found.groups()
    base = 1_024 if binary else 1_000
    return int(float(number) * base ** (1 + "kmgt".index(unit.lower())))


def _places(settings: Settings) -> Iterator[Fault]:
    unfit = False
    for name in ("landing", "lake", "spark_warehouse"):
        if fault := fault_in(getattr(settings, name)):
            unfit = True
            yield Fault(name, f"{name}: {fault[0]}", fault[1])
    if unfit:
        return
    places = [("home", settings.home), ("lake", settings.lake_root)]
    places.append(("spark_warehouse", place_of(settings.spark_tables)))
    if not isinstance(settings.landing_root, Path):
        places.append(("landing", settings.landing_root))
    for name, path in places:
        # These mean something else to SQL, or to the patterns by which a lake is read.
        if found := sorted(set(str(path)) & set(UNFIT_IN_PATHS)):
            what = f"the {name} folder has {' '.join(found)} in its path: {path}"
            yield Fault(name, what, "choose a path without quotes, brackets and wildcards")
    landing, lake = (str(p).rstrip("/") for p in (settings.landing_root, settings.lake_root))
    if f"{landing}/".startswith(f"{lake}/") or f"{lake}/".startswith(f"{landing}/"):
        what = f"landing and lake lie in one another: {landing}, {lake}"
        key = "lake" if settings.lake else "landing"
        yield Fault(key, what, "give each a folder of its own: what arrives, and what is kept")


def _source(source: Source) -> Iterator[Fault]:
    hints = get_type_hints(Source)
    wrong = [
        (key, KINDS[kind])
        for key, hint in hints.items()
        if (kind := get_origin(hint) or hint) in KINDS
        and not isinstance(getattr(source, key), kind)
    ]
    for key, wanted in wrong:
        yield Fault(key, f"{key} cannot be {getattr(source, key)!r}", f"give {wanted}")
    if not wrong:
        yield from _fields(source)
        yield from _dates(source)
        yield from _text(source)


def _text(source: Source) -> Iterator[Fault]:
    """Look at how the text of a source is said to be written."""
    encoding, delimiter, quote = source.encoding, source.delimiter, source.quote
    if encoding and not is_readable(encoding):
        cure = "use a name such as utf-8, gb18030, big5, shift_jis, windows-1252 or utf-16"
        yield Fault("encoding", f"no encoding of texts that is known: {encoding!r}", cure)
    one = "give one ASCII character in quotes"
    if not _is_sign(delimiter):
        yield Fault("delimiter", f"delimiter cannot be {delimiter!r}", one)
    if quote and not _is_sign(quote):
        cure = f'{one}, or "" where nothing is quoted'
        yield Fault("quote", f"quote cannot be {quote!r}", cure)
    if quote == delimiter:
        cure = "name the sign that each of them is"
        yield Fault("quote", "quote and delimiter are the same sign", cure)
    if source.skip_lines < 0 or isinstance(source.skip_lines, bool):
        cure = "give the number of lines above the header, 0 or more"
        yield Fault("skip_lines", f"skip_lines cannot be {source.skip_lines!r}", cure)


def _is_sign(text: str) -> bool:
    return len(text) == 1 and text.isascii() and text not in "\r\n\0"


def _dates(source: Source) -> Iterator[Fault]:
    form, probe = source.date_format, datetime(2026, 1, 31, 13, 45, 59, tzinfo=UTC)
    if not form:
        return
    try:
        is_fit = datetime.strptime(probe.strftime(form), form).date() == probe.date()  # noqa: DTZ007
    except ValueError:
        is_fit = False
    if not is_fit:
        what = f"date_format {form!r} does not say year, month and day"
        cure = "write it as '%Y-%m-%d %H:%M:%S': % before each letter"
        yield Fault("date_format", what, cure)


def _fields(source: Source) -> Iterator[Fault]:
    feed = FEEDS[source.feed]
    known = FIELDS if source.feed == EVENTS else tuple(each.name for each in feed.columns)
    for key in ("columns", "constants"):
        for name in getattr(source, key):
            first, dot, rest = name.partition(".")
            if source.feed == EVENTS and (first in OBJECTS if dot else first in FIELDS):
                if not dot or rest:
                    continue
            elif source.feed != EVENTS and name in known:
                continue
            yield Fault(key, f"unknown field {name!r}", _nearest_field(name, known, source))
    kind: Any = source.constants.get("type")
    if source.feed == EVENTS and "type" in source.constants and kind not in TYPES:
        near = difflib.get_close_matches(str(kind), TYPES, n=1)
        cure = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(TYPES)}"
        yield Fault("constants", f"type cannot be {kind!r}", cure)


def _nearest_field(name: str, known: tuple[str, ...], source: Source) -> str:
    first, dot, rest = name.partition(".")
    if dot and source.feed == EVENTS:
        near = difflib.get_close_matches(first.lower(), OBJECTS, n=1, cutoff=0)
        return f"did you mean '{near[0]}.{rest}'?"
    folded = {each.lower(): each for each in known}
    bare = re.sub(r"[^a-z]", "", name.lower())
    near = [folded[bare]] if bare in folded else []
    near = near or [
        folded[each] for each in difflib.get_close_matches(name.lower(), folded, n=1, cutoff=0.7)
    ]
    if near:
        return f"did you mean {near[0]!r}?"
    if source.feed != EVENTS:
        return f"known: {', '.join(known)}"
    return f"put it into an object, as 'properties.{name}', or use one of {', '.join(known)}"
