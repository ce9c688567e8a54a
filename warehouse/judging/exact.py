"""One line -> one event row or one reason: the judge, exact and without regard to speed.

``quick`` does the same for whole batches and hands every line it is not certain about to this
module, so what is accepted and what it becomes is defined here alone. A row of another feed than
events is judged in ``cells``, a row that a source maps in ``mapping``, which ends here.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import xxhash

from warehouse.judging import answers, consents
from warehouse.judging.aliases import Aliases
from warehouse.judging.orders import ROLES, order_of
from warehouse.judging.repeats import canonical_json, refuse_repeats
from warehouse.judging.values import (
    NULL,
    WHITESPACE,
    Rejected,
    Rejection,
    identifier,
    is_nobody,
    moment,
    text,
)

LATEST_YEAR = 9999
TYPES = frozenset({"track", "page", "screen", "identify", "group", "alias"})
PLACEHOLDER = "placeholder"
VIEWS = {"page": "Page Viewed", "screen": "Screen Viewed"}
# What is said of a line alike by this judge and by the quick one.
NO_EVENT = Rejection("no_event", "a track line without event")
NO_ID = Rejection("no_id", "neither userId nor anonymousId")
NO_TIME = Rejection("bad_time", "no timestamp, no receivedAt")
NOT_IN_TIME = Rejection("bad_time", f"before 1970 or after {LATEST_YEAR - 1}")
FUTURE = Rejection("future", "later than the load day allows")
IDS = ("userId", "anonymousId", "previousId", "groupId", "messageId")
MAX_DEPTH = 64

_as_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_as_anything = msgspec.json.Decoder().decode
_pack = msgspec.msgpack.Encoder().encode
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
_NUL_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_LATEST = int(datetime(LATEST_YEAR, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000


@dataclass(frozen=True)
class Limits:
    """What the judge must know beside the line; times in microseconds since 1970.

    ``nobody`` are ids that name nobody (``placeholder_ids.csv``), folded; ``aliases`` says of event
    names which published one they stand for: that is what they are judged as, and never become.
    ``home`` is the currency of money that names none; ``ends`` is when the load day does, where the
    business is.
    """

    latest: int
    currencies: frozenset[str]
    max_line_bytes: int
    roles: Mapping[str, str] = field(default_factory=lambda: ROLES)
    channels: frozenset[str] = frozenset()
    nobody: frozenset[str] = frozenset()
    aliases: Aliases = field(default_factory=Aliases)
    home: str = ""
    ends: int = 0

    @classmethod
    def of(
        cls,
        day: date,
        *,
        future_days: int,
        max_line_bytes: int,
        currencies: frozenset[str],
        roles: Mapping[str, str] = ROLES,
        channels: frozenset[str] = frozenset(),
        nobody: frozenset[str] = frozenset(),
        aliases: Aliases | None = None,
        home: str = "",
        timezone: str = "UTC",
    ):
        """Return the limits of a load day: ``future_days`` after its end is too late.

        ``roles`` says which events move money, and how; ``channels`` are the words for a channel.
        """
        end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1 + future_days)
        latest = min(int(end.timestamp()) * 1_000_000, _LATEST)
        words = aliases or Aliases()
        midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(timezone))
        ends = min(int(midnight.timestamp()) * 1_000_000, latest) - 1
        return cls(latest, currencies, max_line_bytes, roles, channels, nobody, words, home, ends)


def judge(line: bytes, limits: Limits, remarks: Counter[str] | None = None) -> tuple | Rejection:
    """Return the event of a line (the lake's columns up to ``context``), or why there is none.

    A line without a message id gets one made from its bytes, so that exact copies are duplicates.
    ``remarks`` counts what is worth telling of a line all the same: PLACEHOLDER.
    """
    try:
        return _event(line, readable_fields(line, limits), limits, remarks)
    except Rejected as verdict:
        return verdict.rejection


def refuse_unusable(event: str | None, properties: bytes | None, limits: Limits) -> None:
    """Raise Rejected for a track line whose own words cannot be taken as they stand."""
    if event == consents.EVENT:
        consents.refuse_unknown_grant(properties, limits.channels)
    elif event == consents.STATED:
        consents.refuse_unknown_subscription(properties, limits.channels)
    elif event == answers.EVENT:
        answers.refuse_impossible_score(properties)


def payload_hash(parts: tuple) -> int:
    """Return a signed 64-bit hash of what a sender means by an event: equal for a retry.

    Delivery times are no part of it, nor is `timestamp` where the sender's own clock is kept in
    `originalTimestamp`; JSON goes in canonically.
    """
    return signed(xxhash.xxh3_64_intdigest(_pack(parts)))


def signed(value: int) -> int:
    """Return an unsigned 64-bit number as the signed one of the same bits."""
    return value - (1 << 64) if value >> 63 else value


def readable_fields(line: bytes, limits: Limits) -> dict[str, bytes]:
    """Return a line's own fields as JSON text; raises Rejected for a line nobody can rely on."""
    if len(line) > limits.max_line_bytes:
        raise Rejected("too_long", f"over {limits.max_line_bytes} bytes")
    if b"\0" in line:
        raise Rejected("nul_character")
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Rejected("bad_encoding", f"byte {error.start} is not UTF-8") from None
    if _is_too_deep(line):
        raise Rejected("too_deep", f"nested deeper than {MAX_DEPTH}")
    try:
        fields = _as_fields(line)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise _unreadable(line, error) from None
    if b"\\u0000" in line and _NUL_ESCAPE.search(line):
        raise Rejected("nul_character")
    texts = {name: bytes(value) for name, value in fields.items()}
    refuse_repeats(line, texts)
    return texts


def _event(
    line: bytes, fields: dict[str, bytes], limits: Limits, remarks: Counter[str] | None
) -> tuple:
    kind = _type(fields.get("type"))
    given = text(fields.get("event"), "event")
    event = _event_name(kind, given)
    given_ids = [identifier(fields.get(name), name) for name in IDS]
    user, anonymous, previous, group, message = ids = _named(given_ids, limits)
    received, sent, original = (
        moment(fields.get(name), name) for name in ("receivedAt", "sentAt", "originalTimestamp")
    )
    stamp = moment(fields.get("timestamp"), "timestamp")
    occurred = _occurred(stamp, received, sent, original, limits)
    properties, traits, context = (
        _json_object(fields.get(name), name) for name in ("properties", "traits", "context")
    )
    meant = limits.aliases.meant(event) if event else event
    order = order_of(meant, properties, limits.roles, limits.currencies, limits.nobody)
    if kind == "track":
        refuse_unusable(meant, properties, limits)
    if remarks is not None and ids != given_ids:
        remarks[PLACEHOLDER] += 1
    message = message or _made_id(line)
    said = stamp if original is None else original
    parts = (canonical_json(part) for part in (properties, traits, context))
    payload = (kind, given, user, anonymous, previous, group, said, *parts)
    return (
        message,
        signed(xxhash.xxh3_64_intdigest(message.encode())),
        payload_hash(payload),
        *(kind, event, user, anonymous, previous, group),
        *(occurred, received, sent, original),
        *_promoted(context),
        *order,
        *(properties, traits, context),
    )


def _named(given: list[str | None], limits: Limits) -> list[str | None]:
    """Return the ids, in the order of IDS, without placeholders; one of them must name an actor."""
    found = [None if is_nobody(each, limits.nobody) else each for each in given]
    if found[0] is None and found[1] is None:
        if given[0] is None and given[1] is None:
            raise Rejected(*NO_ID)
        raise Rejected("no_id", "no id but a placeholder")
    return found


def _type(raw: bytes | None) -> str:
    kind = None if raw is None or raw[:1] != b'"' else _as_anything(raw)
    if kind not in TYPES:
        raise Rejected("unknown_type", "type is none of " + ", ".join(sorted(TYPES)))
    return kind


def _event_name(kind: str, given: str | None) -> str | None:
    if kind != "track":
        return VIEWS.get(kind)
    if given is None or not given.strip(WHITESPACE):
        raise Rejected(*NO_EVENT)
    return given


def _occurred(
    stamp: int | None,
    received: int | None,
    sent: int | None,
    original: int | None,
    limits: Limits,
) -> int:
    occurred = stamp
    if occurred is None:
        occurred = received
        if received is not None and sent is not None and original is not None:
            occurred = received - (sent - original)
    if occurred is None:
        raise Rejected(*NO_TIME)
    if occurred < 0 or occurred >= limits.latest:
        raise Rejected(*why_out_of_time(occurred, limits))
    return occurred


def why_out_of_time(occurred: int, limits: Limits) -> Rejection:
    """Say of a time that is too early or too late for its load day which it is."""
    return FUTURE if limits.latest <= occurred < _LATEST else NOT_IN_TIME


def _json_object(raw: bytes | None, name: str) -> bytes | None:
    """Return the text of a JSON object as it came; absent, null and empty are None.

    An empty list is what PHP writes for an object without fields.
    """
    if raw is None or raw in (NULL, b"{}", b"[]"):
        return None
    if raw[:1] != b"{":
        raise Rejected(*no_object(name))
    return raw


def no_object(name: str) -> Rejection:
    """Say of a field that is something else than an object what is wrong."""
    return Rejection("bad_value", f"{name} is not an object")


def _promoted(context: bytes | None) -> tuple[str | None, ...]:
    """Return platform, country, and campaign source, medium, name of a context."""
    fields = _as_fields(context) if context else {}
    device, system, place, campaign = (
        _nested(fields.get(name)) for name in ("device", "os", "location", "campaign")
    )
    return (
        _name(device.get("type")) or _name(fields.get("platform")) or _name(system.get("name")),
        _name(place.get("country")) or _name(fields.get("country")),
        *(_name(campaign.get(name)) for name in ("source", "medium", "name")),
    )


def _nested(raw: msgspec.Raw | None) -> dict[str, msgspec.Raw]:
    return _as_fields(raw) if raw is not None and bytes(raw)[:1] == b"{" else {}


def _name(raw: msgspec.Raw | None) -> str | None:
    """Return a trimmed text; what is no text stays in ``context`` alone."""
    if raw is None or bytes(raw)[:1] != b'"':
        return None
    return _as_anything(raw).strip(WHITESPACE) or None


def _made_id(line: bytes) -> str:
    return "gen-" + xxhash.xxh3_128_hexdigest(line)


def _is_too_deep(line: bytes) -> bool:
    """Tell whether brackets nest too deep outside strings, without recursion."""
    if line.count(b"{") + line.count(b"[") <= MAX_DEPTH:
        return False
    depth = 0
    for byte in _STRINGS.sub(b"", line).translate(None, _NO_BRACKETS):
        depth += 1 if byte in b"{[" else -1
        if depth > MAX_DEPTH:
            return True
    return False


class _NotANumber(Exception):  # noqa: N818 - a signal between the two functions below
    pass


def _unreadable(line: bytes, error: Exception) -> Rejected:
    """Name what is wrong with a line that is not one JSON object."""
    if isinstance(error, RecursionError):
        return Rejected("too_deep", f"nested deeper than {MAX_DEPTH}")
    try:
        value = _ANY.decode(line.decode("utf-8-sig"))
    except _NotANumber as found:
        return Rejected("bad_number", str(found))
    except RecursionError:
        return Rejected("too_deep", f"nested deeper than {MAX_DEPTH}")
    except ValueError:
        return Rejected("bad_json", str(error))
    return Rejected("bad_json" if isinstance(value, dict) else "not_an_object", str(error))


def _refuse_constant(name: str) -> Any:
    raise _NotANumber(name)


# Made once: where many lines are bad, making it was much of what they cost.
_ANY = json.JSONDecoder(parse_constant=_refuse_constant)
