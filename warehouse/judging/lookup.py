"""A column as a mapping names it -> its value in a row: by name, by path, by the key of an array.

Nothing is converted here beside wrappers that only name a type (`{"$numberLong": "1"}`).
"""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, Final

import msgspec

JOINED = " + "
OPTIONAL = "?"
Values = Mapping[str, Any]
# Where rows of an array keep the name of what they hold, and what they hold.
KEYS = ("key", "name")
VALUE = "value"
# What MongoDB and DynamoDB wrap around a value to name its type.
_WRAPPERS = frozenset({"$numberLong", "$numberInt", "$numberDouble", "$numberDecimal"})
_WRAPPERS |= {"$oid", "$date", "$uuid", "S", "N", "BOOL"}
# BigQuery's union of types: `{"string_value": "JPY", "int_value": null}`.
_TYPED = "_value"

_as_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_as_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_as_anything = msgspec.json.Decoder().decode


class Nothing(Enum):
    """A row does not have a column at all, which is not the same as an empty cell."""

    ABSENT = "absent"


ABSENT: Final = Nothing.ABSENT
Getter = Callable[[Values], Any]


def names_in(column: str | Iterable[str]) -> list[str]:
    """Return the columns that are read for a field, without the sign of what files may lack."""
    listed = [column] if isinstance(column, str) else list(column)
    parts = [part for each in listed for part in each.split(JOINED)]
    return [part.strip().removesuffix(OPTIONAL) for part in parts]


def is_optional(column: str | Iterable[str]) -> bool:
    """Tell whether files may lack a column: it ends in ``?``, or all columns of a list do."""
    return all(
        each.endswith(OPTIONAL) for each in ([column] if isinstance(column, str) else column)
    )


def is_name(column: str) -> bool:
    """Tell whether a column is a plain name: no path, none of several joined."""
    return "." not in column and JOINED not in column


class Lookup:
    """Reads columns of rows, one after another: an object is opened once for all its columns."""

    def __init__(self, text_of: Callable[[Any], str]) -> None:
        self._text_of = text_of
        self._last: tuple[Any, Any] = (None, None)

    def getter(self, column: str | Iterable[str]) -> Getter:
        """Return what reads a column, the first of a list with a value, or several joined by ``/``.

        It returns ABSENT where a row has none of the columns, and None for an empty value.
        """
        if not isinstance(column, str):
            return _first([self.getter(each) for each in column])
        name = column.removesuffix(OPTIONAL)
        if JOINED in name:
            parts = [self.getter(part.strip()) for part in name.split(JOINED)]
            return _joined(name, parts, self._text_of)
        if "." not in name:
            return lambda values: values.get(name, ABSENT)
        first, _, rest = name.partition(".")

        def by_path(values: Values) -> Any:
            if name in values:
                return values[name]
            outer = values.get(first)
            if outer is None:
                return _reach(values, name)
            inner = self._opened(outer)
            if inner.__class__ is dict and rest in inner:
                return inner[rest]
            found = _reach(inner, rest)
            return _reach(values, name) if found is ABSENT and "." in rest else found

        return by_path

    def _opened(self, value: Any) -> Any:
        last, found = self._last
        if value is not last:
            found = opened(value)
            self._last = (value, found)
        return found


def bare(value: Any) -> Any:
    """Take the wrapper that only names a type from a value that ought to be no object."""
    fields = opened(value)
    while isinstance(fields, Mapping):
        told = [name for name, inner in fields.items() if not _is_null(inner)]
        if len(told) != 1 or not (told[0] in _WRAPPERS or told[0].endswith(_TYPED)):
            return value
        value = fields[told[0]]
        fields = opened(value)
    return value


def opened(value: Any) -> Any:
    """Return JSON text of an object or a list as such, its parts unread; all else as it is."""
    if isinstance(value, msgspec.Raw):
        start = bytes(value)[:1].decode("latin-1")
    elif isinstance(value, str):
        start = value[:1]
    else:
        return value
    if start == "{":
        return _decoded(_as_fields, value)
    return _decoded(_as_items, value) if start == "[" else value


def named_values(items: list[Any]) -> dict[str, Any] | None:
    """Return an array of names and values as an object; None for any other array."""
    fields: dict[str, Any] = {}
    for item in map(opened, items):
        key = next((k for k in KEYS if isinstance(item, Mapping) and k in item), "")
        name = _text(item[key]) if key else None
        if not isinstance(name, str) or name in fields:
            return None
        fields[name] = bare(item.get(VALUE))
    return fields


def _decoded(decode: Callable[[Any], Any], value: Any) -> Any:
    try:
        return decode(value)
    except (msgspec.MsgspecError, RecursionError):
        return value


def _first(getters: list[Getter]) -> Getter:
    def first(values: Values) -> Any:
        found = ABSENT
        for get in getters:
            value = get(values)
            if value is not ABSENT:
                if not _is_empty(value):
                    return value
                found = None
        return found

    return first


def _joined(name: str, getters: list[Getter], text_of: Callable[[Any], str]) -> Getter:
    def joined(values: Values) -> Any:
        if name in values:
            return values[name]
        parts = [get(values) for get in getters]
        if all(part is ABSENT for part in parts):
            return ABSENT
        texts = ["" if part is ABSENT else text_of(bare(part)) for part in parts]
        return "/".join(texts) if any(texts) else None

    return joined


def _reach(found: Any, path: str) -> Any:
    """Follow dots into objects and arrays; a name that holds dots itself is tried first."""
    found = opened(found)
    if isinstance(found, Mapping):
        if path in found:
            return found[path]
        end = path.find(".")
        while end > 0:
            inner = found.get(path[:end], ABSENT)
            if inner is not ABSENT and (value := _reach(inner, path[end + 1 :])) is not ABSENT:
                return value
            end = path.find(".", end + 1)
    elif isinstance(found, list):
        step, _, rest = path.partition(".")
        for item in map(opened, found):
            if isinstance(item, Mapping) and _names(item, step):
                if not rest:
                    return item.get(VALUE, ABSENT)
                value = _reach(item, rest)
                return _reach(item.get(VALUE), rest) if value is ABSENT else value
        if step.isdecimal() and int(step) < len(found):
            return _reach(found[int(step)], rest) if rest else found[int(step)]
    return ABSENT


def _names(item: Mapping[str, Any], step: str) -> bool:
    return any(_text(item.get(key)) == step for key in KEYS)


def _text(value: Any) -> Any:
    is_text = isinstance(value, msgspec.Raw) and bytes(value)[:1] == b'"'
    return _as_anything(value) if is_text else value


def _is_null(value: Any) -> bool:
    return value is None or (isinstance(value, msgspec.Raw) and bytes(value) == b"null")


def _is_empty(value: Any) -> bool:
    if isinstance(value, msgspec.Raw):
        return bytes(value) in (b"null", b'""')
    return value is None or value == ""
