"""Settings -> what of them cannot be right, each with its cure, before anything is done by them."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from warehouse.judging.currencies import ISO_4217
from warehouse.settings import WEBHOOK_KINDS, Settings
from warehouse.sources import faults_of, nearest, unknown_zone
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
LEAST_MEMORY = 256_000_000
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
# The country codes that are given out, by their first digits (E.164).
COUNTRY_CODES = re.compile(
    r"1|7|2([07]|1[12368]|[2346][0-9]|5[0-8]|9[01789])|3([0123469]|5[0-9]|7[0-8]|8[0-35-79])"
    r"|4([013-9]|2[013])|5([1-8]|0[0-9]|9[0-9])|6([0-6]|7[0-9]|8[0-35-9]|9[0-2])"
    r"|8([1246]|5[02356]|8[06])|9([0-58]|6[0-8]|7[0-79]|9[2-68])"
)


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
        for key, what, cure in faults_of(source):
            yield Fault(key, f"source {source.name!r}: {what}", cure, number)
    names = [source.name for source in settings.sources]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Fault("name", f"two sources are called {name!r}", "rename one", number)


def _clock(settings: Settings) -> Iterator[Fault]:
    if cure := unknown_zone(settings.timezone):
        yield Fault("timezone", f"unknown time zone {settings.timezone!r}", cure)
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
        cure = nearest(kind.lower(), WEBHOOK_KINDS)
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
