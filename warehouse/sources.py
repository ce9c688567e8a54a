"""`[[sources]]` of userops.toml -> Source, and what of it cannot be right, each with its cure."""

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from warehouse.errors import UserError
from warehouse.feeds import EVENTS, FEEDS
from warehouse.landing.encodings import is_readable
from warehouse.settings import FORMATS, Source

TYPES = ("track", "page", "screen", "identify", "group", "alias")
FIELDS = (
    *("type", "event", "userId", "anonymousId", "previousId", "groupId", "messageId"),
    *("timestamp", "originalTimestamp", "receivedAt", "sentAt"),
    *("properties", "traits", "context"),
)
OBJECTS = ("properties", "traits", "context")
SQL_FILE = ".sql"
ROW_COLUMNS = frozenset({"row", "left_out"})
# What people write who mean a zone that has another name.
ZONES = {
    **dict.fromkeys(("beijing", "asia/beijing", "china", "utc+8", "gmt+8"), "Asia/Shanghai"),
    **dict.fromkeys(("+08:00", "+8", "cst", "bjt"), "Asia/Shanghai"),
}
_TEXTS = (
    *(
        "name",
        "glob",
        "delimiter",
        "encoding",
        "quote",
        "timezone",
        "numbers",
        "sql",
        "order_id",
        "rows",
    ),
)
Fault = tuple[str, str, str]  # the key, what is wrong, and the cure

# How the rows of another feed are read is said by the feed.
_OF_EVENTS = frozenset(
    {
        *("date_format", "timezone", "nulls", "values", "where", "where_not", "numbers", "scale"),
        *("types", "drop", "sql", "order_id", "rows"),
    }
)


def unknown_key(key: str, known: Collection[str], where: str) -> UserError:
    """Return the refusal of a name that nobody knows, with the nearest that somebody does."""
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    cure = f"did you mean {near[0]!r}?" if near else f"known settings: {', '.join(known)}"
    return UserError(f"unknown setting {key!r}", where=where, cure=cure)


def unknown_zone(zone: str) -> str:
    """Return the cure for a time zone that nobody knows; for one that is known, nothing."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        meant = ZONES.get(zone.strip().lower().replace(" ", ""))
        near = [meant] if meant else difflib.get_close_matches(zone, available_timezones(), n=1)
        return f"did you mean {near[0]!r}?" if near else "use an IANA name: Asia/Shanghai, UTC"
    return ""


def source_of(item: Any, where: str, folder: Path) -> Source:
    """Return a source as it is written; ``folder`` is where a query of its own lies.

    One text may stand where a list of them may. Raises UserError for what is no source at all.
    """
    if not isinstance(item, dict):
        raise UserError("a source is a table", where=where, cure="write [[sources]] above its keys")
    known = [field.name for field in fields(Source)]
    for key in item:
        if key not in known:
            raise unknown_key(key, known, where)
    for key in ("name", "glob", "columns"):
        if key not in item:
            raise UserError(f"a source lacks {key!r}", where=where, cure=f"add {key} = ...")
    given: dict[str, Any] = {"constants": {}, "format": ""} | item
    for key, of_each in _TABLES.items():
        if isinstance(table := given.get(key, {}), dict):
            given[key] = {name: of_each(value) for name, value in table.items()}
    for key in ("nulls", "drop"):
        given[key] = _texts(given.get(key, ()))
    if isinstance(given.get("date_format"), list):
        given["date_format"] = _texts(given["date_format"])
    given["sql"] = _query_of(given.get("sql", ""), item["name"], folder)
    _refuse_choices(given, where)
    return Source(**given)


def faults_of(source: Source) -> Iterator[Fault]:
    """Look at every key of a source, whatever the others are."""
    wrong = list(_kinds(source))
    yield from wrong
    if wrong:
        return
    if source.feed != EVENTS:
        yield from _dialect(source)
        yield from _of_feed(source)
        return
    wrong = [
        *_dialect(source),
        *_times(source),
        *_numbers(source),
        *_names(source),
        *_fields(source),
    ]
    yield from wrong or _needs(source)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, value if isinstance(value, (list, tuple)) else [value]))


def _text(value: Any) -> str:
    """Return a value of TOML as files write it: its numbers and truths are texts there."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _renamed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {_text(theirs): _text(ours) for theirs, ours in value.items()}


# What the values of each table become.
_TABLES: Mapping[str, Callable[[Any], Any]] = {
    "columns": lambda column: tuple(column) if isinstance(column, list) else column,
    "constants": lambda value: value,
    "types": lambda value: value,
    "values": _renamed,
    "where": _texts,
    "where_not": _texts,
}


def _query_of(sql: Any, name: str, folder: Path) -> Any:
    """Return the query itself: what lies in a file is read, so that a change of it counts."""
    if not isinstance(sql, str) or not sql.strip().endswith(SQL_FILE):
        return sql
    path = folder / sql.strip()
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"source {name!r}: its sql cannot be read: {error}",
            where=str(path),
            cure="the path counts from the folder of userops.toml; the file is UTF-8",
        ) from error


def _refuse_choices(given: Mapping[str, Any], where: str) -> None:
    choices = (
        ("format", ("", *FORMATS), ""),
        ("feed", tuple(FEEDS), EVENTS),
        ("order_id", ("", "row"), ""),
    )
    for key, allowed, default in choices:
        value = given.get(key, default)
        if value not in allowed:
            raise UserError(
                f"source {given['name']!r}: unknown {key} {value!r}",
                where=where,
                cure=f"use one of {', '.join(filter(None, allowed))}",
            )


def _kinds(source: Source) -> Iterator[Fault]:
    """Tell what is of another kind than its key."""
    for key in _TABLES:
        if not isinstance(getattr(source, key), Mapping):
            yield key, f"{key} cannot be {getattr(source, key)!r}", "give a table: { field = ... }"
            return
    for key in _TEXTS:
        if not isinstance(getattr(source, key), str):
            yield key, f"{key} cannot be {getattr(source, key)!r}", "give a text in quotes"
    if not isinstance(source.skip_lines, int):
        yield "skip_lines", f"skip_lines cannot be {source.skip_lines!r}", "give a whole number"
    if not isinstance(source.header, bool):
        yield "header", f"header cannot be {source.header!r}", "give true or false"
    if not isinstance(source.date_format, (str, tuple)):
        what = f"date_format cannot be {source.date_format!r}"
        yield "date_format", what, "give a text in quotes, or a list of them"
    for name, column in source.columns.items():
        listed = (column,) if isinstance(column, str) else column
        is_list = isinstance(listed, tuple) and bool(listed)
        if not is_list or not all(isinstance(each, str) and each.strip() for each in listed):
            what = f"columns has no column for {name!r}: {column!r}"
            yield "columns", what, "give the column's name in quotes, or a list of them"
    for name, renamed in source.values.items():
        if not isinstance(renamed, Mapping):
            what = f"values cannot be {renamed!r} for {name!r}"
            yield "values", what, 'give a table: { "their word" = "ours" }'


def _dialect(source: Source) -> Iterator[Fault]:
    """Look at how the text of a source is said to be written."""
    encoding, delimiter, quote = source.encoding, source.delimiter, source.quote
    if encoding and not is_readable(encoding):
        cure = "use a name such as utf-8, gb18030, big5, shift_jis, windows-1252 or utf-16"
        yield "encoding", f"no encoding of texts that is known: {encoding!r}", cure
    if source.rows and source.format not in ("", "ndjson"):
        yield "rows", f"rows are of JSON, and the format is {source.format!r}", "take rows away"
    elif source.rows and not all(map(str.strip, source.rows.split("."))):
        cure = 'write the names on the way with dots between them, as "data.items"'
        yield "rows", f"rows cannot be {source.rows!r}", cure
    one = "give one ASCII character in quotes"
    if not _is_sign(delimiter):
        yield "delimiter", f"delimiter cannot be {delimiter!r}", one
    if quote and not _is_sign(quote):
        cure = f'{one}, or "" where nothing is quoted'
        yield "quote", f"quote cannot be {quote!r}", cure
    if quote == delimiter:
        cure = "name the sign that each of them is"
        yield "quote", "quote and delimiter are the same sign", cure
    if source.skip_lines < 0 or isinstance(source.skip_lines, bool):
        cure = "give the number of lines above the header, 0 or more"
        yield "skip_lines", f"skip_lines cannot be {source.skip_lines!r}", cure


def _is_sign(text: str) -> bool:
    return len(text) == 1 and text.isascii() and text not in "\r\n\0"


def _of_feed(source: Source) -> Iterator[Fault]:
    """Look at what maps the columns of a CSV feed: names, and nothing else."""
    plain = {field.name: field.default for field in fields(Source)}
    for key in sorted(_OF_EVENTS):
        if getattr(source, key) and getattr(source, key) != plain[key]:
            cure = f"a file of {source.feed} has columns and constants, and no other key"
            yield key, f"{key} is of events", cure
    known = tuple(each.name for each in FEEDS[source.feed].columns)
    for key in ("columns", "constants"):
        for name in getattr(source, key):
            if name not in known:
                yield key, f"unknown field {name!r}", _nearest_field(name, known, source)
    for name, column in source.columns.items():
        if not isinstance(column, str):
            yield "columns", f"several columns for {name!r}", "name one column"


def _times(source: Source) -> Iterator[Fault]:
    from warehouse.judging.readings import WORDS

    if source.timezone and (cure := unknown_zone(source.timezone)):
        yield "timezone", f"unknown time zone {source.timezone!r}", cure
    probe = datetime(2026, 1, 31, 13, 45, 59, tzinfo=UTC)
    for form in source.date_formats:
        if form in WORDS:
            continue
        try:
            is_fit = datetime.strptime(probe.strftime(form), form).date() == probe.date()  # noqa: DTZ007
        except ValueError:
            is_fit = False
        if not is_fit:
            what = f"date_format {form!r} does not say year, month and day"
            cure = f"write it as '%Y-%m-%d %H:%M:%S', or one of {', '.join(WORDS)}"
            yield "date_format", what, cure


def _numbers(source: Source) -> Iterator[Fault]:
    from warehouse.judging.mapping import TYPES as KINDS
    from warehouse.judging.readings import MINOR, number_signs

    if source.numbers and number_signs(source.numbers) is None:
        cure = 'write 1299 as the file would: "1,299.00", "1.299,00", "1 299,00" or "1299,00"'
        yield "numbers", f"numbers cannot be {source.numbers!r}", cure
    is_count = isinstance(source.scale, int) and not isinstance(source.scale, bool)
    if source.scale != MINOR and not (is_count and int(source.scale) > 0):
        cure = f'write scale = 100 for hundredths, or scale = "{MINOR}" for each currency\'s own'
        yield "scale", f"scale cannot be {source.scale!r}", cure
    currencies = {"properties.currency", "currency"}
    if source.scale == MINOR and not currencies & {*source.columns, *source.constants}:
        yield "scale", "no currency says which minor unit", 'map "properties.currency"'
    for kind in source.types.values():
        if kind not in KINDS:
            yield "types", f"types cannot be {kind!r}", nearest(str(kind), KINDS)


def _names(source: Source) -> Iterator[Fault]:
    """Tell what speaks of a field that is not mapped."""
    for key in ("values", "types"):
        for name in getattr(source, key):
            if name not in source.columns:
                yield key, f"{key} has {name!r}, and no column is", nearest(name, source.columns)


def _fields(source: Source) -> Iterator[Fault]:
    """Tell what no event has, or can be."""
    try:
        made = _made(source)
    except UserError as error:
        yield "sql", error.what, error.cure
        return
    told = (("sql" if source.sql else "columns", made), ("constants", source.constants))
    for key, names in (*told, ("drop", source.drop)):
        for name in sorted(names):
            first, dot, rest = name.partition(".")
            if not ((first in OBJECTS and rest) if dot else first in FIELDS):
                yield key, f"unknown field {name!r}", _nearest_field(name, FIELDS, source)
    kinds = [("constants", source.constants.get("type", "track"))]
    kinds += [("values", told) for told in source.values.get("type", {}).values()]
    for key, kind in () if source.sql else kinds:
        if kind and kind not in TYPES:
            yield key, f"type cannot be {kind!r}", nearest(str(kind), TYPES)


def _needs(source: Source) -> Iterator[Fault]:
    """Tell what no line can do without, and no column gives."""
    known = {*_made(source), *source.constants}
    if "type" not in known:
        yield "columns", "nothing says the type", 'add constants = { type = "track" }'
    if not {"userId", "anonymousId"} & known:
        yield "columns", "nothing says who it was", "map userId, anonymousId or both"
    if not {"timestamp", "receivedAt"} & known:
        yield "columns", "nothing says when it was", "map timestamp"


def _made(source: Source) -> Collection[str]:
    """Return the fields of the events that a source makes; raises UserError for a bad query."""
    if not source.sql:
        return source.columns
    from warehouse.judging.shaping import columns_made

    return columns_made(source).keys() - ROW_COLUMNS


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known name was probably meant, else all of them."""
    listed = list(known)
    near = difflib.get_close_matches(name, listed, n=1)
    return f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(listed)}"


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
