"""`Consent Changed` -> a word that can be kept, or why not: a yes must name what it is a yes to.

Also the words by which the models know a no, for lines that never get there.
"""

import csv
from pathlib import Path

import msgspec

from warehouse.judging.aliases import event_word
from warehouse.judging.spelling import folded
from warehouse.judging.values import Rejected

EVENT, DELETED = "Consent Changed", "User Deleted"
# A word only where it tells such a state.
STATED = "Subscription Changed"
STATES = ("subscription_status", "subscriptionStatus", "status", "state", "action")
SUBSCRIBED = frozenset({"subscribed", "optedin", "optin"})
UNSUBSCRIBED = frozenset({"unsubscribed", "unsubscribe", "optedout", "optout"})
# The state of somebody's plan, and no word.
PLAN = '"[a-z_]*(plan|price|product)[a-z_]*"[ ]*:'
# No words but by what they say.
TEXTS = frozenset({"SMS Received", "WhatsApp Received"})
BODIES = ("message_body", "messageBody", "body", "Body", "text", "message", "content")
STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"})
STOP |= {"t", "td", "退订", "拒收"}
# The events that may be a no, and to which channel.
REFUSALS = {
    **dict.fromkeys(("Unsubscribed", "Email Marked as Spam", "Email Marked As Spam"), "email"),
    "SMS Unsubscribed": "sms",
    "Push Notification Unsubscribed": "push",
    "WeChat Unsubscribed": "wechat_oa",
    "SMS Received": "sms",
    **dict.fromkeys((EVENT, DELETED, STATED, "WhatsApp Received", "Opted Out"), ""),
}
# What means every channel; so does naming none.
EVERY = frozenset({"", "all"})
YES = frozenset({"true", "1", "yes", "y"})

_decode = msgspec.json.Decoder().decode


def known_channels(rules_folders: tuple[Path, ...]) -> frozenset[str]:
    """Return every word for a channel in the first ``channels.csv`` found in the folders."""
    for folder in rules_folders:
        path = folder / "channels.csv"
        if path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as stream:
                rows = list(csv.DictReader(stream))
            words = [word for row in rows for word in (row.get("aliases") or "").split("|")]
            return (
                frozenset(map(folded, [row.get("channel") or "" for row in rows] + words)) - EVERY
            )
    return frozenset()


def refuse_unknown_grant(properties: bytes | None, channels: frozenset[str]) -> None:
    """Raise Rejected for a yes to a channel that nobody knows; a no to one is kept, for every one.

    ``channel`` may be a list of channels. Whatever is no plain yes is a no.
    """
    fields = _decode(properties) if properties else {}
    if _word(fields.get("granted")) in YES:
        _refuse_unknown(fields.get("channel"), channels)


def refuse_unknown_subscription(properties: bytes | None, channels: frozenset[str]) -> None:
    """Raise Rejected for a subscription to no channel that is told and known."""
    fields = _decode(properties) if properties else {}
    state = next((fields[name] for name in STATES if fields.get(name) is not None), None)
    if not isinstance(state, str) or event_word(state) not in SUBSCRIBED:
        return
    if not fields.get("channel") or _word(fields["channel"]) == "":
        raise Rejected("unknown_channel", "subscribed to a channel that is not told")
    _refuse_unknown(fields["channel"], channels)


def _refuse_unknown(channel: object, channels: frozenset[str]) -> None:
    if isinstance(channel, list):
        is_known = bool(channel) and all(
            isinstance(part, str) and folded(part) in channels for part in channel
        )
    else:
        is_known = _word(channel) in EVERY | channels
    if not is_known:
        raise Rejected("unknown_channel", "granted for a channel that is not in channels.csv")


def _word(value: object) -> str | None:
    """Return a JSON text, number or truth as a word; None for anything that is no word."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return folded(str(value)) if isinstance(value, str | int) else None
