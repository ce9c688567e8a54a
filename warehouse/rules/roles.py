"""event_roles, event_aliases -> faults: no row that would change nothing."""

from collections import defaultdict

from warehouse.judging.aliases import event_word
from warehouse.rules.checks import Faults, Rules
from warehouse.rules.table import Row, Table

# Lines of these types have no event name; a page is `Page Viewed`, a screen `Screen Viewed`.
NEVER_EVENTS = frozenset({"identify", "group", "alias"})
OF_ACTIVITY = frozenset(
    {"activity", "login", "interaction", "content", "share", "invite", "purchase", "feature"}
)
OF_ORDERS = frozenset({"purchase", "refund", "cancel"})


def roles_have_effect(table: Table, rules: Rules) -> Faults:
    """Refuse a name that no event can have, and a role that another row of the name outweighs.

    Message events are what others do to a user: they are no activity, whatever a row says.
    """
    messages = {r["event"] for r in rules.shipped[table.name].rows if r["role"] == "message"}
    roles: dict[str, set[str]] = defaultdict(set)
    for row in table.rows:
        roles[row["event"]].add(row["role"])
    for row in table.rows:
        event, role = row["event"], row["role"]
        named = f"the role {role!r} of {event!r} can have no effect"
        others = roles[event] - {role}
        if event.lower() in NEVER_EVENTS:
            what = (
                f"{event!r} can have no effect: it is a type of line, and such lines are no events"
            )
            cure = "leave out this line, or give the name of a track event"
        elif not role and others:
            what = f"a blank role of {event!r} can have no effect: it has others"
            cure = f"leave out this line, or those that say {', '.join(sorted(others))}"
        elif event in messages and "message" not in roles[event]:
            what = f"{named}: it is a message to the user, and no activity"
            cure = "give the role message"
        elif role in OF_ACTIVITY and "message" in others:
            what = f"{named}: it has the role message too, and a message is no activity"
            cure = "leave out this line"
        elif role in OF_ORDERS and others & OF_ORDERS:
            [other, *_] = sorted(others & OF_ORDERS)
            what = f"{named} beside {other}: an event moves an order in one way"
            cure = f"leave out this line or the one that says {other}"
        else:
            continue
        yield table.fault(what, line=row.line, cure=cure)


def aliases_have_effect(table: Table, _: Rules) -> Faults:
    """Refuse a name that stands for what stands for another, or for two: it is read once.

    Names are compared by their words: of two that are one name in two writings, one is enough.
    """
    first: dict[str, Row] = {}
    for row in table.rows:
        first.setdefault(event_word(row["alias"]), row)
    for row in table.rows:
        word = event_word(row["alias"])
        before, target = first[word], first.get(event_word(row["event"]))
        if not word:
            what = f"{row['alias']!r} can have no effect: it has no letter"
            cure = "leave out this line, or give the name of a track event"
        elif before["event"] != row["event"]:
            what = (
                f"{row['alias']!r} stands for {row['event']!r}, and on line {before.line}"
                f" {before['alias']!r}, the same name in another writing, for {before['event']!r}"
            )
            cure = "leave one of the two lines out"
        elif target is not None and target["event"] != row["event"]:
            what = f"{row['alias']!r} stands for {row['event']!r}, which is an alias itself"
            cure = "give the published name that both stand for"
        elif row["alias"] == row["event"]:
            what = f"{row['alias']!r} stands for itself"
            cure = "leave out this line, or give the alias in another writing"
        elif row["alias"].lower() in NEVER_EVENTS:
            what = f"{row['alias']!r} can have no effect: it is a type of line, no event"
            cure = "leave out this line, or give the name of a track event"
        else:
            continue
        yield table.fault(what, line=row.line, cure=cure)
