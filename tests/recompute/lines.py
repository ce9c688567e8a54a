"""Landing files -> lines that count: what each says, once, in the order of arrival."""

import csv
import gzip
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.recompute.currencies import is_currency
from tests.recompute.rules import Rules

KINDS = {"track", "page", "screen", "identify", "group", "alias"}
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
PLACES = {"page": "Page Viewed", "screen": "Screen Viewed"}
YES = {"true", "1", "yes", "y"}
# A retry is the same message, sent again: when it travelled is no part of what it says.
EPOCH = datetime.fromtimestamp(0, UTC).replace(tzinfo=None)
DELIVERY = ("receivedAt", "sentAt")


@dataclass
class Line:
    """One event; `actor` is who sent it, `user` whom that turned out to be."""

    load_date: date
    file: str
    number: int
    kind: str
    event: str
    message_id: str | None
    user_id: str | None
    anonymous_id: str | None
    previous_id: str | None
    at: datetime
    day: date
    properties: dict[str, Any]
    traits: dict[str, Any]
    context: dict[str, Any]
    payload: dict[str, Any] = field(repr=False)
    roles: frozenset[str] = frozenset()
    user: str = ""
    arrived_as: str = ""

    @property
    def actor(self) -> tuple[str, bool]:
        """Who sent it, and whether that is a visitor's id."""
        return (self.user_id or self.anonymous_id or "", not self.user_id)

    @property
    def arrival(self) -> tuple[date, str, int]:
        return (self.load_date, self.file, self.number)

    @property
    def moment(self) -> tuple[datetime, date, str, int]:
        return (self.at, *self.arrival)

    def text(self, name: str) -> str | None:
        """Return a property as text; None where there is none."""
        value = self.properties.get(name)
        return None if value is None or value == "" else plain(value)


def plain(value: Any) -> str:
    """Write a JSON value as text, numbers without exponent or trailing `.0`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        text = format(Decimal(value), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def read_landing(rules: Rules, as_of: date | None = None) -> list[Line]:
    """Return what arrived up to a load day and says something usable, copies left out."""
    first: dict[str, Line] = {}
    for line in sorted(sound_lines(rules, as_of), key=lambda line: line.arrival):
        first.setdefault(message_key(line), line)
    return list(first.values())


def sound_lines(rules: Rules, as_of: date | None = None) -> list[Line]:
    """Return what arrived up to a load day and can be taken at its word, copies too."""
    return [line for line in _lines(rules, as_of) if _is_sound(line, rules)]


def message_key(line: Line) -> str:
    """Return what tells a message from others; whoever says the same without an id is a copy."""
    return line.message_id or json.dumps(line.payload, sort_keys=True, default=str)


def load_days(rules: Rules, as_of: date | None = None) -> list[date]:
    """Return the days whose folder landed."""
    root = rules.home / "landing" / "events"
    days = sorted(
        date.fromisoformat(path.name[3:]) for path in root.glob("dt=*") if any(path.iterdir())
    )
    return [day for day in days if as_of is None or day <= as_of]


def _lines(rules: Rules, as_of: date | None) -> Iterator[Line]:
    root = rules.home / "landing" / "events"
    for day in load_days(rules, as_of):
        for path in sorted((root / f"dt={day}").iterdir()):
            if path.name.startswith(("_", ".")) or path.suffix in {".part", ".tmp"}:
                continue
            for number, record in _records(path):
                line = _read(record, day, path.name, number, rules)
                if line is not None:
                    yield line


def _records(path: Path) -> Iterator[tuple[int, Any]]:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    text = content.decode("utf-8-sig", errors="replace")
    if ".csv" in path.suffixes:
        for number, row in enumerate(csv.DictReader(text.splitlines()), 2):
            yield number, _nested(row)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line, parse_float=Decimal)
            except ValueError:
                continue


def _nested(row: dict[str, str]) -> dict[str, Any]:
    """Put the columns of a CSV back into objects: `properties.revenue` lies in `properties`."""
    record: dict[str, Any] = {}
    for column, value in row.items():
        *above, name = column.split(".")
        place = record
        for part in above:
            place = place.setdefault(part, {})
        if value:
            place[name] = value
    return record


def _read(record: Any, day: date, file: str, number: int, rules: Rules) -> Line | None:
    if not isinstance(record, dict) or record.get("type") not in KINDS:
        return None
    kind = record["type"]
    event = PLACES.get(kind) or (str(record.get("event") or "").strip() if kind == "track" else "")
    arrived_as, event = event, _published(event, rules)
    user_id, anonymous_id, previous_id = ids_of(record, rules).values()
    at = _moment(record)
    latest = day + timedelta(days=int(rules.setting("max_future_days", "1")))
    if (
        at is None
        or at.year < 1970
        or at.date() > latest
        or not (user_id or anonymous_id)
        or (kind == "track" and not event)
    ):
        return None
    skipped = set(DELIVERY)
    if "originalTimestamp" in record:
        skipped.add("timestamp")
    objects = (record.get(name) for name in ("properties", "traits", "context"))
    properties, traits, context = (value if isinstance(value, dict) else {} for value in objects)
    return Line(
        load_date=day,
        file=file,
        number=number,
        kind=kind,
        event=event,
        message_id=id_of(record.get("messageId"), None),
        user_id=user_id,
        anonymous_id=anonymous_id,
        previous_id=previous_id,
        at=at,
        day=at.replace(tzinfo=UTC).astimezone(rules.zone).date(),
        properties=properties,
        traits=traits,
        context=context,
        payload={key: value for key, value in record.items() if key not in skipped},
        roles=rules.roles(event) if event else frozenset(),
        arrived_as=arrived_as,
    )


def ids_of(record: dict[str, Any], rules: Rules | None) -> dict[str, str | None]:
    """Return whom a line names; without rules a placeholder is taken for an id."""
    names = ("userId", "anonymousId", "previousId")
    return {name: id_of(record.get(name), rules) for name in names}


def _published(event: str, rules: Rules) -> str:
    """Return what an event's name stands for; one that other rules use is a name of its own."""
    own = ("event_roles", "funnels", "activation")
    if any(row["event"] == event for name in own for row in rules.rows(name)):
        return event
    said = _bare(event)
    named = [row["event"] for row in rules.rows("event_aliases") if _bare(row["alias"]) == said]
    return named[0] if named else event


def state_of(line: Line) -> str:
    """Return what a change of a subscription says it is now."""
    names = ("subscription_status", "subscriptionStatus", "status", "state", "action")
    told = [line.properties[name] for name in names if line.properties.get(name) is not None]
    return _bare(str(told[0])) if told else ""


def _bare(name: str) -> str:
    """Write a name as names are compared: what parts its words, and how large, says nothing."""
    narrow = unicodedata.normalize("NFKC", name.translate(INVISIBLE)).casefold()
    return "".join(sign for sign in narrow if not sign.isspace() and sign not in "_-.:/")


def id_of(value: Any, rules: Rules | None) -> str | None:
    """Write an id as it is compared: how wide it is written, and as what number, says nothing."""
    if value is None or isinstance(value, dict | list | bool):
        return None
    text = unicodedata.normalize("NFKC", plain(value).translate(INVISIBLE)).strip()
    if text.endswith(".0") and text[:-2].isdigit():
        text = text[:-2]
    placeholders = [] if rules is None else rules.rows("placeholder_ids")
    is_nobody = any(text.casefold() == next(iter(row.values())).casefold() for row in placeholders)
    return None if not text or is_nobody else text


def _moment(record: dict[str, Any]) -> datetime | None:
    times = {
        name: _time(record.get(name))
        for name in ("timestamp", "receivedAt", "sentAt", "originalTimestamp")
    }
    if times["timestamp"]:
        return times["timestamp"]
    received, sent, original = (times[n] for n in ("receivedAt", "sentAt", "originalTimestamp"))
    if received and sent and original:
        return received - (sent - original)
    return received


def _time(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        if isinstance(value, int | Decimal):
            seconds = Decimal(value)
            while seconds > 10**11:
                seconds /= 1000
            return EPOCH + timedelta(microseconds=int(seconds * 10**6))
        day, _, hour = value.partition("T")
        is_end = hour.startswith("24:00:00")
        moment = datetime.fromisoformat(f"{day}T00{hour[2:]}" if is_end else value)
        moment += timedelta(days=is_end)
    except ValueError:
        return None
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _is_sound(line: Line, rules: Rules) -> bool:
    """Say whether a line can be taken at its word; what cannot is set aside whole."""
    if line.roles & {"purchase", "refund"}:
        amounts = [_number(line.properties.get(name)) for name in ("revenue", "total", "value")]
        if any(amount is not None and amount < 0 for amount in amounts):
            return False
        currency = currency_of(line)
        if (
            currency
            and not is_currency(currency)
            and not any(row["currency"] == currency for row in rules.rows("fx_rates"))
        ):
            return False
    if line.event == "Consent Changed":
        is_yes = plain(line.properties.get("granted")).strip().casefold() in YES
        return not is_yes or channels_named(rules, line.properties.get("channel")) is not None
    if line.event == "Subscription Changed" and state_of(line) in {
        "subscribed",
        "optedin",
        "optin",
    }:
        told = line.properties.get("channel")
        return bool(told) and channels_named(rules, told) is not None
    if line.event == "Survey Answered" and line.properties.get("survey") == "nps":
        score = _number(line.properties.get("score"))
        return score is None or 0 <= score <= 10
    return True


def channels_named(rules: Rules, value: Any) -> list[str] | None:
    """Return the channels a word is for; None for one that nobody knows."""
    known = rules.rows("channels")
    text = "" if value is None else plain(value).strip().casefold()
    if text in {"", "all"}:
        return [rule["channel"] for rule in known]
    for rule in known:
        aliases = [alias.strip().casefold() for alias in rule.get("aliases", "").split("|")]
        if text == rule["channel"].casefold() or text in aliases:
            return [rule["channel"]]
    return None


def currency_of(line: Line) -> str | None:
    """Return the currency a line names."""
    value = line.properties.get("currency")
    return str(value).strip().upper() or None if value is not None else None


def _number(value: Any) -> Decimal | None:
    if value is None or value == "" or isinstance(value, bool | dict | list):
        return None
    try:
        return Decimal(str(value).strip())
    except ArithmeticError:
        return None


number_of = _number
