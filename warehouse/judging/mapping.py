"""What a source's mapping asks of a table: its columns, what they hold, which rows are wanted."""

from collections.abc import Callable, Iterable
from typing import Any

from warehouse.judging.lookup import Getter, Lookup, is_optional, names_in
from warehouse.judging.written import put, written
from warehouse.settings import Source

OBJECTS = ("properties", "traits", "context")
TEXT, TIME, NUMBER, MONEY, OBJECT = TYPES = ("text", "time", "number", "money", "object")
# What a field holds by the last part of its name, where a source does not say otherwise.
KINDS = (
    dict.fromkeys(("timestamp", "receivedAt", "sentAt", "originalTimestamp"), TIME)
    | dict.fromkeys(("revenue", "total", "value", "price", "subtotal", "tax", "shipping"), MONEY)
    | dict.fromkeys(("discount", "cost", "amount", "refunded"), MONEY)
    | dict.fromkeys(("quantity", "points", "score"), NUMBER)
)


def kind_of(name: str, source: Source | None) -> str:
    """Return what a field holds: told by the source, else by its name."""
    if source and name in source.types:
        return source.types[name]
    return OBJECT if name in OBJECTS else KINDS.get(name.rpartition(".")[2], TEXT)


def sought(source: Source) -> dict[str, Getter]:
    """Return what a source asks of its files, but for what they may lack: told as it is written.

    Columns, and those by which rows are chosen; one of a list is enough.
    """
    asked = [*source.columns.values(), *source.where, *source.where_not]
    lookup = Lookup(written)
    return {
        " or ".join(names_in(column)): lookup.getter(column)
        for column in asked
        if not is_optional(column)
    }


def needed_columns(source: Source) -> frozenset[str]:
    """Return the columns without which no table can be right, told by its header alone."""
    asked = [*source.columns.values(), *source.where, *source.where_not]
    told = [each for each in asked if isinstance(each, str) and not is_optional(each)]
    return frozenset(name for each in told for name in names_in(each) if "." not in name)


def columns_of(source: Source, *fields: str) -> frozenset[str]:
    """Return the columns that are read for some fields (default: for all), by their names."""
    chosen = [source.columns[name] for name in fields or source.columns if name in source.columns]
    return frozenset(name for column in chosen for name in names_in(column))


def amounts_in(source: Source | None, names: Iterable[str]) -> frozenset[str]:
    """Return which columns of a table hold money or quantities that no source says the signs of."""
    if source is None:
        return frozenset(name for name in names if kind_of(name, None) in (MONEY, NUMBER))
    told = [name for name in source.columns if kind_of(name, source) in (MONEY, NUMBER)]
    return columns_of(source, *told) if told and not source.numbers else frozenset()


def rules_of(
    source: Source, lookup: Lookup
) -> list[tuple[str, Getter, Callable[[str], bool], bool]]:
    """Return the rules by which rows are chosen: name, column, test, and what the test must say."""
    return [
        (f"{key} {column}", lookup.getter(column), _pattern(wanted), key == "where")
        for key, chosen in (("where", source.where), ("where_not", source.where_not))
        for column, wanted in chosen.items()
    ]


def _pattern(texts: Iterable[str]) -> Callable[[str], bool]:
    """Return a test for one of the texts, each exact or with ``*`` at one end."""
    exact = frozenset(text for text in texts if text == "*" or "*" not in (text[:1], text[-1:]))
    starts = tuple(text[:-1] for text in texts if text not in exact and text.endswith("*"))
    ends = tuple(text[1:] for text in texts if text not in exact and text.startswith("*"))

    def fits(text: str) -> bool:
        return text in exact or (
            bool(starts or ends) and (text.startswith(starts) or text.endswith(ends))
        )

    return fits


def constants_of(source: Source | None) -> dict[str, Any]:
    """Return the event that a source says of each row, before the row says anything."""
    event: dict[str, Any] = {}
    for name, value in source.constants.items() if source else ():
        put(event, tuple(name.split(".")), value)
    return event
