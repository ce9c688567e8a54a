"""excluded_users -> faults: each row says whom it means."""

from warehouse.judging.spelling import narrow
from warehouse.judging.values import AROUND_IDS, Rejected, canonical_id
from warehouse.rules.checks import Faults, Rules
from warehouse.rules.table import Table


def patterns_name_people(table: Table, _: Rules) -> Faults:
    """Demand the trait a row looks at, and a pattern with at most one `*`, at one of its ends."""
    for row in table.rows:
        kind, trait, pattern = row["kind"], row["trait"], row["pattern"]
        if kind == "trait" and not trait:
            what, cure = "trait is blank, and the kind 'trait' needs it", "give the trait's name"
        elif kind != "trait" and trait:
            what = f"trait {trait!r} can have no effect: the kind is {kind!r}"
            cure = "leave it blank, or give the kind trait"
        elif not pattern.strip("*"):
            what, cure = (
                f"pattern {pattern!r} names everybody",
                "give what ids of theirs begin with",
            )
        elif "*" in pattern[1:-1] or pattern.count("*") > 1:
            what = f"pattern {pattern!r} has a * elsewhere than at one end"
            cure = "write one * at the beginning or at the end, or a row for each"
        elif kind == "user_id" and (own := _as_ids_are(pattern)) != pattern:
            what = f"pattern {pattern!r} fits no id: they are written another way"
            cure = f"write {own!r}" if own else "write the id's own digits"
        elif kind == "email_domain" and "@" in pattern:
            what = f"pattern {pattern!r} is an address, not a domain"
            cure = f"give {pattern.rpartition('@')[2]!r}, or the kind trait with the trait email"
        elif kind == "email_domain" and "." not in pattern:
            what = f"pattern {pattern!r} is no domain"
            cure = "give all of what follows the @, as example.org, or *.example.org"
        else:
            continue
        yield table.fault(what, line=row.line, cure=cure)


def _as_ids_are(pattern: str) -> str:
    """Return a pattern as the door writes ids; the beginning or end of one is no id yet."""
    text = pattern.strip("*")
    try:
        own = narrow(text).strip(AROUND_IDS) if text != pattern else canonical_id(text)
    except Rejected:
        return ""
    return pattern.replace(text, own) if own else ""
