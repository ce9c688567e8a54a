"""The sections of growth, incidents, people and points: told from the marts, by the rules."""

import pytest

from tests.pages import section
from tests.plausible_marts import change, change_rules
from warehouse.settings import Settings

KPI = (
    "insert into marts.kpi_daily (as_of_date, kpi, dimension, dimension_value, value, numerator,"
    " denominator, week_before, status) values (date '2026-11-10', '{}', 'all', 'all', {}, {}, {},"
    " {}, 'ok')"
)
NAMED = (
    "insert into rules.kpis (kpi, name_en, name_zh, unit, direction, window_days)"
    " values ('{}', '{}', '{}', '{}', 'up', 30)"
)


def test_growth_is_told_by_stage_and_channel_beside_the_week_before(settings: Settings) -> None:
    change_rules(settings, NAMED.format("k_factor", "K-factor", "K因子", "number"))
    change(
        settings,
        KPI.format("k_factor", 0.031, 31, 1000, 0.025),
        "update marts.dim_users set is_potential = user_id like '%1'",
    )

    said = section(settings, "growth")

    for words in (
        "Phase of the product: Growth. 产品阶段：成长期。",
        "8 users contributed in the last 30 days: 80 pieces of content, 40 shares, 16 invitations",
        "Key opinion consumers among them: 2, with 25.0% of the contribution score",
        "其中 2 位为 KOC",
        "Potential users 潜在用户 ",
        ": neither signed up nor bought 共",
        "K-factor K因子 0.03 a week before 0.03 上周 0.03",
        "Acquisition 获取 New users 新增用户 120 – 113 +6.2%",
        "Retention 留存 Day-1 retention 次日留存 40 35.0% 28.0% +7.0 pp",
        "Direct 直接访问 50 50.0% – – – Baidu 百度 70 30.0% – – –",
    ):
        assert words in said, words


@pytest.mark.parametrize(
    ("numerator", "told"),
    [
        ("null", "No spend landed for the last 30 days"),
        ("500", "Nobody bought for the first time in the last 30 days"),
    ],
)
def test_a_cost_of_customers_that_is_not_known_is_said_and_why(
    settings: Settings, numerator: str, told: str
) -> None:
    change_rules(settings, NAMED.format("cac", "Acquisition cost", "获客成本", "money"))
    change(settings, KPI.format("cac", "null", numerator, "null", "null"))

    said = section(settings, "growth")

    assert told in said
    assert "Acquisition cost" not in said

    change(settings, "update marts.kpi_daily set value = 25 where kpi = 'cac'")
    said = section(settings, "growth")
    assert told not in said
    assert "Acquisition cost 获客成本 ¥25.00" in said


def test_an_incident_is_told_with_its_duties_its_cost_and_who_left(settings: Settings) -> None:
    said = section(settings, "incidents")

    for words in (
        # 30 hours before midnight UTC of the 10th, in Shanghai.
        "Payment outage inc-2 From 开始 2026-11-09 02:00 To 结束 –",
        "Affected 受影响 143 3 core 核心用户 3 Frozen out of recall 暂停召回 143",
        "Who left because of it is not known yet.",
        "Compensation: Coupon for 143 users, ¥1,550 of at most ¥100,000.",
        "补偿：优惠券，覆盖 143 人，成本 ¥1,550（上限 ¥100,000）。",
        "7 complaints of theirs, 43% answered within 1 h.",
        "致歉声明与补偿方案 11-09 04:00 11-09 03:00 done 已完成",
        "启动全员客服 11-10 02:00 – overdue 已逾期",
        "事故复盘报告 11-12 02:00 – open 未完成",
        "Of 180 affected 17.2% left, of 900 others 9.0%: +8.2 pp"
        " (95% interval: +2.3 pp to +14.1 pp).",
        "done late 逾期完成",
        "Earlier incidents: 1.",
    ):
        assert words in said, words
    assert "Long ago" not in said


def test_what_nobody_told_of_an_incident_is_not_made_up(settings: Settings) -> None:
    change(
        settings,
        "update marts.incidents set started_at = null, compensation_cost = null,"
        " compensated_users = 0, status = 'unknown' where incident_id = 'inc-2'",
        "update marts.incident_duties set due_at = null, is_late = null, status = 'unknown'"
        " where incident_id = 'inc-2'",
        "update marts.incidents set ci_low = null, ci_high = null where incident_id = 'inc-1'",
    )
    change_rules(
        settings, "update rules.parameters set value = null where parameter like '%tion_cap'"
    )

    said = section(settings, "incidents")

    assert "inc-2 From 开始 – To 结束 –" in said
    assert "Compensation: Coupon; what it costs is not known." in said
    assert "启动全员客服 – – open 未完成" in said
    assert "(too few left or stayed to be sure)" in said
    assert "Points for 200 users, ¥1,125." in said


def test_no_incident_takes_one_line_among_the_alerts(settings: Settings) -> None:
    assert "No incident" not in section(settings, "alerts")

    change(settings, "delete from marts.incidents")

    assert "No incident has been reported. 没有事故报告。" in section(settings, "alerts")
    assert section(settings, "incidents") == ""


def test_who_deserves_care_is_told_by_the_rules_in_force(settings: Settings) -> None:
    change_rules(
        settings,
        "update rules.care_rules set min_silent_days = 21 where list = 'high_value_silent'",
    )
    change(
        settings,
        "insert into marts.care_lists"
        " (as_of_date, list, user_id, evidence, evidence_zh, cost, rule_id)"
        " select date '2026-11-10', 'points_extension', 'user_' || i, 'gold', '黄金', 1.5, 'S2-17'"
        " from range(4) t(i)",
    )

    said = section(settings, "people")

    for words in (
        "High value gone silent 高价值沉默用户 Diamond or Gold, silent for 21 days or more"
        " 钻石或黄金，沉默 21 天及以上 gold, silent for 20 days 黄金，沉默 20 天 30",
        "a login on 7 days in a row, and no order 连续登录 7 天且未下单",
        "daily logins made the list 30 days ago, 25.0% have made a first order since; elsewhere",
        "Nobody is on: High potential asleep,",
        "gold 黄金 extending the points of all costs ¥6.00 全部延期的成本 ¥6.00 4",
        "Core users 核心用户 12 by the thresholds of 2026-11-08",
        "Potential of 70 or more 潜力分 70 及以上 10 of 80 scored",
        "Complaints 投诉 20 16 12.9 h 10.0% Survey answers 问卷 66 – – – Suggestions 建议 – – – –",
        "Received 已收录 6 Done 已实现 3",
    ):
        assert words in said, words


def test_what_was_published_and_changed_since_is_counted(settings: Settings) -> None:
    assert "were changed" not in section(settings, "quality")

    change(
        settings,
        "insert into marts.kpi_restatements (as_of_date, kpi, dimension, dimension_value,"
        " restated_on, because) select date '2026-11-01', 'dau', 'all', 'v' || i,"
        " date '2026-11-10' - cast(i // 3 as integer), ['rules', 'data'][1 + i % 2]"
        " from range(5) t(i)",
    )

    said = section(settings, "quality")
    assert (
        "Published values of KPIs since 2026-11-01 that were changed: 3, 2 by edited rules, 1"
        in said
    )
    assert "规则修改 2 个" in said


def test_core_users_that_nobody_can_judge_yet_are_not_none(settings: Settings) -> None:
    change(settings, "update marts.core_thresholds set users_admitted = null")

    assert "Core users 核心用户 – by" in section(settings, "people")


def test_points_are_told_in_what_they_are_owed_for_and_when_they_expire(
    settings: Settings,
) -> None:
    change_rules(
        settings,
        NAMED.format("points_inflation", "Points inflation", "积分通胀率", "number"),
        "alter table rules.kpis add column target double",
        "update rules.kpis set target = 0.15 where kpi = 'points_inflation'",
    )
    change(settings, KPI.format("points_inflation", 0.21, "null", "null", "null"))

    said = section(settings, "incentives")

    for words in (
        "Points outstanding 未兑积分 3,900 of 41 users",
        "Owed for them 积分负债 ¥45.51",
        "Expiring this month 本月到期 110 of 11 users",
        "Expiring this year 本年到期 2,050 of 41 users",
        "Issued this month 本月发放 3,100 900 redeemed",
        "Points outstanding +21.0% in a year (at most 15% is wanted).",
        "More was redeemed than there was, of 1 user:",
    ):
        assert words in said, words

    change(settings, "update marts.kpi_daily set value = null where kpi = 'points_inflation'")
    assert "How points grow is not known" in section(settings, "incentives")
    change(settings, "delete from marts.points_balances")
    assert "No event of points has been seen. 尚无积分事件。" in section(settings, "incentives")
