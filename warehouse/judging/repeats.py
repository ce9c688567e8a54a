"""JSON text -> no name stands twice in one object, no float beyond what engines hold, one writing.

JSON decoders keep the last of two equal names without a word. The quick tests here answer "surely
not repeated" or "look closer"; the exact ones raise Rejected.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from warehouse.judging.values import Rejected

_as_anything = msgspec.json.Decoder().decode
_as_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode
_sorted = msgspec.json.Encoder(order="sorted").encode
_format = msgspec.json.format


def are_plain(*parts: bytes) -> bool:
    """Tell whether JSON texts are objects that decode and encode to themselves, spaces aside."""
    text = b"[" + b",".join(parts) + b"]"
    try:
        values = _as_anything(text)
        written = _encode(values)
        is_same = written == text or written == _format(text, indent=-1)
        return is_same and {dict}.issuperset(map(type, values))
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return False


def canonical_json(part: bytes | None) -> bytes | None:
    """Return JSON text the one way all its writings have in common; None stays None.

    Order of names, spaces, escapes and `1.0` for `1` make no difference. What cannot be decoded
    stays as it came. Good for comparing, not for keeping: numbers are floats here.
    """
    if part is None:
        return None
    try:
        return _plainly(_as_anything(part))
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return part


def canonical_parts(parts: Sequence[bytes | None]) -> list[bytes | None]:
    """Return the canonical JSON of many parts; of equal ones, as contexts are, it is made once."""
    distinct = list(dict.fromkeys(filter(None, parts)))
    try:
        values = _as_anything(b"[" + b",".join(distinct) + b"]")
        known = dict(zip(distinct, map(_plainly, values), strict=True))
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        known = {part: canonical_json(part) or part for part in distinct}
    return [part and known[part] for part in parts]


def _plainly(value: Any) -> bytes:
    text = _sorted(value)
    if b".0" not in text:
        return text
    # Within a text too: no two payloads that somebody would tell apart differ by that alone.
    return text.replace(b".0,", b",").replace(b".0}", b"}").replace(b".0]", b"]")


def has_distinct_fields(line: bytes) -> bool:
    """Tell whether a JSON object's own fields, each written once, fill its text exactly.

    A repeated name, or an escaped one, makes the text longer; spaces do not count.
    """
    return _fills(line, _as_fields(line))


def _fills(line: bytes, fields: Mapping[str, bytes]) -> bool:
    size = len("".join(fields).encode()) + len(b"".join(fields.values()))
    return size + 4 * len(fields) + 1 == len(_format(line, indent=-1))


def refuse_repeats(line: bytes, fields: Mapping[str, bytes]) -> None:
    """Raise Rejected where a line repeats one of its fields, or properties or traits a name.

    In ``context`` only the promoted fields are read; its text is kept as it came.
    """
    if not _fills(line, fields):
        refuse_repeated_fields(line)
    for name in ("properties", "traits"):
        if name in fields and not are_plain(fields[name]):
            refuse_repeats_within(fields[name])


def refuse_repeated_fields(line: bytes) -> None:
    """Raise Rejected where a JSON object repeats one of its own fields."""
    _unique(_AS_PAIRS.decode(line.decode()))


def refuse_repeats_within(text: bytes) -> None:
    """Raise Rejected for a repeated name or too large a number anywhere in JSON text."""
    _EXACT.decode(text.decode())


def _unique(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        repeated = next(name for name in names if names.count(name) > 1)
        raise Rejected("duplicate_key", repeated[:100])


def _finite(written: str) -> None:
    if float(written) in (float("inf"), float("-inf")):
        raise Rejected("bad_number", "a number beyond 1.8e308")


_AS_PAIRS = json.JSONDecoder(object_pairs_hook=list)
_EXACT = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_int=str)
