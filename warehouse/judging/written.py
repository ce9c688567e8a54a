"""Values of tables, typed or as JSON has them -> how they are written in a line, losing nothing."""

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from warehouse.judging.lookup import ABSENT, named_values, opened
from warehouse.judging.repeats import refuse_repeats_within
from warehouse.judging.values import Rejected

encode = msgspec.json.Encoder(decimal_format="number").encode
_as_anything = msgspec.json.Decoder().decode
_as_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def written(value: Any) -> str:
    """Return a value as text: numbers as they are written, truth as JSON has it."""
    if isinstance(value, str):
        return value
    if value is None or value is ABSENT:
        return ""
    if isinstance(value, msgspec.Raw):
        found = json_value(value)
        return found if isinstance(found, str) else "" if found is None else bytes(value).decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def json_value(value: Any) -> Any:
    """Return a value of a typed file as JSON can hold it without loss."""
    if isinstance(value, msgspec.Raw):
        # Numbers stay as they are written; only texts and null need to be known as such.
        return _as_anything(value) if bytes(value)[:1] in (b'"', b"n") else value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, dict):
        return json_values(value)
    return value


def json_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a row as JSON can hold them, by the same names."""
    return {name: json_value(value) for name, value in values.items()}


def object_of(field: str, value: Any) -> Any:
    """Return an object's fields as written; an array of names and values is one, too."""
    if isinstance(value, (str, msgspec.Raw)):
        text = value if isinstance(value, str) else bytes(value).decode()
        if not text.startswith("["):
            return _parsed_object(field, text)
    if isinstance(listed := opened(value), list) and (fields := named_values(listed)) is not None:
        return fields
    return _parsed_object(field, text) if isinstance(value, (str, msgspec.Raw)) else value


def _parsed_object(field: str, text: str) -> dict[str, Any]:
    """Read JSON text to its fields, kept as written; what is no JSON must not reach the line."""
    try:
        raw = text.encode()
        fields = _as_fields(raw)
        refuse_repeats_within(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise Rejected("bad_json", f"{field}: {error}") from None
    return dict(fields)


def put(event: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set a field of an event, inside the objects of its path; raises Rejected if one is none."""
    if len(path) == 1:
        event[path[0]] = dict(value) if isinstance(value, dict) else value
        return
    inner = event.setdefault(path[0], {})
    if not isinstance(inner, dict):
        raise Rejected("bad_value", f"{path[0]} is not an object")
    put(inner, path[1:], value)


def drop(event: dict[str, Any], path: tuple[str, ...]) -> None:
    """Take a field out of an event, where it is there."""
    inner = event.get(path[0])
    if len(path) == 1:
        event.pop(path[0], None)
    elif isinstance(inner, dict):
        drop(inner, path[1:])
