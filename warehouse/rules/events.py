"""Rules that name events -> faults: no event that cannot come, none that is nearly another."""

from warehouse.judging.spelling import folded
from warehouse.rules.checks import Check, Faults, Rules
from warehouse.rules.roles import NEVER_EVENTS
from warehouse.rules.table import Table

# In shorter names one letter makes another word.
LEAST_LETTERS = 8


def events_can_come(column: str, *, messages: bool = True) -> Check:
    """Refuse a type of line, which is no event, and a name that a known one was meant by.

    A name of the installation's own may be anything, but one letter away from a known name it is a
    slip of the pen, unless it has a row in ``event_roles``. Without ``messages``, what others send
    to a user is refused too: it is nothing a user does.
    """

    def check(table: Table, rules: Rules) -> Faults:
        roles = rules.effective["event_roles"].rows
        known = {row["event"] for row in roles}
        sent = set() if messages else {row["event"] for row in roles if row["role"] == "message"}
        for row in table.rows:
            event = row[column]
            if event.lower() in NEVER_EVENTS:
                what = f"{event!r} can have no effect: it is a type of line, and no event"
                yield table.fault(what, line=row.line, cure="give the name of a track event")
            elif event in sent:
                what = f"{event!r} can have no effect: it is a message to the user"
                yield table.fault(what, line=row.line, cure="give what the user does")
            elif event not in known:
                meant = next((name for name in sorted(known) if is_slip(event, name)), "")
                if meant:
                    what = f"{column} {event!r} is not in event_roles"
                    cure = f"did you mean {meant!r}? An event of your own needs a row there"
                    yield table.fault(what, line=row.line, cure=cure)

    return check


def is_slip(word: str, known: str) -> bool:
    """Tell whether two names differ in case, spaces or one letter only."""
    one, other = (folded(text).replace(" ", "").replace("_", "") for text in (word, known))
    if one == other:
        return True
    if min(len(one), len(other)) < LEAST_LETTERS or abs(len(one) - len(other)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return True
    rests = (one[start + 1 :], other[start + 1 :])
    swapped = one[start : start + 2] == other[start : start + 2][::-1]
    return (
        rests[0] == rests[1]
        or rests[0] == other[start:]
        or one[start:] == rests[1]
        or (swapped and one[start + 2 :] == other[start + 2 :])
    )
