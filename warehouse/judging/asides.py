"""A line that is set aside -> the no it says, as far as it can be read: that much of it holds.

What is asked here is who must not be written to, not what is true: in doubt somebody said no.
"""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Any

import xxhash

from warehouse.judging.aliases import event_word
from warehouse.judging.consents import (
    BODIES,
    DELETED,
    PLAN,
    REFUSALS,
    STATED,
    STATES,
    STOP,
    SUBSCRIBED,
    TEXTS,
    UNSUBSCRIBED,
    YES,
)
from warehouse.judging.consents import EVENT as CONSENT
from warehouse.judging.exact import IDS, Limits, payload_hash, signed
from warehouse.judging.refusals import is_of_preferences, may_refuse, refused_channels
from warehouse.judging.spelling import folded
from warehouse.judging.values import Rejected, canonical_id, is_nobody, moment_of

# What a no of a line set aside is in the lake: no track, so that it is nobody's activity.
TYPE, EVENT = "refusal", "Refusal Set Aside"

# A name and its value, wherever in a text: a text or number that is whole, or a list.
_PAIR = re.compile(
    r'"([^"\\]{1,100})"\s*:\s*'
    r'("(?:[^"\\]|\\.)*"|\[[^\[\]]{0,1000}\]|[^\s,{}\[\]"]{1,100}(?=[\s,}\]]))',
    re.DOTALL,
)
_EVENT = re.compile(rb'"event"\s*:\s*("[^"\\]*(?:\\.[^"\\]*)*")', re.DOTALL)
# One of them is in each no that is told by its name.
_WORDS = (
    *(b"opt", b"subscri", b"accept", b"consent", b"preference", b"notification", b"permission"),
    *(b"communication", b"channel", b"market", b"advertising", b"promotion", b"receive"),
    *(b"mail", b"newsletter", b"sms", b"text", b"push", b"wechat", b"contact"),
    *(b"abled", b"allowed", b"granted", b"suppressed", b"revoked", b"withdrawn", b"stat", b"not"),
    *("退订 拒收 订阅 同意 接收 允许 通知 偏好 营销 邮 短信 推送 微信 公众号".encode().split()),
)
# What the format itself calls by such words, and by what a line came: no no has these.
_OWN_WORDS = (b'"context"', b'"receivedat"')
_CAME_BY = re.compile(rb'"channel" ?: ?"(?:client|server|web|mobile|browser)"')
# What people write behind a word.
MARKS = '!?,;"。'

_UNMARKED = str.maketrans("", "", MARKS)
Words = dict[str, list[str]]


def noes_in(line: bytes, place: tuple[str, int], limits: Limits) -> list[dict[str, Any]]:
    """Return the no that a line set aside says as events of the lake, one for each of its ids.

    Whose nobody can read is of a visitor of its own: it may name an address all the same. The time
    is that of the line, and the end of the load day where that is unknown or to come. ``place``
    tells the line from all others.
    """
    line = line.replace(b"\0", b"")
    if not _may_refuse(line, limits):
        return []
    text = line.decode("utf-8", "replace")
    own, said, person = _parts(text)
    channels = _channels(own, said, (text.lower(), person.lower()), limits) if own else []
    if not channels:
        return []
    told = _pairs(text)
    found: dict[str, object] = {name: "; ".join(dict.fromkeys(told[name])) for name in told}
    found["channel"] = None if "" in channels else channels
    properties = json.dumps(found, ensure_ascii=False, sort_keys=True)
    at = _time(own.get("timestamp", ()), limits)
    users, visitors = (_ids(own.get(name, ()), limits) for name in ("userId", "anonymousId"))
    whose = [*((user, None) for user in users), *((None, visitor) for visitor in visitors)]
    return [_event(*who, at, properties, place) for who in whose or [(None, None)]]


def _may_refuse(line: bytes, limits: Limits) -> bool:
    """Tell whether a line is worth reading: most are of something else, and that is soon seen."""
    at = line.find(b'"event"')
    while at >= 0:
        if named := _EVENT.match(line, at):
            event = _name(named[1])
            if limits.aliases.meant(event) in REFUSALS or is_of_preferences(event):
                return True
        at = line.find(b'"event"', at + 1)
    # A letter written by its number shows only when the line is read.
    if b"\\u" not in line and not may_refuse(line.decode("utf-8", "replace").lower()):
        return False
    lower = _CAME_BY.sub(b"", line.lower())
    for word in _OWN_WORDS:
        lower = lower.replace(word, b"")
    return any(word in lower for word in _WORDS)


@lru_cache(maxsize=4_096)
def _name(raw: bytes) -> str:
    return "".join(_texts(_value(raw.decode("utf-8", "replace"))))


def _event(
    user: str | None, visitor: str | None, at: int, properties: str, place: tuple[str, int]
) -> dict[str, Any]:
    payload = payload_hash((EVENT, user, visitor, at, properties))
    message = f"aside-{xxhash.xxh3_128_hexdigest(f'{place}/{payload}'.encode())}"
    return {
        "message_id": message,
        "message_hash": signed(xxhash.xxh3_64_intdigest(message.encode())),
        "payload_hash": payload,
        "type": TYPE,
        "event": EVENT,
        "user_id": user,
        "anonymous_id": visitor if user or visitor else message,
        "occurred_at": at,
        "properties": properties,
    }


def _channels(own: Words, said: Words, texts: tuple[str, str], limits: Limits) -> list[str]:
    """Return the channels that a line says no to, "" for every one; nothing where it says none.

    ``texts`` are all of it and what of it describes a person.
    """
    text, _ = texts
    found = refused_channels(*texts, any(map(is_of_preferences, own.get("event", ()))))
    for given in own.get("event", ()):
        event = limits.aliases.meant(given)
        if event in REFUSALS and _is_no(event, said, text):
            told = [] if event == DELETED else [each for each in said.get("channel", ()) if each]
            found += [REFUSALS[event], *told] if REFUSALS[event] else told or [""]
    return list(dict.fromkeys(found))


def _is_no(event: str, said: Words, text: str) -> bool:
    if event == CONSENT:
        granted = said.get("granted")
        return not granted or any(folded(each) not in YES for each in granted)
    if event != STATED and event not in TEXTS:
        return True
    states, bodies = (
        {event_word(each).translate(_UNMARKED) for name in names for each in said.get(name, ())}
        for names in (STATES, BODIES)
    )
    if states & UNSUBSCRIBED or bodies & STOP:
        return True
    is_plan = not said.get("channel") and re.search(PLAN, text)
    return event == STATED and not states & SUBSCRIBED and not is_plan


def _time(texts: Iterable[str], limits: Limits) -> int:
    for text in texts:
        with suppress(Rejected):
            if 0 <= (at := moment_of(text.strip(), "timestamp")) < limits.latest:
                return at
    return limits.ends


def _ids(texts: Iterable[str], limits: Limits) -> list[str]:
    found = []
    for text in texts:
        with suppress(Rejected):
            named = canonical_id(text)
            if named and not is_nobody(named, limits.nobody):
                found.append(named)
    return found


def _parts(text: str) -> tuple[Words, Words, str]:
    """Return a line's own words, those of its properties, and its text without these.

    It is all it tells, where it is no JSON. Where that is of several events or people, nobody knows
    whose the no is: nothing.
    """
    try:
        line = _decode(text)
        properties = line.get("properties")
    except (ValueError, RecursionError, AttributeError):
        told = _pairs(text)
        is_one = all(len(set(told.get(name, ()))) < 2 for name in ("event", *IDS))
        return (told, told, text) if is_one else ({}, {}, "")
    parts = (line, properties if isinstance(properties, dict) else {})
    own, said = ({name: _texts(value) for name, value in part.items()} for part in parts)
    rest = {name: value for name, value in line.items() if name != "properties"}
    return own, said, json.dumps(rest, ensure_ascii=False)


def _pairs(text: str) -> Words:
    """Return the values of each name in a text that need not be JSON."""
    found: Words = {}
    for name, raw in _PAIR.findall(text):
        found.setdefault(name, []).extend(_texts(_value(raw)))
    return found


def _texts(value: Any) -> list[str]:
    """Return a value as texts: a list gives each of its own, an object or null none."""
    found = []
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, str | bool):
            written = each if isinstance(each, str) else str(each).lower()
            found.append(written.replace("\0", "").encode("utf-8", "replace").decode())
    return found


def _value(raw: str) -> Any:
    try:
        return _decode(raw)
    except ValueError:
        return raw.strip('"')


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


# Numbers stay as they are written, and no name may come twice: which of them counts?
_decode = json.JSONDecoder(
    strict=False, parse_int=str, parse_float=str, object_pairs_hook=_once
).decode
