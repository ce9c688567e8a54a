"""Marts, measured on small ones made here, and what the suites say to them."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from quality.suite import load_suites, run_suite
from warehouse.gates.profiles import marts_day, recall_rows
from warehouse.rules.effective import SHIPPED_DIR
from warehouse.serving.contents import Part
from warehouse.serving.manifest import describe, write
from warehouse.settings import Settings

DAY = date(2026, 3, 10)
SUITES = {suite.name: suite.with_rules(lambda _: ["email", "sms"]) for suite in load_suites()}


def failed(name: str, rows: pd.DataFrame) -> tuple[set[str], set[str]]:
    """Judge a frame; give the columns that stop the run, and those only recorded."""
    verdict = run_suite(SUITES[name], rows)
    return {f.column for f in verdict.critical}, {f.column for f in verdict.warnings}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "it's home")


def only(rows: pd.DataFrame) -> dict[str, Any]:
    assert len(rows) == 1
    return rows.to_dict("records")[0]


MARTS = """
create schema marts;
create table marts.dim_users as from (values ('ann'), ('bob'), ('cat')) as rows(user_id);
create table marts.identity_exceptions as from (values ('excluded', 0), ('hub', 2)) as
    rows(kind, users);
create table marts.rfm_scores as from (values
    (date '2026-03-10', 'ann', 'gold'), (date '2026-03-10', 'bob', 'bronze'),
    (date '2026-03-08', 'ann', null)
) as rows(as_of_date, user_id, rfm_tier);
create table marts.fct_user_days as from (values
    ('ann', 30.10::decimal(18, 2)), ('bob', -0.05::decimal(18, 2))
) as rows(user_id, net_revenue);
create table marts.fct_orders as from (values
    ('ann', date '2026-03-09', 20.05::decimal(18, 2), false, true),
    ('bob', date '2025-01-01', 11.00, false, true),
    ('cat', date '2026-03-09', 99.00, true, true),
    ('bob', date '2025-01-01', null, false, false)
) as rows(user_id, order_date, net_amount, is_cancelled, is_converted);
create table marts.fct_refunds as from (values
    (7.00::decimal(18, 2), true), (1.00, false)
) as rows(amount, is_matched);
create table marts.kpi_daily as
    select date '2026-03-10' as as_of_date, kpi, 'all' as dimension, 'all' as dimension_value
    from {kpis};
create table marts.recall_list as from (values
    (date '2026-03-10', 'ann', 'win_back', 'email', 'gift', 'coupon', 1,
        timestamp '2026-03-11 02:00:00', 'lost', 'a reason', 'scene', 0.02, 1.5, 'silent'),
    (date '2026-03-09', 'bob', null, null, null, null, null, null, null, null, null, null, null,
        null)
) as rows(as_of_date, user_id, strategy, channel, content_key, arm, priority, send_after, segment,
    need, scene, cost, expected_value, reason);
create table marts.load_ledger as from (values
    (date '2026-03-10', 103, 97, 1, 1, 1, 2, 1, 1)
) as rows(load_date, lines, accepted, duplicates, quarantined, blank, left_out, erased, conflicts);
"""


CONTACTS = """
create schema intermediate;
create table intermediate.int_contacts as from (values
    ('ann', 'email', 'a@x', true, false, false), ('ann', 'sms', null, false, false, false),
    ('bob', 'email', 'a@x', true, false, false)
) as rows(user_id, channel, contact, has_consent, is_suppressed, is_erased);
"""


def build_marts(settings: Settings, *changes: str) -> None:
    """Make small sound marts, then spoil them."""
    settings.serving_build_db.parent.mkdir(parents=True, exist_ok=True)
    settings.serving_build_db.unlink(missing_ok=True)
    with duckdb.connect(str(settings.serving_build_db)) as connection:
        connection.execute(MARTS.format(kpis=f"read_csv('{SHIPPED_DIR / 'kpis.csv'}')"))
        for change in changes:
            connection.execute(change)
    build_contacts(settings)


def build_contacts(settings: Settings, *changes: str) -> None:
    """Say of users how they may be reached, then spoil it."""
    settings.build_db.unlink(missing_ok=True)
    with duckdb.connect(str(settings.build_db)) as connection:
        connection.execute(CONTACTS)
        for change in changes:
            connection.execute(change)


def publish_users(settings: Settings, users: int) -> None:
    """Say that so many users are published; of what is published only the manifest is asked."""
    settings.serving_dir.mkdir(parents=True)
    users_only = [Part("dim_users", "", users, f"{users}-0-")]
    write(settings.serving_dir, describe(1, DAY, "run-1", users_only), [])
    (settings.serving_dir / "manifest.json").symlink_to("manifest-000001.json")


def test_sound_marts_are_measured_and_pass(settings: Settings) -> None:
    build_marts(settings)
    publish_users(settings, 2)

    rows = marts_day(settings, DAY)

    measured = only(rows)
    assert measured.pop("kpi_rows") > 20
    assert measured == {
        "as_of_date": "2026-03-10", "users": 3, "users_before": 2, "users_ratio": 1.5,
        "tierless_buyers": 0, "scoreless_buyers": 0, "money_gap": 0.0, "kpi_missing_all": 0,
        "list_rows": 1, "ledger_gap": 0, "rejected_share": 1 / 99,
    }  # fmt: skip
    assert failed("marts", rows) == (set(), set())


def test_whom_a_rule_leaves_out_has_not_vanished(settings: Settings) -> None:
    publish_users(settings, 6)
    build_marts(settings)
    assert failed("marts", marts_day(settings, DAY))[0] == {"users_ratio"}

    build_marts(settings, "update marts.identity_exceptions set users = 3 where kind = 'excluded'")

    assert only(marts_day(settings, DAY))["users_ratio"] == 1.0


def test_the_first_publication_has_nothing_to_compare_with(settings: Settings) -> None:
    build_marts(settings)

    rows = marts_day(settings, DAY)

    assert pd.isna(only(rows)["users_ratio"])
    assert failed("marts", rows) == (set(), set())


@pytest.mark.parametrize(
    ("change", "column", "value"),
    [
        ("update marts.rfm_scores set rfm_tier = null where user_id = 'bob'", "tierless_buyers", 1),
        (
            "update marts.rfm_scores set rfm_tier = 'tin' where user_id = 'bob'",
            "tierless_buyers",
            1,
        ),
        ("delete from marts.rfm_scores where user_id = 'bob'", "scoreless_buyers", 1),
        (
            "update marts.fct_user_days set net_revenue = 30.11 where user_id = 'ann'",
            "money_gap",
            0.01,
        ),
        ("delete from marts.fct_user_days", "money_gap", 30.05),
        ("delete from marts.fct_orders", "money_gap", 31.05),
        ("delete from marts.fct_refunds", "money_gap", 1.0),
        (
            "update marts.kpi_daily set dimension = 'country' where kpi = 'dau'",
            "kpi_missing_all",
            1,
        ),
        ("update marts.load_ledger set accepted = 96", "ledger_gap", 1),
        (
            "insert into marts.load_ledger values (date '2026-03-09', 5, 8, 0, 0, 0, 0, 0, 0)",
            "ledger_gap",
            3,
        ),
    ],
)
def test_what_is_wrong_in_the_marts_is_measured_and_closes_the_gate(
    settings: Settings, change: str, column: str, value: float
) -> None:
    build_marts(settings, change)

    rows = marts_day(settings, DAY)

    assert only(rows)[column] == pytest.approx(value)
    assert failed("marts", rows) == ({column}, set())


def test_lines_that_contradict_those_of_another_day_are_rejected_lines(settings: Settings) -> None:
    build_marts(settings, "update marts.load_ledger set accepted = 95, quarantined = 3")

    rows = marts_day(settings, DAY)

    assert failed("marts", rows) == (set(), {"rejected_share"})
    assert only(rows)["rejected_share"] == pytest.approx(3 / 99)


def test_marts_that_lost_users_are_not_published(settings: Settings) -> None:
    build_marts(settings)
    publish_users(settings, 4)

    assert failed("marts", marts_day(settings, DAY)) == ({"users_ratio"}, set())


def test_marts_without_anything_close_the_gate(settings: Settings) -> None:
    build_marts(settings, "delete from marts.dim_users", "delete from marts.kpi_daily")

    critical, _ = failed("marts", marts_day(settings, DAY))

    assert critical == {"users", "kpi_rows", "kpi_missing_all"}


def test_buyers_outside_the_rfm_window_need_no_score(settings: Settings) -> None:
    build_marts(settings, "delete from marts.rfm_scores where user_id = 'bob'")
    shipped = SHIPPED_DIR / "parameters.csv"
    settings.rules_dir.mkdir()
    (settings.rules_dir / "parameters.csv").write_text(
        shipped.read_text().replace("rfm_window_days,,", "rfm_window_days,365,")
    )

    assert only(marts_day(settings, DAY))["scoreless_buyers"] == 0


def test_the_recall_list_of_the_day_is_judged_and_no_other(settings: Settings) -> None:
    build_marts(settings)

    rows = recall_rows(settings, DAY)

    assert list(rows["user_id"]) == ["ann"]
    assert {"email", "phone", "push_token", "wechat_openid"}.isdisjoint(rows.columns)
    assert failed("recall_list", rows) == (set(), set())
    later = recall_rows(settings, DAY + timedelta(days=1))
    assert failed("recall_list", later) == (set(), set())


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ("update intermediate.int_contacts set has_consent = false", "without_consent"),
        ("delete from intermediate.int_contacts", "without_consent"),
        ("update intermediate.int_contacts set is_suppressed = true", "suppressed"),
        ("update intermediate.int_contacts set is_erased = true", "erased"),
    ],
)
def test_a_list_with_somebody_who_may_not_be_contacted_closes_the_gate(
    settings: Settings, change: str, column: str
) -> None:
    build_marts(settings)
    build_contacts(settings, change)

    assert failed("recall_list", recall_rows(settings, DAY)) == ({column}, set())


def test_a_list_with_an_address_twice_closes_the_gate(settings: Settings) -> None:
    build_marts(
        settings,
        "insert into marts.recall_list select * replace ('bob' as user_id) from marts.recall_list"
        " where user_id = 'ann'",
    )

    critical, _ = failed("recall_list", recall_rows(settings, DAY))

    assert critical == {"messages_to_address"}
