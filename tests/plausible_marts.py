"""A warehouse as dbt leaves it, with a few hundred made-up rows: what the last mile starts from."""

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import yaml
from jinja2 import Template

from tests.plausible_people import FILL as FILL_PEOPLE
from warehouse.rules.effective import SHIPPED_DIR
from warehouse.settings import Settings

DAY = date(2026, 11, 10)
KPIS = {
    # kpi: (name_en, name_zh, unit, direction, level, weekly swing, growth a day)
    "new_users": ("New users", "新增用户", "count", "up", 412, 0.16, 0.004),
    "dau": ("Daily active users", "日活跃用户", "count", "up", 5230, 0.12, 0.003),
    "wau": ("Weekly active users", "周活跃用户", "count", "up", 14800, 0.02, 0.003),
    "mau": ("Monthly active users", "月活跃用户", "count", "up", 31900, 0.01, 0.002),
    "stickiness": ("Stickiness (DAU / MAU)", "用户粘性", "share", "up", 0.164, 0.03, 0.001),
    "d1_retention": ("Day-1 retention", "次日留存", "share", "up", 0.361, 0.06, -0.001),
    "d7_retention": ("Day-7 retention", "7 日留存", "share", "up", 0.187, 0.05, -0.002),
    "orders": ("Orders", "订单数", "count", "up", 861, 0.2, 0.005),
    "payers": ("Payers", "付费用户", "count", "up", 802, 0.19, 0.005),
    "net_revenue": ("Net revenue", "净收入", "money", "up", 158_430, 0.22, 0.006),
    "aov": ("Average order value", "客单价", "money", "up", 184.1, 0.03, 0.001),
    "arpu": ("Revenue per active user", "人均收入", "money", "up", 30.3, 0.08, 0.002),
    "repurchase_rate": ("Repurchase rate, 90 days", "复购率", "share", "up", 0.283, 0.01, 0.001),
    "churn_rate": ("Churn rate", "流失率", "share", "down", 0.021, 0.08, 0.002),
    "silent_share": ("Silent users", "沉默用户占比", "share", "down", 0.447, 0.01, -0.001),
    "online_minutes_per_user": ("Minutes online", "人均在线", "minutes", "up", 13.4, 0.1, 0.001),
    "nps": ("Net promoter score", "净推荐值", "number", "up", 31.0, 0.02, 0.0),
}
OF_A_DAY = {"new_users", "dau", "orders", "payers", "net_revenue", "online_minutes_per_user"}
MODELS = Path(__file__).parents[1] / "dbt_project" / "models"
TYPES = {"string": "varchar"}
# What a column holds that must not be null and that no statement below fills.
SOMETHING = {"varchar": "''", "date": f"date '{DAY}'", "timestamp": f"timestamp '{DAY}'"}


@dataclass(frozen=True)
class Column:
    """A column as the contract of its mart promises it."""

    name: str
    kind: str
    is_required: bool

    @property
    def something(self) -> str:
        """Return a value of its kind."""
        return SOMETHING.get(self.kind, f"cast(0 as {self.kind})")


def _contracts() -> dict[str, list[Column]]:
    files = sorted((MODELS / "marts").rglob("*__models.yml"))
    found = [yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["models"] for path in files]
    models = itertools.chain.from_iterable(found)
    return {model["name"]: list(map(_column, model["columns"])) for model in models}


def _column(entry: dict[str, Any]) -> Column:
    # Money has the places of the reporting currency: here two.
    kind = Template(entry["data_type"]).render(var=lambda _: 2)
    constraints = {constraint["type"] for constraint in entry.get("constraints", ())}
    return Column(entry["name"], TYPES.get(kind, kind), "not_null" in constraints)


SCHEMAS = _contracts()


def make_settings(home: Path) -> Settings:
    return Settings(home=home, threads=2)


def create(settings: Settings, *, rows: bool = True) -> Settings:
    """Write both database files: every mart, the contacts and the shipped rules."""
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{settings.serving_build_db}' as serving (storage_version 'v1.0.0')"
        )
        connection.execute(f"attach '{settings.build_db}' as build")
        connection.execute("create schema serving.marts")
        for table, columns in SCHEMAS.items():
            typed = ", ".join(f'"{column.name}" {column.kind}' for column in columns)
            connection.execute(f"create table serving.marts.{table} ({typed})")
        connection.execute("create schema build.intermediate")
        for table, columns in INTERMEDIATE.items():
            connection.execute(f"create table build.intermediate.{table} ({columns})")
        if rows:
            for statement in (*FILL, *FILL_PEOPLE):
                connection.execute(statement)
            _fill_rules(connection)
            _fill_kpis(connection)
            _keep_promises(connection)
    return settings


def change(settings: Settings, *statements: str) -> None:
    """Do to the built marts what a later run would do."""
    _execute(settings.serving_build_db, statements)


def change_rules(settings: Settings, *statements: str) -> None:
    """Do to the rules beside the marts what a run with other rule files would do."""
    _execute(settings.build_db, statements)


def _execute(database: Path, statements: Iterable[str]) -> None:
    with duckdb.connect(str(database)) as connection:
        for statement in statements:
            connection.execute(statement)


def _keep_promises(connection: duckdb.DuckDBPyConnection) -> None:
    """Put something into columns that the contract wants filled and the statements do not know."""
    for table, columns in SCHEMAS.items():
        filled = ", ".join(
            f'"{column.name}" = coalesce("{column.name}", {column.something})'
            for column in columns
            if column.is_required
        )
        if filled:
            connection.execute(f"update serving.marts.{table} set {filled}")


def _fill_rules(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema build.rules")
    for path in sorted(SHIPPED_DIR.glob("*.csv")):
        connection.execute(f"create table build.rules.{path.stem} as from read_csv('{path}')")


def _fill_kpis(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create or replace table build.rules.kpis (kpi varchar, name_en varchar, name_zh varchar,"
        " unit varchar, direction varchar, window_days integer)"
    )
    labels = [(kpi, *entry[:4], 1 if kpi in OF_A_DAY else 30) for kpi, entry in KPIS.items()]
    connection.execute(f"insert into build.rules.kpis values {', '.join(map(repr, labels))}")
    # One statement: a thousand of them would cost more than the tests they serve.
    days = [_kpi_row(kpi, ago) for kpi in KPIS for ago in range(60)]
    connection.execute(
        "insert into serving.marts.kpi_daily (as_of_date, kpi, dimension, dimension_value, value,"
        " numerator, denominator, previous_day, week_before, mean_28d, target, status)"
        f" values {', '.join(days)}"
    )


def _kpi_row(kpi: str, ago: int) -> str:
    target = KPIS[kpi][4] if kpi in ("d7_retention", "repurchase_rate") else "null"
    status = "below" if kpi == "d7_retention" else "ok"
    mean = sum(_kpi_value(kpi, ago + n) for n in range(28)) / 28
    return (
        f"(date '{DAY - timedelta(days=ago)}', '{kpi}', 'all', 'all', {_kpi_value(kpi, ago)},"
        f" null, null, {_kpi_value(kpi, ago + 1)}, {_kpi_value(kpi, ago + 7)}, {mean}, {target},"
        f" '{status}')"
    )


def _kpi_value(kpi: str, ago: int) -> float:
    _, _, unit, _, level, swing, growth = KPIS[kpi]
    week = swing * math.sin((60 - ago) * 2 * math.pi / 7)
    value = level * (1 - growth * ago) * (1 + week + 0.02 * math.sin(ago * 2.7))
    return round(value, 0 if unit == "count" else 4)


INTERMEDIATE = {
    "int_contacts": "user_id varchar, channel varchar, contact varchar, has_consent boolean"
    " default true, has_word boolean default true, is_suppressed boolean default false,"
    " is_erased boolean default false",
    "int_named_ids": "named_id varchar, user_id varchar",
    "int_closed_addresses": "channel varchar, address varchar, reason varchar",
    "int_recall_details": "user_id varchar, name varchar, last_order_date date, last_item varchar",
}
D = f"date '{DAY.isoformat()}'"
FILL = (
    "insert into serving.marts.dim_users (user_id, first_seen_date, orders, net_revenue,"
    " rfm_segment, rfm_tier, clv_365d, own_value, referral_value) select 'user_' || i,"
    " date '2026-01-01' + cast(i % 300 as integer), i % 7, (i % 97) * 12.5, 'loyal',"
    " ['diamond', 'gold', 'silver', 'bronze'][1 + i % 4], 900 / (1 + i % 4) + i,"
    " (i % 97) * 12.5 + 900 / (1 + i % 4) + i, case when i % 10 = 0 then 75.5 else 0 end"
    " from range(300) t(i)",
    "insert into serving.marts.fct_user_days (user_id, event_date, events)"
    f" select 'user_' || (i * 37 % 300), {D} - cast(i % 70 as integer), i % 40 + 1"
    " from range(900) t(i)",
    "insert into serving.marts.fct_orders (order_id, user_id, ordered_at, order_date, net_amount)"
    f" select 'order_' || i, 'user_' || i % 300, {D} - to_days(cast(i % 70 as integer)),"
    f" case when i % 50 > 0 then {D} - cast(i % 70 as integer) end, i * 3.17 from range(400) t(i)",
    """insert into serving.marts.cohort_retention (
      cohort_by, period, clock, cohort_start, period_number, kind, dimension, dimension_value,
      cohort_size, users, retention_rate, is_mature)
    select cohort_by, 'month', 'calendar', start, n, 'n_period', 'all', 'all', size,
      case when n = 0 then size else cast(size * scale * (0.9 - 0.05 * c % 3 * 0.1) / (n + 0.35)
        as bigint) end, null, n < months
    from (select c, cast(date '2025-12-01' + to_months(cast(c as integer)) as date) as start,
            900 + c * 137 % 400 as size, 11 - c as months from range(12) t(c)),
      (select unnest(range(12)) as n),
      (values ('order', 0.31), ('activity', 0.58)) k(cohort_by, scale)
    where n <= months""",
    """insert into serving.marts.retention_curves (
      cohort_by, period, kind, clock, dimension, dimension_value, period_number, cohorts,
      cohort_size, users, retention_rate, status)
    select cohort_by, 'month', 'n_period', 'calendar', dimension, value, n, 11 - n, size, null,
      scale * share / (n + 0.35), 'ok'
    from (select unnest(range(1, 11)) as n),
      (values ('order', 0.31), ('activity', 0.58)) k(cohort_by, scale),
      (values ('all', 'all', 9000, 0.8), ('channel', 'direct', 5000, 0.9),
        ('channel', 'ads', 4000, 0.5), ('incentive_mix', 'none', 6000, 0.6),
        ('incentive_mix', 'several', 3000, 1.0)) d(dimension, value, size, share)""",
    f"""insert into serving.marts.incentive_retention (
      incentive, reward, phase, period_number, from_date, to_date, is_mature, users, active,
      retention_rate, active_days, repurchase_rate, status)
    select 'lottery', reward, phase, n, {D} - first, {D} - last, true, 400, 400 * rate, rate,
      if(n = 0, 9, days), rate, 'ok'
    from (values ('before', -1, 56, 43, 800, 0.12), ('during', 1, 42, 29, 3200, 0.31),
        ('after', 1, 28, 0, 700, 0.08)) p(phase, number, first, last, days, rate),
      (values ('spring_wheel'), ('all')) r(reward), (select unnest([0, number]) as n)""",
    f"""insert into serving.marts.feature_adoption (
      feature, release, phase, from_date, share, status)
    values ('Product Shared', 'one_tap', 'before', {D} - 56, 0.11, 'ok'),
      ('Product Shared', 'one_tap', 'after', {D} - 28, 0.22, 'ok')""",
    """insert into serving.marts.load_time_exits (band, from_ms, sessions, exits, share, status)
    values ('fast', 0, 9000, 900, 0.1, 'ok'), ('very_slow', 8000, 300, 120, 0.4, 'ok'),
      ('unknown', null, 70, null, null, 'unknown')""",
    f"""insert into serving.marts.user_anomalies (user_id, kind, observed, expected, as_of_date)
    select 'user_' || i, ['surge', 'absence', 'decline'][1 + i % 3], 0, 5, {D}
    from range(40) t(i)""",
    f"""insert into serving.marts.rfm_scores (
      as_of_date, user_id, recency_days, frequency, monetary, r_score, f_score, m_score,
      rfm_cell, rfm_segment, rfm_class, rfm_tier)
    select {D}, 'user_' || i, 0, 0, 120 + r * f * 40 + i % 50, r, f, 3, r || '' || f || '3', case
      when r = 1 and f = 1 then 'lost' when r <= 2 and f <= 2 then 'hibernating'
      when r <= 2 and f <= 4 then 'at_risk' when r <= 2 then 'cant_lose'
      when r = 3 and f <= 2 then 'about_to_sleep' when r = 3 and f = 3 then 'need_attention'
      when f = 1 then case when r = 4 then 'promising' else 'new' end
      when r = 5 and f >= 4 then 'champions' when f >= 4 then 'loyal'
      else 'potential_loyalist' end, null, null
    from (select i, 1 + (i * 7919 % 97) % 5 as r, 1 + (i * 104729 % 89) % 13 % 5 as f
          from range(3200) t(i))""",
    f"""insert into serving.marts.tier_migration (
      as_of_date, previous_date, from_tier, to_tier, direction, users, share, status)
    select {D}, {D} - 7, a, b, case when a = b then 'stay' when x > y then 'up' else 'down' end,
      case when x = y then 620 + x * 140 else cast(90 / (1 + abs(x - y)) as bigint) end, 0.1, 'ok'
    from (values ('diamond', 4), ('gold', 3), ('silver', 2), ('bronze', 1)) f(a, y),
      (values ('diamond', 4), ('gold', 3), ('silver', 2), ('bronze', 1)) t(b, x)""",
    f"""insert into serving.marts.clv_fits (
      as_of_date, buyers, converged, holdout_expected, holdout_actual, status)
    values ({D}, 1240, true, null, null, 'ok'), ({D} - 16, 1100, true, 480.4, 466, 'ok')""",
    f"""insert into serving.marts.clv_predictions (as_of_date, user_id, expected_orders_90d, status)
    select {D}, 'user_' || i, 1.25, 'ok' from range(300) t(i)""",
    f"""insert into serving.marts.value_scores (as_of_date, user_id, purchasing_power, activity,
      spread, category_concentration, stage_points, value_score, coverage, status)
    select {D}, 'user_' || i, i / 4, case when i % 2 = 0 then i / 4 end, 50, 20, 80, i / 4, 1, 'ok'
    from range(400) t(i)""",
    f"""insert into serving.marts.user_referrals (user_id, inviter_id, accepted_at, net_revenue)
    select 'user_' || (i + 1), 'user_' || i * 10, timestamp '{DAY}', 75.5 from range(30) t(i)""",
    """insert into serving.marts.user_portraits (user_id, completeness, communication_stage,
      behaviour_class, loyalty_depth, need)
    select 'user_' || i, 0.25 + 0.5 * (i % 2), ['closing', 'doubt'][1 + i % 2],
      case when i % 4 > 0 then 'explorer' end, 'like', 'bargains' from range(200) t(i)""",
    """insert into serving.marts.user_tags (user_id, tag, tag_kind, value)
    select 'user_' || i, 'country', 'fixed', 'CN' from range(90) t(i)
    union all select 'user_' || i, 'buying', 'path', 'regular' from range(20) t(i)
    union all select 'user_' || i, 'own_tag', 'scene', 'rainy_days' from range(10) t(i)
    union all select 'user_' || i, 'tag_' || i, 'path', 'told' from range(5) t(i)""",
    """insert into serving.marts.item_pairs (kind, item, other_item, users_both, confidence, lift)
    values ('bought', 'teapot', 'tea', 30, 0.6, 4.25), ('bought', 'tea', 'teapot', 30, 0.2, 4.25),
      ('bought', 'tea', 'unlike tea', 9, 0.1, 0.5), ('searched', 'lamp', 'bulb', 7, 0.35, 2)""",
    """insert into serving.marts.path_transitions (outcome, from_event, to_event, transitions,
      sessions, users, share, lift, is_recommended)
    values ('retained', 'Product Viewed', 'Product Added', 90, 80, 70, 0.21, 3, true),
      ('lost', 'Product Viewed', 'Product Added', 9, 8, 7, 0.07, 3, false),
      ('retained', 'Product Viewed', 'Page Viewed', 40, 40, 1234, 0.11, 1, false)""",
    """insert into serving.marts.last_acts
      (outcome, kind, position, event, users, share, lift, rank)
    values ('lost', 'act', 1, 'Account Closed', 8, 0.08, null, 1),
      ('lost', 'act', 1, 'Cart Emptied', 4, 0.04, 9, 2),
      ('lost', 'act', 1, 'Page Left', 12, 0.12, 2.5, 3),
      ('lost', 'act', 2, 'Second to Last', 50, 0.5, 5, 1),
      ('retained', 'act', 1, 'Still Here', 50, 0.5, 1, 1),
      ('lost', 'complaint', null, 'late_delivery', 6, 0.06, null, 1),
      ('lost', 'failure', null, 'Application Crashed', 31, 0.31, 6.2, 1),
      ('retained', 'failure', null, 'Application Crashed', 5, 0.05, 6.2, 1)""",
    """insert into serving.marts.user_stages (user_id, stage)
    select 'user_' || i, case when i < 30 then 'growth' else 'lost' end from range(40) t(i)""",
    """insert into serving.marts.segment_modes (dimension, segment, users, operating_mode)
    values ('rfm_tier', 'none', 1240, 'strategic'), ('rfm_tier', 'gold', 97, 'personal'),
      ('warning_level', '3', 75, 'personal'), ('rfm_segment', 'none', 1240, 'strategic')""",
    """insert into serving.marts.activity_heatmap (kind, "row", "column", events, users)
    select 'hour_by_weekday', cast(1 + i % 7 as varchar), lpad(cast(i % 24 as varchar), 2, '0'),
      100 + i, 9 from range(168) t(i)""",
    """insert into serving.marts.stage_flows (week_start, from_stage, to_stage, users)
    values (date '2026-11-09', 'growth', 'lost', 999), (date '2026-11-02', 'growth', 'growth', 61),
      (date '2026-11-02', 'none', 'introduction', 17), (date '2026-11-02', 'growth', 'at_risk', 23),
      (date '2026-10-26', 'growth', 'dormant', 888)""",
    f"""insert into serving.marts.health_scorecard (
      as_of_date, metric, value, score, contribution, coverage, status)
    select {D} - cast(ago as integer), metric, value, score - ago, contribution - ago / 2,
      coverage, 'ok'
    from (values (0), (7)) d(ago), (values ('nps', 31, 62, 31, 0.5), ('d7_retention', 0.187, 68, 20,
      0.3), ('arpu', null, null, null, 0), ('total', null, 64, 51, 0.8))
      m(metric, value, score, contribution, coverage)""",
    f"""insert into serving.marts.alerts (
      alert, name_en, name_zh, kpi, dimension, dimension_value, opened_on, last_seen_on, closed_on,
      status, severity, priority, value, compared_with, evidence, playbook, playbook_zh,
      acknowledged_on, acknowledged_note)
    values ('nps_low', 'Low score', '净推荐值过低', 'nps', 'all', 'all', {D} - 9, {D} - 2, null,
        'open', 'high', 12, 12.5, 20, 'nps 12.5', 'Ask them', '调研', null, null),
      ('tier', 'Top tier leaves', '', 'wau', 'tier', 'diamond', {D} - 2, {D} - 2, null, 'open',
        'critical', 1, 80, 100, 'wau 80', 'Call', '', {D}, 'Ann calls'),
      ('old', 'Over by now', '', 'wau', 'all', 'all', {D} - 30, {D} - 9, {D} - 2, 'closed',
        'critical', 11, 80, 100, 'wau 80', 'Call', '', null, null)""",
    f"""insert into serving.marts.claims (claim, source_id, claimed, measured, unit, status,
      as_of_date)
    values ('arpu', 'S3-28', 217, 30.3, 'money', 'ok', {D}),
      ('first_orders', 'S3-37', 0.38, null, 'share', 'unknown', {D})""",
    """insert into serving.marts.cohort_retention (cohort_by, period, clock, cohort_start,
      period_number, kind, dimension, dimension_value, cohort_size, users, is_mature)
    values ('activity', 'week', 'calendar', date '2026-10-26', 1, 'n_period', 'all', 'all', 200, 50,
      true), ('activity', 'week', 'calendar', date '2026-10-26', 2, 'n_period', 'all', 'all', 200,
      9, false)""",
    """insert into serving.marts.retention_curves (cohort_by, period, kind, clock, dimension,
      dimension_value, period_number, cohorts, cohort_size, users, retention_rate, status)
    values ('activity', 'week', 'n_period', 'calendar', 'all', 'all', 1, 9, 1800, 360, 0.2,
      'ok')""",
    """insert into serving.marts.lifecycle_periods (
      basis, period, period_start, "new", "returning", resurrecting, dormant, active, is_mature)
    select 'activity', 'week', date '2026-08-17' + cast(i * 7 as integer), 2300 + i * 60,
      9100 + i * 170, 1250 + (i * 911 % 300), 2600 - (i * 577 % 500), 0,
      i < 12 from range(13) t(i)""",
    f"""insert into serving.marts.funnel_steps (
      funnel, as_of_date, step, event, users, sessions, conversion, step_conversion)
    select funnel, {D}, step, event, users, users * 2, users / first, users / nullif(before, 0)
    from (values ('browse_to_pay', 1, 'Product Viewed', 18230, 18230.0, 0.0),
      ('browse_to_pay', 2, 'Product Added', 6904, 18230.0, 18230.0),
      ('browse_to_pay', 3, 'Checkout Started', 3120, 18230.0, 6904.0),
      ('browse_to_pay', 4, 'Order Completed', 2211, 18230.0, 3120.0),
      ('sign_up', 1, 'Application Opened', 4210, 4210.0, 0.0),
      ('sign_up', 2, 'Signed Up', 2893, 4210.0, 4210.0),
      ('sign_up', 3, 'Order Completed', 411, 4210.0, 2893.0)
    ) v(funnel, step, event, users, first, before)""",
    f"""insert into serving.marts.churn_warnings (
      as_of_date, user_id, warning_level, reason, action_1, action_2)
    select {D}, 'user_' || i, case when i % 9 = 0 then 3 when i % 4 = 0 then 2 else 1 end, null,
      case when i % 9 = 0 then 'win-back offer' when i % 4 = 0 then 'content digest'
        else 'care message' end,
      case when i % 9 = 0 then 'call by service' when i % 4 = 0 then 'task with points'
        else 'recommend new features' end from range(1741) t(i)""",
    f"""insert into serving.marts.recall_list (
      as_of_date, user_id, strategy, channel, content_key, arm, priority, send_after, segment,
      need, scene, cost, expected_value, reason)
    select {D}, 'user_' || i, ['win_back_high_value', 'wake_dormant', 'cart_price_drop'][1 + i % 3],
      ['email', 'sms', 'push', 'wechat_oa'][1 + i % 4], 'content_' || i % 5,
      ['coupon', 'content', 'social'][1 + i // 7 % 3], i, {D} + interval 34 hour, 'at_risk',
      'last seen in a cart', 'evening', 0.35, 22.5 - i % 25, 'fits' from range(240) t(i)""",
    f"""insert into serving.marts.recall_exclusions (
      as_of_date, user_id, strategy, channel, exclusion_reason, reason)
    select {D}, 'gone_' || i, 'wake_dormant', 'sms', ['no_consent', 'frequency_cap', 'holdout',
      'no_contact', 'budget', 'control', 'cooling', 'erased'][1 + i % 8], 'by policy'
    from range(190) t(i)""",
    f"""insert into serving.marts.load_ledger (
      load_date, source_file, file_sha256, lines, accepted, duplicates, quarantined, blank,
      outcome)
    select {D} - cast(i // 3 as integer), 'events/dt=' || i || '/part-' || i % 3 || '.ndjson.gz',
      'ab', 40210, 39200, 880, 127, 3, 'loaded' from range(9) t(i)""",
    f"""insert into build.intermediate.int_recall_details
    select 'user_' || i, 'Name ' || i, {D} - 40, 'tea' from range(120) t(i)""",
    """insert into build.intermediate.int_contacts (user_id, channel, contact)
    select 'user_' || i, unnest(['email', 'sms', 'push', 'wechat_oa']), unnest([
      'user' || i || '@mail.example', '+86138' || (10000000 + i), 'token-' || i, 'openid-' || i
    ]) from range(240) t(i)""",
)
