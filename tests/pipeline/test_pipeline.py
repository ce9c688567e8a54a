"""The whole journey, landing to exports, on four days of hand-written events."""

import json
import shutil
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import dagster as dg

from orchestration.failures import warnings_of
from tests.conftest import (
    GOLDEN,
    LAST,
    Installation,
    NewInstallation,
)
from warehouse.lake.loads import admitted
from warehouse.serving.publish import current, verify


def test_every_line_is_in_exactly_one_class(finished: Installation) -> None:
    assert finished.rows(
        "select load_date, lines, accepted, duplicates, quarantined, blank"
        " from marts.load_ledger order by load_date"
    ) == [
        (date(2026, 3, 1), 12, 10, 0, 1, 1),
        (date(2026, 3, 2), 6, 5, 1, 0, 0),
        (date(2026, 3, 3), 5, 4, 0, 1, 0),
        (date(2026, 3, 4), 2, 1, 0, 1, 0),
    ]


def test_what_a_visitor_did_moves_to_the_user_it_became(finished: Installation) -> None:
    assert finished.rows(
        "select user_id, event_date, events from marts.fct_user_days"
        " where user_id in ('bob', 'a-bob') order by event_date"
    ) == [
        ("bob", date(2026, 3, 1), 1),
        ("bob", date(2026, 3, 2), 1),
        ("bob", date(2026, 3, 4), 1),
    ]


def test_sessions_end_after_thirty_minutes_and_not_at_midnight(finished: Installation) -> None:
    assert finished.rows(
        "select user_id, event_date, events, duration_seconds from marts.fct_sessions"
        " where user_id in ('ann', 'cat') and event_date = date '2026-03-01'"
        " order by user_id, started_at"
    ) == [
        ("ann", date(2026, 3, 1), 5, 3595),
        ("ann", date(2026, 3, 1), 1, 0),
        ("cat", date(2026, 3, 1), 2, 900),
    ]


def test_money_follows_the_orders_to_the_cent(finished: Installation) -> None:
    orders = finished.rows(
        "select order_id, amount, refunded, net_amount, currency, is_cancelled, is_converted"
        " from marts.fct_orders order by order_id"
    )
    assert orders == [
        ("o1", Decimal("100.10"), Decimal("100.10"), Decimal("0.00"), "CNY", False, True),
        ("o2", Decimal("142.00"), Decimal("0.00"), Decimal("142.00"), "USD", False, True),
        ("o3", Decimal("50.00"), Decimal("0.00"), Decimal("50.00"), "CNY", True, True),
        ("o4", None, Decimal("0.00"), None, "CHF", False, False),
    ]
    assert finished.rows(
        "select event_date, sum(net_revenue) from marts.fct_user_days group by 1 order by 1"
    ) == [
        (date(2026, 3, 1), Decimal("100.10")),
        (date(2026, 3, 2), Decimal("161.90")),
        (date(2026, 3, 3), Decimal("-120.00")),
        (date(2026, 3, 4), Decimal("0.00")),
    ]


def test_money_has_the_places_of_its_currency(new_installation: NewInstallation) -> None:
    """A dinar has a thousand parts: the contracts of the marts have three places for it."""
    installation = new_installation(currency="KWD")
    order = {"order_id": "o1", "revenue": "1.2345", "currency": "KWD"}
    back = {"order_id": "o1", "revenue": "0.2"}
    folder = installation.settings.landing_root / "events" / "dt=2026-03-01"
    folder.mkdir(parents=True)
    (folder / "events.ndjson").write_text(
        "".join(
            json.dumps(
                {
                    "type": "track",
                    "event": event,
                    "userId": "ann",
                    "timestamp": f"2026-03-01T0{hour}:00:00Z",
                    "properties": properties,
                }
            )
            + "\n"
            for hour, (event, properties) in enumerate(
                [("Order Completed", order), ("Order Refunded", back)]
            )
        )
    )

    installation.build()

    assert installation.rows("select amount, refunded, net_amount from marts.fct_orders") == [
        (Decimal("1.235"), Decimal("0.200"), Decimal("1.035"))
    ]
    assert installation.rows("select net_revenue from marts.dim_users") == [(Decimal("1.035"),)]


def test_what_is_amiss_among_orders_is_told_with_how_many(
    first_run: tuple[Installation, Sequence[dg.DagsterEvent]],
) -> None:
    told = warnings_of(first_run[1])

    # An order in francs, for which there is no rate.
    [orders] = [each for each in told if each.endswith("(assert_no_orders_without_value)")]
    assert orders.startswith("Orders whose amount is unknown, or in a currency without a rate, ")
    assert " Found: 1. " in orders


def test_a_late_event_is_counted_on_the_day_it_happened(finished: Installation) -> None:
    assert finished.rows(
        "select event_date, events from marts.fct_user_days where user_id = 'dan'"
    ) == [(date(2026, 3, 1), 1)]
    assert finished.rows(
        "select value from marts.kpi_daily where kpi = 'dau' and dimension = 'all'"
        " order by as_of_date"
    ) == [(4.0,), (3.0,), (1.0,), (1.0,)]


def test_the_journey_ends_in_files_people_open(finished: Installation) -> None:
    settings = finished.settings
    published = current(settings)

    assert published is not None
    assert published.revision == 1
    assert verify(settings) == []
    day = f"as_of={LAST}"
    page = (settings.exports_dir / "report" / day / "index.html").read_text()
    assert "example.com" not in page
    assert (settings.exports_dir / "kpi" / day / "kpi.csv").is_file()
    assert (settings.exports_dir / "recall" / day / "excluded.csv").is_file()


def test_running_a_day_again_changes_nothing(copied: Installation) -> None:
    before = copied.hashes()

    assert copied.run("2026-03-02").success

    assert copied.hashes() == before
    published = current(copied.settings)
    assert published is not None
    assert published.revision == 1


def test_a_day_of_nothing_but_bad_lines_stops_at_the_border(
    first_day: Installation, tmp_path: Path
) -> None:
    installation = first_day.copy(tmp_path / "home")
    before = installation.hashes()
    bad = installation.settings.landing_root / "events" / "dt=2026-03-02" / "events.ndjson"
    bad.write_text("this is not JSON\n" * 20)

    result = installation.run("2026-03-02")

    assert not result.success
    assert "dbt_models" not in installation.steps(result)
    assert date(2026, 3, 2) not in admitted(installation.settings)
    # The day behind the shut gate is in no later run either, until it is mended.
    assert installation.run("2026-03-03").success
    assert installation.rows("select count(*) from marts.load_ledger where not is_admitted") == [
        (1,)
    ]
    assert installation.hashes() != before
    shutil.copy(GOLDEN / "landing/events/dt=2026-03-02/events.ndjson", bad)
    assert installation.run("2026-03-02").success
    assert installation.rows("select count(*) from marts.load_ledger where not is_admitted") == [
        (0,)
    ]
