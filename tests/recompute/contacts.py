"""Consents, addresses and feeds -> who may be written to, and where (section 18)."""

import csv
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.recompute.lines import YES, Line, channels_named, plain, state_of

if TYPE_CHECKING:
    from tests.recompute.world import World

NO_BY_NAME = {
    "Unsubscribed": "email",
    "Email Marked as Spam": "email",
    "Email Marked As Spam": "email",
    "SMS Unsubscribed": "sms",
    "Push Notification Unsubscribed": "push",
    "WeChat Unsubscribed": "wechat_oa",
}
# The words of those below are read; of a plan that changed the name of the event tells nothing.
NO = {"false", "0", "no", "n"}
PLAN = ("plan", "price", "product")
TEXTS = {"SMS Received": ["sms"], "WhatsApp Received": []}
REACHED = {"Email Delivered", "Email Opened", "Email Link Clicked"}


@dataclass
class Word:
    """A yes or a no to one channel."""

    at: datetime
    is_no: bool

    @property
    def order(self) -> tuple[datetime, bool]:
        return (self.at, self.is_no)


@dataclass
class Book:
    """All that was said up to a day."""

    words: dict[tuple[str, str], list[Word]] = field(default_factory=lambda: defaultdict(list))
    deleted: dict[str, datetime] = field(default_factory=dict)
    # user, contact field -> addresses in the order they were named
    addresses: dict[tuple[str, str], list[tuple[Any, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    bounces: dict[str, list[Word]] = field(default_factory=lambda: defaultdict(list))
    # Lines that say no plain yes or no, and so a no.
    unread: list[Line] = field(default_factory=list)
    held: set[tuple[str, str]] = field(default_factory=set)

    def last(self, words: list[Word]) -> Word | None:
        return max(words, key=lambda word: word.order, default=None)

    def everybody(self, name: str, address: str) -> set[str]:
        """Return all accounts that ever named an address."""
        return {
            user
            for (user, found), named in self.addresses.items()
            if found == name and any(value == address for _, value in named)
        }


def address_of(name: str, value: Any, country: str) -> str | None:
    """Write an address as it is compared."""
    text = plain(value).strip() if value is not None and not isinstance(value, dict | list) else ""
    if name == "email":
        text = text.casefold()
        return text if text.count("@") == 1 and " " not in text else None
    if name == "phone":
        digits = "".join(letter for letter in text if letter.isdigit())
        if text.startswith("+"):
            return f"+{digits}" if digits else None
        if digits.startswith("00"):
            return f"+{digits[2:]}"
        return f"+{country}{digits}" if digits else None
    return text or None


def book_of(world: "World", day: date) -> Book:
    book = Book()
    rules = world.rules.rows("channels")
    country = world.rules.setting("phone_country", "86")
    for line in world.lines:
        if line.day > day:
            continue
        if line.kind == "identify":
            for name in dict.fromkeys(rule["contact_field"] for rule in rules):
                if name in line.traits:
                    address = address_of(name, line.traits[name], country)
                    if address:
                        book.addresses[line.user, name].append((line.moment, address))
        _listen(world, book, line)
    _hold(world, book, day, country)
    return book


def _listen(world: "World", book: Book, line: Line) -> None:
    every = [rule["channel"] for rule in world.rules.rows("channels")]
    if line.event == "Consent Changed":
        granted = line.properties.get("granted")
        said = "" if granted is None else plain(granted).strip().casefold()
        is_no = said not in YES
        if said not in YES | NO:
            book.unread.append(line)
        named = channels_named(world.rules, line.properties.get("channel"))
        for channel in every if named is None else named:
            if named is not None or is_no:
                book.words[line.user, channel].append(Word(line.at, is_no))
    elif line.event == "Subscription Changed":
        state = state_of(line)
        named = channels_named(world.rules, line.properties.get("channel"))
        is_told = line.properties.get("channel") is not None
        is_plan = any(word in name for name in line.properties for word in PLAN) and not is_told
        if state in {"subscribed", "optedin", "optin"}:
            for channel in named or ():
                book.words[line.user, channel].append(Word(line.at, is_no=False))
        elif state in {"unsubscribed", "unsubscribe", "optedout", "optout"} or not is_plan:
            for channel in every if named is None else named:
                book.words[line.user, channel].append(Word(line.at, is_no=True))
            if state not in {"unsubscribed", "unsubscribe", "optedout", "optout"}:
                book.unread.append(line)
    elif line.event in TEXTS:
        body = line.properties.get("message_body", line.properties.get("body"))
        if body is None or body.strip(" !.").casefold() in {"stop", "退订"}:
            for channel in TEXTS[line.event] or every:
                book.words[line.user, channel].append(Word(line.at, is_no=True))
        if body is None:
            book.unread.append(line)
    elif line.event in NO_BY_NAME:
        book.words[line.user, NO_BY_NAME[line.event]].append(Word(line.at, is_no=True))
    elif line.event == "User Deleted":
        book.deleted[line.user] = max(line.at, book.deleted.get(line.user, line.at))
        for channel in every:
            book.words[line.user, channel].append(Word(line.at, is_no=True))
    elif line.event == "Email Bounced" or line.event in REACHED:
        named = [a for moment, a in book.addresses[line.user, "email"] if moment <= line.moment]
        is_soft = plain(line.properties.get("type") or "").strip().casefold() == "soft"
        if named and not (line.event == "Email Bounced" and is_soft):
            book.bounces[named[-1]].append(Word(line.at, is_no=line.event == "Email Bounced"))


def _hold(world: "World", book: Book, day: date, country: str) -> None:
    """Read the suppression lists that landed: whom the shop's own lists keep from a channel."""
    root = world.rules.home / "landing" / "suppressions"
    for path in sorted(root.glob("dt=*/*.csv")):
        for row in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()):
            since = (row.get("since") or "").strip()
            if since[:10] > (day + timedelta(days=1)).isoformat():
                continue
            named = channels_named(world.rules, row.get("channel"))
            for rule in world.rules.rows("channels"):
                if named is not None and rule["channel"] not in named:
                    continue
                for user in world.identity.named(row.get("user_id")):
                    book.held.add((rule["channel"], user))
                    own = book.addresses.get((user, rule["contact_field"]), [])
                    book.held |= {(rule["channel"], address) for _, address in own}
                address = address_of(rule["contact_field"], row.get("address"), country)
                if address:
                    book.held.add((rule["channel"], address))


@dataclass
class Contact:
    """What stands between a user and a channel."""

    contact: str | None
    has_consent: bool
    is_suppressed: bool
    is_erased: bool
    lacks_a_word: bool

    @property
    def is_unasked(self) -> bool:
        """Say whether nothing stands between them but a question that nobody asked."""
        is_free = not self.is_erased and not self.is_suppressed and self.contact is not None
        return is_free and self.lacks_a_word

    @property
    def reason(self) -> str | None:
        """Return the first thing that does."""
        if self.is_erased:
            return "erased"
        if not self.has_consent:
            return "no_consent"
        if self.is_suppressed:
            return "suppressed"
        return "no_contact" if self.contact is None else None


def contact_of(world: "World", book: Book, user: str, channel: str) -> Contact:
    rule = next(row for row in world.rules.rows("channels") if row["channel"] == channel)
    name = rule["contact_field"]
    named = [address for _, address in book.addresses.get((user, name), [])]
    address = named[-1] if named else None
    own = book.last(book.words.get((user, channel), []))
    grants = [word.at for word in book.words.get((user, channel), []) if not word.is_no]
    is_erased = user in book.deleted and not any(at > book.deleted[user] for at in grants)
    has_consent = rule["consent_default"] == "granted" if own is None else not own.is_no
    lacks_a_word = own is None and not has_consent
    if address is not None:
        # One no holds for all accounts that share it: the last word of each must be none.
        for other in book.everybody(name, address):
            last = book.last(book.words.get((other, channel), []))
            has_consent &= last is None or not last.is_no
            lacks_a_word &= last is None or not last.is_no
    bounce = book.last(book.bounces.get(address or "", [])) if name == "email" else None
    is_held = (channel, user) in book.held or (address and (channel, address) in book.held)
    is_valid = address is not None and (bounce is None or not bounce.is_no)
    contact = address if is_valid else None
    return Contact(contact, has_consent, bool(is_held), is_erased, lacks_a_word)


def contacted_days(world: "World", user: str, day: date) -> list[date]:
    """Return the days a user was sent something."""
    days = sorted({x.day for x in world.by_user[user] if x.event == "Message Sent"})
    return days[: bisect_right(days, day)]
