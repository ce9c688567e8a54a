"""Who is who, who was there, who does not count: a later line tells it for earlier days too."""

import json
from datetime import date
from typing import Any

import duckdb

from tests.conftest import Installation, NewInstallation
from tests.rule_files import write_own

FIRST, SECOND = "2026-03-01", "2026-03-02"
TABLES = ("dim_users", "fct_user_days")
RULES = "kind,trait,pattern\nuser_id,,bot-*\nemail_domain,,staff.example\ntrait,role,tester\n"


def land(installation: Installation, day: str, *lines: dict[str, Any]) -> None:
    folder = installation.settings.landing_root / "events" / f"dt={day}"
    folder.mkdir(parents=True, exist_ok=True)
    made = [
        {"messageId": f"{day}-{number}", "timestamp": f"{day}T02:00:00Z", "type": "track"}
        | ({"event": "Product Viewed"} if "type" not in line else {})
        | line
        for number, line in enumerate(lines)
    ]
    (folder / "lines.ndjson").write_text("".join(json.dumps(line) + "\n" for line in made))


def test_people_who_do_not_count_leave_every_day(new_installation: NewInstallation) -> None:
    daily, ranged = new_installation(), new_installation()
    for installation in (daily, ranged):
        write_own(installation.settings, "excluded_users.csv", RULES)
        order = {"event": "Order Completed", "properties": {"order_id": "o1", "revenue": 10}}
        land(
            installation,
            FIRST,
            {"userId": "ann"},
            {"userId": "bot-7"},
            {"anonymousId": "visitor"},
            {"userId": "max"} | order,
            {"userId": "tess"},
            {"type": "identify", "userId": "ann", "traits": {"email": "a@home.example"}},
            {"type": "identify", "userId": "bot-7", "traits": {"email": "A@home.example"}},
            {"userId": "bot-7", "event": "Unsubscribed"},
        )
        land(
            installation,
            SECOND,
            {"type": "identify", "userId": "max", "anonymousId": "visitor"}
            | {"traits": {"email": "Max@STAFF.example"}},
            {"type": "identify", "userId": "tess", "traits": {"role": "tester"}},
            {"userId": "ann"},
        )
    daily.build(FIRST)
    assert daily.rows("select user_id from marts.dim_users order by all") == [
        ("ann",), ("max",), ("tess",), ("visitor",)
    ]  # fmt: skip
    daily.build(SECOND)
    ranged.build(FIRST, SECOND)

    assert daily.rows("select user_id, event_date from marts.fct_user_days order by all") == [
        ("ann", date(2026, 3, 1)),
        ("ann", date(2026, 3, 2)),
    ]
    assert daily.rows("select user_id from marts.dim_users") == [("ann",)]
    assert daily.rows("from marts.fct_orders") == []
    assert daily.rows("select event, events, users from marts.event_names") == [
        ("Product Viewed", 2, 1)
    ]
    assert daily.rows("from marts.identity_exceptions order by all") == [
        ("aside", 0, 0),
        ("excluded", 3, 8),
        ("hub", 0, 0),
        ("unread", 0, 0),
    ]
    # Their lines have arrived and lie in the lake all the same.
    assert daily.rows("select sum(accepted) from marts.load_ledger") == [(11,)]
    # Nobody is written to against their no, at an address that somebody else has too.
    with duckdb.connect(str(daily.settings.build_db), read_only=True) as connection:
        asked = "select user_id, has_word, has_consent from intermediate.int_contacts"
        found = connection.execute(f"{asked} where contact is not null").fetchall()
    assert found == [("ann", True, False)]
    assert daily.hashes() == ranged.hashes()


def test_a_line_in_conflict_joins_nobody(new_installation: NewInstallation) -> None:
    installation = new_installation()
    land(
        installation,
        FIRST,
        {"anonymousId": "kiosk", "messageId": "same"},
        {"anonymousId": "tablet", "messageId": "other"},
    )
    land(
        installation,
        SECOND,
        {"userId": "ann", "anonymousId": "kiosk", "messageId": "same"},
        {"type": "alias", "userId": "bob", "previousId": "tablet", "messageId": "other"},
    )

    installation.build(FIRST, SECOND, tables=TABLES)

    users = "select user_id from marts.dim_users order by all"
    assert installation.rows(users) == [("kiosk",), ("tablet",)]
    # Without the first lines the second ones are no conflict any more.
    land(installation, FIRST, {"userId": "eve"})
    installation.build(FIRST, tables=TABLES)
    assert installation.rows(users) == [("ann",), ("bob",), ("eve",)]
    assert installation.rows("select sum(events) from marts.fct_user_days") == [(2,)]


def test_a_signed_out_visit_is_no_login_and_a_click_no_visit(
    new_installation: NewInstallation,
) -> None:
    installation = new_installation()
    land(
        installation,
        FIRST,
        {"userId": "ann", "anonymousId": "phone"},
        {"anonymousId": "stranger"},
        {"userId": "bob", "event": "Email Delivered"},
    )
    land(
        installation,
        SECOND,
        {"anonymousId": "phone"},
        {"userId": "ann", "event": "Email Link Clicked"},
    )

    installation.build(FIRST, SECOND, tables=TABLES)

    days = "select user_id, event_date, events, logins, interactions from marts.fct_user_days"
    assert installation.rows(f"{days} order by all") == [
        ("ann", date(2026, 3, 1), 1, 1, 0),
        ("ann", date(2026, 3, 2), 1, 0, 0),
        ("stranger", date(2026, 3, 1), 1, 1, 0),
    ]
    seen = "select user_id, last_seen_date from marts.dim_users order by all"
    assert installation.rows(seen) == [
        ("ann", date(2026, 3, 2)),
        ("stranger", date(2026, 3, 1)),
    ]
