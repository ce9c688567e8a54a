"""tags -> faults: every row asks for what can be told, and no tag tells a contact."""

import re

from warehouse.judging.aliases import event_word
from warehouse.rules.checks import Faults, Rules
from warehouse.rules.kinds import INTEGER
from warehouse.rules.roles import NEVER_EVENTS
from warehouse.rules.table import Row, Table, nearest

TOLD = frozenset({"profile", "trait"})
PROFILE = ("country", "platform", "channel")
ROLES = ("interaction", "content", "share", "invite", "purchase", "feature")
# Least and most of the two numbers of a span, and an example.
SPANS = {"hours": (0, 23, "18-22"), "weekdays": (1, 7, "06-07")}
SPAN = re.compile(r"[0-9]{2}-[0-9]{2}")
TRAIT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Traits by the names that trackers give them; contact fields of channels come on top.
CONTACTS = frozenset(
    {"name", "firstname", "lastname", "first_name", "last_name", "email", "phone", "address"}
)


def tags_can_be_told(table: Table, rules: Rules) -> Faults:
    """Refuse a subject nobody can tell, days or numbers where there are none, and contacts."""
    for row in table.rows:
        what, cure = _subject_fault(row, rules) or _number_fault(row) or ("", "")
        if what:
            yield table.fault(what, line=row.line, cure=cure)


def _subject_fault(row: Row, rules: Rules) -> tuple[str, str] | None:
    kind, subject = row["input"], row["subject"]
    if kind == "profile" and subject not in PROFILE:
        return f"no profile tells {subject!r}", nearest(subject, PROFILE)
    if kind == "role" and subject not in ROLES:
        return f"no tag is about the role {subject!r}", nearest(subject, ROLES)
    if kind == "trait":
        fields = {channel["contact_field"].lower() for channel in rules.effective["channels"].rows}
        if subject.lower() in CONTACTS | fields:
            return f"the trait {subject!r} says how to reach a person", "leave out this line"
        if not TRAIT.fullmatch(subject):
            return f"subject cannot be {subject!r}", "give a trait by its name, as gender"
    if kind == "event":
        rows = rules.effective["event_aliases"].rows
        meant = {event_word(row["alias"]): row["event"] for row in rows}.get(event_word(subject))
        if meant is not None and meant != subject:
            return f"{subject!r} is another name of an event", f"give {meant!r}"
        if subject.lower() in NEVER_EVENTS:
            return f"{subject!r} is a type of line, and no event", "give the name of a track event"
    if kind in SPANS:
        least, most, example = SPANS[kind]
        ends = [int(end) for end in subject.split("-")] if SPAN.fullmatch(subject) else []
        if not ends or not all(least <= end <= most for end in ends):
            cure = f"give two of {least:02} to {most:02}, as {example}"
            return f"subject of {kind} cannot be {subject!r}", cure
    return None


def _number_fault(row: Row) -> tuple[str, str] | None:
    kind, days = row["input"], row["window_days"]
    if kind in TOLD and days:
        return f"window_days can have no effect: the input is {kind!r}", "leave it blank"
    if kind not in TOLD and not days:
        return f"window_days is blank, and the input {kind!r} needs it", "give a number of days"
    if bool(row["from_value"]) != bool(row["value"]):
        return "from_value and value come together, or not at all", "give both, or none"
    if kind not in TOLD:
        if not row["value"]:
            return f"value is blank, and the input {kind!r} needs it", "give a word, as often"
        if INTEGER.fullmatch(row["from_value"]) and not 0 < int(row["from_value"]) <= int(days):
            what = f"nothing happens on {row['from_value']} of {days} days"
            return what, f"give 1 to {days}"
    return None
