"""Lines of the usual shape -> their fields: the quick decoding; what is unusual is left out."""

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
import pyarrow as pa

from warehouse.judging.exact import Limits

Text = str | None
Part = msgspec.Raw


class Envelope(msgspec.Struct, gc=False):
    """A line of the usual shape: texts are texts, and the objects are kept as their bytes."""

    type: Literal["track", "page", "screen", "identify", "group", "alias"]
    messageId: str  # noqa: N815 - Segment's names
    event: Text = None
    userId: Text = None  # noqa: N815
    anonymousId: Text = None  # noqa: N815
    previousId: Text = None  # noqa: N815
    groupId: Text = None  # noqa: N815
    timestamp: Text = None
    receivedAt: Text = None  # noqa: N815
    sentAt: Text = None  # noqa: N815
    originalTimestamp: Text = None  # noqa: N815
    channel: Text = None
    properties: Part = Part()
    traits: Part = Part()
    context: Part = Part()
    integrations: Part = Part()


class _Named(msgspec.Struct, gc=False):
    name: Text = None


class _Device(msgspec.Struct, gc=False):
    type: Text = None


class _Place(msgspec.Struct, gc=False):
    country: Text = None


class _Campaign(msgspec.Struct, gc=False):
    source: Text = None
    medium: Text = None
    name: Text = None


class Context(msgspec.Struct, gc=False):
    """The promoted fields of a context of the usual shape."""

    platform: Text = None
    country: Text = None
    device: _Device | None = None
    os: _Named | None = None
    location: _Place | None = None
    campaign: _Campaign | None = None


NAMES = Envelope.__struct_fields__
PARTS = ("properties", "traits", "context", "integrations")
TEXTS = tuple(name for name in NAMES if name not in PARTS)
ABSENT = frozenset({b"", b"{}", b"null"})

_decode = msgspec.json.Decoder(Envelope).decode
_decode_context = msgspec.json.Decoder(Context).decode
_row = msgspec.structs.astuple
_NO_CONTEXT = Context()


def decode_usual(lines: Sequence[bytes], limits: Limits) -> tuple[list[int], list[tuple]]:
    """Return the places and fields of the lines of the usual shape."""
    dubious = _suspects(lines, limits)
    places: list[int] = []
    rows: list[tuple] = []
    for place, line in enumerate(lines):
        try:
            envelope = _decode(line)
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            continue
        if place not in dubious:
            places.append(place)
            rows.append(_row(envelope))
    return places, rows


def _suspects(lines: Sequence[bytes], limits: Limits) -> set[int]:
    """Return the places of lines with bytes that the decoder lets pass unseen in kept JSON text."""
    found = {place for place, size in enumerate(map(len, lines)) if size > limits.max_line_bytes}
    escaped = [place for place, line in enumerate(lines) if b"\\" in line]
    found.update(place for place in escaped if b"\\u0000" in lines[place])
    if not all(map(bytes.isascii, lines)):
        found.update(place for place, line in enumerate(lines) if not _is_utf8(line))
    return found


def _is_utf8(line: bytes) -> bool:
    if line.isascii():
        return True
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def decode_contexts(parts: list[bytes]) -> tuple[dict[str, pa.Array], np.ndarray]:
    """Return the promoted columns of the contexts, and which contexts are of the usual shape."""
    usual = np.ones(len(parts), dtype=bool)
    try:
        found = [_decode_context(part) if part else _NO_CONTEXT for part in parts]
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        perhaps = [_context(part) for part in parts]
        usual = np.fromiter((context is not None for context in perhaps), bool, len(parts))
        found = [context or _NO_CONTEXT for context in perhaps]
    rows = list(map(_row, found))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 6
    platform, country, devices, systems, places, campaigns = columns
    if any(devices) or any(systems):
        platform = [
            (d and d.type) or p or (s and s.name)
            for p, d, s in zip(platform, devices, systems, strict=True)
        ]
    if any(places):
        country = [(p and p.country) or c for c, p in zip(country, places, strict=True)]
    texts = {"platform": platform, "country": country}
    texts["campaign_source"] = [c and c.source for c in campaigns]
    texts["campaign_medium"] = [c and c.medium for c in campaigns]
    texts["campaign_name"] = [c and c.name for c in campaigns]
    return {name: pa.array(text, pa.string()) for name, text in texts.items()}, usual


def _context(part: bytes) -> Context | None:
    if len(part) < 5 and part in ABSENT:
        return _NO_CONTEXT
    try:
        return _decode_context(part)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
