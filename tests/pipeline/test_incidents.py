"""A landed incident: whoever it affects is on no list until all that is owed to them is done."""

import json
from typing import Any

from tests.conftest import Installation, NewInstallation

FIRST, LAST = "2026-01-01", "2026-04-15"
HEADER = (
    "incident_id,kind,started_at,ended_at,user_id,country,platform,event,duty,done_at,compensation"
)
PEOPLE = 30
TABLES = ("recall_list", "recall_exclusions")


def line(user: str, minute: int, **what: Any) -> str:
    at = f"{FIRST}T08:{minute:02}:00Z"
    told = {"messageId": f"{user}-{minute}", "userId": user, "timestamp": at} | what
    return json.dumps(told)


def bought_and_left(user: str) -> list[str]:
    """Tell of somebody who may be written to by push, bought once and never came back."""
    order = {"order_id": f"o-{user}", "revenue": 100}
    return [
        line(user, 0, type="identify", traits={"push_token": f"token {user.rstrip('x')}"}),
        line(user, 1, type="track", event="Order Completed", properties=order),
        line(user, 2, type="alias", previousId=f"old {user}"),
    ]


def land(installation: Installation, feed: str, day: str, name: str, lines: list[str]) -> None:
    folder = installation.settings.landing_root / feed / f"dt={day}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def listed(installation: Installation) -> set[str]:
    return {user for (user,) in installation.rows("select user_id from marts.recall_list")}


def reasons(installation: Installation) -> dict[str, str]:
    query = "select user_id, exclusion_reason from marts.recall_exclusions"
    return dict(installation.rows(query))


def test_nobody_an_incident_affects_is_called_back_before_its_duties_are_done(
    new_installation: NewInstallation,
) -> None:
    installation = new_installation()
    # Each token is of two accounts: only one of them would be written to.
    users = [f"u{number}{twin}" for number in range(PEOPLE) for twin in ("", "x")]
    lines = [each for user in users for each in bought_and_left(user)]
    # A visitor may go by an id that is also an account's, and be somebody else by now.
    lines += [
        line("agent", 3, type="page", anonymousId=user, messageId=f"as {user}") for user in users
    ]
    land(installation, "events", FIRST, "a.ndjson", lines)
    visit = line("other", 3, type="page").replace(FIRST, LAST)
    land(installation, "events", LAST, "a.ndjson", [visit])
    installation.build(tables=TABLES)
    before, kept = listed(installation), reasons(installation)
    assert len(before) >= PEOPLE // 2
    named, unnamed = sorted(before)[::2], set(sorted(before)[1::2])
    by_twin = [f"{user}x" if not user.endswith("x") else user[:-1] for user in named[:2]]

    # By an old id, by the other account of an address, and by itself; nobody says when it began.
    rows = [*by_twin, *(f"old {user}" for user in named[2:4]), *named[4:]]
    land(
        installation,
        "incidents",
        LAST,
        "a.csv",
        [HEADER, *(f"leak,,,,{user},,,,,," for user in rows)],
    )
    installation.build(LAST, tables=TABLES)

    assert listed(installation) == unnamed
    frozen = {user for user, why in reasons(installation).items() if why == "incident_freeze"}
    assert set(named) <= frozen
    assert not frozen & {user for user, why in kept.items() if why in {"holdout", "no_contact"}}

    # All but one duty are no end of it, nor is one that will be done tomorrow.
    done = [f"leak,,,,,,,,{duty},{LAST}T09:00:00Z," for duty in ("apology", "service")]
    land(
        installation,
        "incidents",
        LAST,
        "b.csv",
        [HEADER, *done, "leak,,,,,,,,review,2026-04-15T16:00:00Z,"],
    )
    installation.build(LAST, tables=TABLES)
    assert listed(installation) == unnamed

    land(
        installation, "incidents", LAST, "c.csv", [HEADER, f"leak,,,,,,,,Review,{LAST}T15:59:59Z,"]
    )
    installation.build(LAST, tables=TABLES)
    assert listed(installation) == before
    assert reasons(installation) == kept
