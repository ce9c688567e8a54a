"""The morning page: complete, self-contained, the same each time, and safe to open."""

import html
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.pages import EMPTY, apart_by_section, parse, section, weekly, words_of
from tests.plausible_marts import (
    DAY,
    KPIS,
    change,
    change_rules,
    create,
    make_settings,
)
from warehouse.errors import UserError
from warehouse.report import numbers
from warehouse.report.exceptions import read_exceptions
from warehouse.report.labels import many
from warehouse.report.page import QualityRow, build_report
from warehouse.settings import Settings

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"
CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
CHECKS = (
    QualityRow(
        "ids are unique", "raw/events", passed=True, severity="critical", detail="", count=137
    ),
    QualityRow("volume is usual", "raw/events", passed=False, severity="warning", detail="-31%"),
)


def test_every_section_is_filled_from_plausible_marts(settings: Settings) -> None:
    path = build_report(settings, as_of_date=DAY, quality=CHECKS)

    page = parse(path)
    assert path == settings.exports_dir / "report" / "as_of=2026-11-10" / "index.html"
    assert EMPTY not in page.text
    for words in ("日活跃用户", "Champions", "重复", "Checkout Started", "微信公众号", "加权平均"):
        assert words in page.text
    assert all(en in page.text and zh in page.text for en, zh, *_ in KPIS.values())
    assert "volume is usual" in page.text
    assert "137/138 checks passed" in " ".join(page.text.split())


def test_what_stands_apart_from_the_numbers_is_counted_on_the_page(settings: Settings) -> None:
    change(
        settings,
        "update marts.fct_orders set amount = case when order_id ="
        " (select min(order_id) from marts.fct_orders) then null else 1 end",
    )

    text = parse(build_report(settings, as_of_date=DAY)).text

    assert "1 Orders without value 无法折算金额的订单" in " ".join(text.split())


def test_each_exception_is_counted_where_its_mart_has_landed() -> None:
    with duckdb.connect() as connection:
        connection.execute("""
            create schema marts;
            create table marts.identity_exceptions as
                from (values ('hub', 2), ('excluded', 7), ('unread', 3)) v(kind, users);
            create table marts.event_names as from (values (true), (false)) v(is_known);
            create table marts.fct_refunds as from (values (true), (false), (false)) v(is_matched);
            create table marts.kpi_daily as from (values
                ('order_conflicts', 'all', 2), ('order_conflicts', 'all', 3),
                ('order_conflicts', 'channel', 3), ('purchases_without_id', 'all', null)
            ) v(kpi, dimension, value);
            create table marts.recall_exclusions as from (values
                (date '2026-11-09', true), (date '2026-11-10', true), (date '2026-11-10', false)
            ) v(as_of_date, is_unasked);
        """)
        counted = {each.name.en: each.found for each in read_exceptions(connection, "marts")}

    assert counted == {
        "Ids that join too many people, not merged": 2,
        "People excluded by rule": 7,
        "People whose word on consent cannot be read, taken as a no": 3,
        "Event names no rule knows": 1,
        "Refunds of unknown orders": 2,
        "Contradicting reports of an order": 5,
        "Candidates left out because nobody ever asked them": 1,
    }


def test_the_page_runs_nothing_and_fetches_nothing(settings: Settings) -> None:
    page = parse(build_report(settings, as_of_date=DAY, quality=CHECKS))

    assert not {"script", "link", "iframe", "img", "object", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    links = [value for name, value in page.attributes if name in ("src", "href", "action")]
    others = {link.split("#")[0] for link in links if link[0] != "#"}
    assert others == {"../week=2026-11-02/index.html"}
    ids = [value for name, value in page.attributes if name == "id"]
    assert {link[1:] for link in links if link[0] == "#"} <= set(ids)
    assert len(ids) == len(set(ids))
    assert not [
        value for name, value in page.attributes if "//" in value and not name.startswith("xmlns")
    ]
    assert ("content", CSP) in page.attributes
    assert "url(" not in page.text.lower()


def test_the_same_marts_give_the_same_page(settings: Settings) -> None:
    first = build_report(settings, as_of_date=DAY, quality=CHECKS).read_bytes()

    assert build_report(settings, as_of_date=DAY, quality=CHECKS).read_bytes() == first


def test_the_page_says_who_has_to_act_and_what_pulled_health_down(settings: Settings) -> None:
    text = " ".join(parse(build_report(settings, as_of_date=DAY)).text.split())

    assert text.index("Top tier leaves") < text.index("Low score")
    assert "Net promoter score 12.5 on 2026-11-08, compared with 20" in text
    assert "2026-11-10: Ann calls" in text
    assert "Closed this week 本周关闭 ✓ Over by now" in text
    assert "复购率低于行业均值 no benchmark has been given 未提供行业均值" in text
    assert "Of 100 满分 100 64 +7.0 since last week" in text
    assert "Made of 80% of the weights" in text
    assert "Not known: Revenue per active user" in text


def test_the_week_has_its_own_page_and_both_lead_to_each_other(settings: Settings) -> None:
    change(
        settings,
        "update marts.tier_migration set as_of_date = date '2026-11-08'",
        "update marts.health_scorecard set as_of_date = as_of_date - 2",
    )

    day = build_report(settings, as_of_date=DAY)

    page = parse(weekly(settings))
    assert page.text.count(EMPTY) == 1  # these marts tell of no dimension
    links = [value for name, value in page.attributes if name == "href" and value[0] != "#"]
    assert [(weekly(settings).parent / link).resolve() for link in links] == [day.resolve()]
    leading = [link for name, link in parse(day).attributes if name == "href" and "/" in link]
    assert {link.split("#")[1] for link in leading if "#" in link} == {
        value for name, value in page.attributes if name == "id"
    } & {"economics", "community", "programme"}
    assert len(leading) == 4
    assert not {"script", "link", "iframe", "img"} & set(page.tags)
    assert ("content", CSP) in page.attributes
    text = words_of(weekly(settings))
    assert "用户运营周报 2026-11-02 – 2026-11-08" in text
    # 25% of the cohort came back in the week, 20% of all at that age.
    assert "2026-10-26 200 1 25.0% 20.0% +5.0 pp" in text
    assert "¥217.00 ¥30.30" in text
    assert "38.0% –" in text
    assert "64 +7.0 since last week" in text
    # Opened on the 8th; what opened before the week is not of it, whatever became of it since.
    assert "Top tier leaves" in text
    assert "Low score" not in text
    assert "Closed this week 本周关闭 ✓ Over by now" in text


def test_a_week_is_told_by_its_days_and_where_they_moved(settings: Settings) -> None:
    day = "insert into marts.kpi_daily (as_of_date, kpi, dimension, dimension_value, value)"
    change(
        settings,
        "delete from marts.kpi_daily where kpi = 'orders'",
        f"{day} select date '2026-10-26' + cast(i as integer), 'orders', dimension, place,"
        " d.value + case when i >= 7 and d.place <> 'direct' then 14 else 0 end"
        " from range(15) t(i), (values ('all', 'all', 70), ('channel', 'ads', 30),"
        " ('channel', 'direct', 40)) d(dimension, place, value)",
    )

    build_report(settings, as_of_date=DAY)

    text = words_of(weekly(settings))
    assert "Orders 订单数 84 70 ▲ +20.0%" in text
    assert "Orders 订单数 Ads Channel 渠道 +20.0% 44 30" in text
    assert "Direct 直接访问 Channel" not in text


def test_a_week_with_a_day_that_never_landed_tells_no_figure_of_days_and_no_move(
    settings: Settings,
) -> None:
    change(
        settings,
        "delete from marts.kpi_daily where kpi = 'orders'",
        "insert into marts.kpi_daily (as_of_date, kpi, dimension, dimension_value, value)"
        " select date '2026-10-26' + cast(i as integer), 'orders', dimension, place,"
        " case when i <> 9 then 70 end from range(15) t(i),"
        " (values ('all', 'all'), ('channel', 'direct')) d(dimension, place)",
    )

    build_report(settings, as_of_date=DAY)

    assert "Orders 订单数" not in words_of(weekly(settings))


def test_a_week_that_is_not_whole_has_no_page(settings: Settings) -> None:
    change(settings, "delete from marts.kpi_daily where as_of_date = date '2026-11-04'")

    page = parse(build_report(settings, as_of_date=DAY))

    assert not weekly(settings).exists()
    assert "周报" not in page.text


def test_hostile_names_are_shown_and_never_run(settings: Settings) -> None:
    text = HOSTILE.replace("'", "''")
    change(
        settings,
        f"update marts.rfm_scores set rfm_segment = '{text}' where r_score = 3 and f_score = 3",
        f"update marts.funnel_steps set event = '{text}', funnel = '{text}' where step = 1",
        f"update marts.recall_list set strategy = '{text}', channel = '{text}'"
        " where arm = 'coupon'",
        f"update marts.recall_exclusions set exclusion_reason = '{text}'",
        f"update marts.churn_warnings set action_1 = '{text}'",
        f"update marts.tier_migration set to_tier = '{text}', direction = '{text}'"
        " where to_tier = 'gold'",
        f"update marts.dim_users set rfm_tier = '{text}' where rfm_tier = 'gold'",
        f"update marts.path_transitions set from_event = '{text}', to_event = '{text}'",
        f"update marts.last_acts set event = '{text}'",
        f"update marts.item_pairs set item = '{text}' where kind = 'searched'",
        f"update marts.user_tags set value = '{text}' where tag = 'country'",
        f"update marts.stage_flows set from_stage = '{text}', to_stage = '{text}' || users",
        f"update marts.load_ledger set source_file = '{text}', outcome = 'rejected'",
        f"update marts.kpi_daily set kpi = '{text}', status = '{text}' where kpi = 'nps'",
    )
    change_rules(
        settings,
        f"update rules.kpis set name_en = '{text}', name_zh = '{text}', unit = '{text}'"
        " where kpi = 'dau'",
        f"update rules.rfm_tiers set name_zh = '{text}', tier_name_en = '{text}'",
        f"update rules.warning_levels set name_en = '{text}' where warning_level = 3",
        f"update rules.channels set name_en = '{text}' where channel = 'sms'",
    )
    checks = [
        QualityRow(HOSTILE, HOSTILE, passed=p, severity=HOSTILE, detail=HOSTILE)
        for p in (True, False)
    ]

    page = parse(build_report(settings, as_of_date=DAY, quality=checks))

    assert not {"script", "img"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert page.text.count("alert(1)") >= 40
    week = parse(weekly(settings))
    assert not {"script", "img"} & set(week.tags)
    assert not [name for name, _ in week.attributes if name.startswith("on")]
    assert "alert(1)" in week.text


def test_nobody_is_named_on_the_page(settings: Settings) -> None:
    content = build_report(settings, as_of_date=DAY).read_text(encoding="utf-8")

    assert not re.search(r"user_\d|gone_\d|mail\.example|\+86138|token-\d|openid-\d", content)


def test_a_warehouse_without_rows_gives_a_page_that_says_so(tmp_path: Path) -> None:
    settings = create(make_settings(tmp_path), rows=False)

    page = parse(build_report(settings, as_of_date=DAY))

    assert page.text.count(EMPTY) == page.text.count("暂无数据") >= 9


@pytest.mark.parametrize("missing", apart_by_section(), ids=lambda marts: marts[0])
def test_a_missing_mart_empties_its_section_only(settings: Settings, missing: list[str]) -> None:
    change(settings, *(f"drop table marts.{mart}" for mart in missing))

    content = build_report(settings, as_of_date=DAY).read_text(encoding="utf-8")

    sections = content.split("<section ")
    assert len(sections) > 15
    assert max(told.count(EMPTY) for told in sections) <= 3
    assert sum(EMPTY not in told for told in sections) >= len(sections) / 2


def test_a_cohort_that_is_still_running_is_blank_and_not_zero(settings: Settings) -> None:
    change(settings, "update marts.cohort_retention set users = 0 where not is_mature")

    content = build_report(settings, as_of_date=DAY).read_text(encoding="utf-8")

    running = re.findall(r'<td class="immature"[^>]*>([^<]*)</td>', content)
    assert len(running) > 20
    assert set(running) == {""}
    assert ">0.0%" not in re.findall(r'<table class="heat">.*?</table>', content, re.S)[0]


def test_how_many_took_a_step_that_was_never_seen_is_a_dash_and_not_zero(
    settings: Settings,
) -> None:
    change(
        settings,
        "update marts.funnel_steps set users = null, conversion = null, step_conversion = null"
        " where funnel = 'browse_to_pay' and step > 1",
        "update marts.funnel_steps set users = null, conversion = null, step_conversion = null"
        " where funnel = 'sign_up'",
    )

    assert "Checkout Started 开始结算 – – – of the step before" in section(settings, "funnels")


def test_what_changed_with_a_reward_is_told_and_nothing_of_what_is_not_there(
    settings: Settings,
) -> None:
    content = build_report(settings, as_of_date=DAY).read_text(encoding="utf-8")
    told = content.split('<section id="changes">')[1].split("</section>")[0]
    # 800 active days of 400 users in 14 days, 3,200 in 14, 700 in 29.
    assert "1.0 → 4.0 → 0.4" in told
    assert "12.0% → 31.0% → 8.0%" in told
    assert "11.0% → 22.0%" in told

    for mart in ("incentive_retention", "feature_adoption", "load_time_exits", "user_anomalies"):
        change(settings, f"delete from marts.{mart}")
    content = build_report(settings, as_of_date=DAY).read_text(encoding="utf-8")
    assert 'id="changes"' not in content
    assert 'href="#changes"' not in content


def test_a_week_that_is_still_running_is_not_drawn(settings: Settings) -> None:
    content = build_report(settings, as_of_date=DAY).read_text(encoding="utf-8")

    drawing = content.split('<section id="flows">')[1].split("</section>")[0]
    assert "2 Nov" in drawing
    assert "9 Nov" not in drawing


def test_lines_that_do_not_add_up_are_said_aloud(settings: Settings) -> None:
    change(settings, "update marts.load_ledger set accepted = accepted - 1")

    assert "do not add up" in parse(build_report(settings, as_of_date=DAY)).text


def test_before_the_first_run_the_cure_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="userops run"):
        build_report(make_settings(tmp_path), as_of_date=DAY)


def rename(rule: str, which: str, en: str, zh: str, *, prefix: str = "") -> str:
    return (
        f"update rules.{rule} set {prefix}name_en = '{en}', {prefix}name_zh = '{zh}' where {which}"
    )


def test_names_come_from_the_rules_in_both_languages(settings: Settings) -> None:
    change(settings, "update marts.recall_list set strategy = 'win_back_gift' where arm = 'coupon'")
    # Evidence is worded as it is built, by the rules of that run.
    change(
        settings, "update marts.care_lists set evidence_zh = replace(evidence_zh, '黄金', '顶级')"
    )
    change_rules(
        settings,
        rename("rfm_tiers", "segment = 'champions'", "Stars", "明星"),
        rename("rfm_tiers", "tier = 'gold'", "Top", "顶级", prefix="tier_"),
        rename("warning_levels", "warning_level = 3", "Away", "离开"),
        rename("strategies", "strategy = 'win_back_gift'", "Gift", "送礼"),
        rename("channels", "channel = 'sms'", "Text", "文字"),
        rename("kpis", "kpi = 'dau'", "Actives", "活跃"),
    )

    text = parse(build_report(settings, as_of_date=DAY)).text

    for words in (
        "Stars 明星", "Top 顶级", "Away for 90 days 90 天离开", "Gift 送礼", "Text 文字",
        "Actives 活跃",
    ):  # fmt: skip
        assert words in text
    for words in ("Champions", "黄金", "未登录", "短信", "日活跃用户"):
        assert words not in text


def test_limits_in_sentences_are_those_of_the_rules(settings: Settings) -> None:
    change(settings, "update marts.recall_exclusions set exclusion_reason = 'holdout'"
           " where exclusion_reason = 'frequency_cap'")  # fmt: skip
    before = parse(build_report(settings, as_of_date=DAY)).text
    change_rules(
        settings,
        "update rules.warning_levels set silent_days = 45 where warning_level = 3",
        "update rules.warning_levels set silent_days = 1 where warning_level = 2",
        "update rules.warning_levels set min_silent_days = 20 where warning_level = 3",
        "update rules.warning_levels set drop_share = 0.125 where warning_level = 1",
        "update rules.parameters set value = 365 where parameter = 'rfm_window_days'",
        "update rules.parameters set value = 3 where parameter = 'recall_cooling_days'",
        "update rules.parameters set value = 0.1 where parameter = 'recall_holdout_share'",
        "update rules.parameters set value = 500 where parameter = 'recall_daily_budget'",
        "update rules.funnels set window_minutes = 2880 where funnel = 'browse_to_pay'",
        "insert into rules.funnels values ('sign_up', 1, 'Application Opened', 90)",
    )

    after = parse(build_report(settings, as_of_date=DAY)).text

    for was, now in (
        ("No login for 90 days 90 天未登录", "No login for 45 days 45 天未登录"),
        ("No interaction for 60 days 60 天未互动", "No interaction for 1 day 1 天未互动"),
        (
            "and neither active nor buying for 30 days 且 30 天无活跃、无购买",
            "and neither active nor buying for 20 days 且 20 天无活跃、无购买",
        ),
        ("by 30% or more 活跃度下降 30% 以上", "by 12.5% or more 活跃度下降 12.5% 以上"),
        ("all orders so far", "orders of the last 365 days"),
        ("全部历史订单", "最近 365 天的订单"),
        ("Contacted within 7 days 7 天内已联系", "Contacted within 3 days 3 天内已联系"),
        ("Global holdout of 5% 全局留出组 5%", "Global holdout of 10% 全局留出组 10%"),
        ("Over budget 超出预算", "Over the budget of ¥500.00 超出预算 ¥500.00"),
        (
            "within 1 day of the first step 首步后 1 天内",
            "within 2 days of the first step 首步后 2 天内",
        ),
    ):
        assert was in before
        assert was not in after
        assert now in after
    assert "Sign up within 90 minutes of the first step 首步后 90 分钟内" in after


def test_what_no_rule_names_shows_itself(settings: Settings) -> None:
    change_rules(
        settings,
        "delete from rules.rfm_tiers where segment in ('champions', 'loyal', 'at_risk')",
        "update rules.channels set name_en = null, name_zh = null where channel = 'wechat_oa'",
        "delete from rules.warning_levels where warning_level = 3",
        "delete from rules.kpis where kpi = 'online_minutes_per_user'",
    )

    text = parse(build_report(settings, as_of_date=DAY)).text

    for words in ("At risk", "Wechat oa", "Level 3", "Wake dormant", "Online minutes per user"):
        assert words in text
    for words in ("冠军用户", "流失风险", "微信公众号", "未登录"):
        assert words not in text


def test_what_users_are_worth_is_said_in_figures_of_the_marts(settings: Settings) -> None:
    said = section(settings, "value")

    for words in (
        "Purchase days expected in the 90 days after 2026-11-10: 375, of 1,240 buyers.",
        "预计 1,240 位买家将有 375 个购买日",
        "Tried on the 90 days up to 2026-10-25: 480 expected, 466 came.",
        "Referral value 推荐价值 ¥2,265 by 30 invited",
        "Diamond 钻石 75 ¥1,048",
        "Purchasing power: the mean order 购买力：客单价 30% best tenth 95, all 50; known of 100%",
        "Activity: interactions of late 活跃度：近期互动 25% best tenth 95, all 50; known of 50%",
        "the tenth of 400 users",
    ):
        assert words in said
    assert "read with care" not in said
    assert "Sensitivity" not in said  # weighs nothing as shipped


def test_the_upgrade_rate_is_of_users_in_both_of_the_last_snapshots(settings: Settings) -> None:
    moves = (
        "insert into marts.tier_migration"
        " values (date '{day}', date '{day}' - 7, {move}, 0, '{status}')"
    )
    change(
        settings,
        "delete from marts.tier_migration",
        moves.format(day=DAY, move="'bronze', 'gold', 'up', 3", status="ok"),
        moves.format(day=DAY, move="'gold', 'gold', 'stay', 4", status="ok"),
        moves.format(day=DAY, move="'gold', 'bronze', 'down', 1", status="ok"),
        moves.format(day=DAY, move="'none', 'gold', 'new', 50", status="ok"),
        moves.format(day=DAY, move="'gold', 'none', 'gone', 70", status="ok"),
        moves.format(day="2026-11-01", move="'bronze', 'gold', 'up', 900", status="ok"),
    )

    assert "Tier upgrade rate 等级升级率 37.5% since 2026-11-03" in section(settings, "value")

    change(settings, "update marts.tier_migration set status = 'method_changed'")
    assert "Tier upgrade rate 等级升级率 – since" in section(settings, "value")


@pytest.mark.parametrize(
    ("fit", "why"),
    [
        (
            "buyers = 12, converged = null",
            "12 buyers so far, and it takes 150. Until then no value is guessed."
            " 预测为时尚早：目前有 12 位买家，需要 150 位",
        ),
        (
            "converged = null",
            "it takes 60 days since the first purchase. 预测为时尚早：需距首次购买满 60 天",
        ),
        ("converged = false", "fit no model well enough"),
    ],
)
def test_too_little_to_predict_is_said_kindly_and_by_the_rule(
    settings: Settings, fit: str, why: str
) -> None:
    change(
        settings,
        "delete from marts.clv_fits where holdout_actual is not null",
        f"update marts.clv_fits set status = 'insufficient_data', {fit}",
        "update marts.dim_users set clv_365d = null, own_value = null",
    )
    change_rules(
        settings,
        "update rules.parameters set value = 150 where parameter = 'clv_min_buyers'",
        "update rules.parameters set value = 60 where parameter = 'clv_min_days'",
    )

    said = section(settings, "value")

    assert why in said
    assert "are expected" not in said
    assert "Own value 自身价值 – of 0 buyers" in said


def test_a_trial_further_off_than_the_rule_allows_is_said(settings: Settings) -> None:
    change_rules(
        settings,
        "update rules.parameters set value = 0.03 where parameter = 'clv_max_holdout_error'",
    )

    said = section(settings, "value")

    assert "466 came. That is more than 3% off: read with care." in said
    assert "偏差超过 3%，请谨慎参考。" in said


def test_what_users_do_is_told_from_the_marts_by_the_rules(settings: Settings) -> None:
    change_rules(
        settings,
        "update rules.parameters set value = 45 where parameter = 'silent_after_days'",
        "update rules.parameters set value = 6 where parameter = 'path_min_users'",
        "update rules.lifecycle_stages set name_en = 'Rising', name_zh = '上升'"
        " where stage = 'growth'",
    )

    said = section(settings, "behaviour")

    for words in (
        "最活跃：周日 23:00，事件数 267",
        "last 90 days",
        "Product Viewed 浏览商品 Product Added 加入购物车 70 21.0% 7.0%",
        "less than 45 days ago; lost: 90 days or longer ago",
        "Account Closed 8 8.0% lost only 仅流失 Page Left 12 12.0% ×2.50",
        "6 users or more",
        "Application Crashed 应用崩溃 Failure 故障 31 31.0% ×6.20",
        "Late delivery Complaint 投诉 6 6.0% lost",
        "from 30 days before their last activity on",
        "Rising 上升 30 (75.0%) Lost 流失期 10 (25.0%)",
        "Introduction 导入期 Rising 上升 At risk 风险期",
        "Rising 上升 61 23 New here 当周新来 17",
        "2026-11-02 to 2026-11-08",
    ):
        assert words in said
    for other in ("1,234", "Cart Emptied", "Second to Last", "Still Here", "999", "888"):
        assert other not in said


def test_who_users_are_is_told_by_the_names_of_the_rules(settings: Settings) -> None:
    change_rules(
        settings, "update rules.portrait_classes set name_zh = '快成交' where code = 'closing'"
    )

    said = section(settings, "portrait")

    for words in (
        "200 users; of a portrait 50.0% is known on average",
        "固定属性 Country: CN 国家或地区：CN 90 45.0%",
        "Buys regularly 经常购买 20 10.0%",
        "Own tag: Rainy days 10 5.0%",
        "沟通阶段 After the sale 后期：售后维护 0 0.0% Closing 快成交 100 50.0%",
        "Explorers 探索型 150 75.0%",
        "teapot tea 30 60.0% ×4.2",
        "lamp bulb 7 35.0% ×2.0",
        "RFM 客群 Never bought 未购买 1,240 by a strategy 策略运营 Tier 等级 No tier 无等级 1,240",
        "Gold 黄金 97 one by one 逐一沟通 Churn warning 流失预警 Level 3 3 级 75",
        "Up to 999 users can be spoken to one by one",
    ):
        assert words in said, words
    # Not each way round, not below chance, and of each kind the five most frequent.
    for other in ("tea teapot", "unlike", "Tag 4"):
        assert other not in said


def test_without_rules_there_is_still_a_page(settings: Settings) -> None:
    change_rules(settings, "drop schema rules cascade")

    page = parse(build_report(settings, as_of_date=DAY))

    assert EMPTY not in page.text
    assert "Cant lose" in page.text


def test_a_segment_is_coloured_by_where_it_lies_and_what_its_tier_is_worth(
    settings: Settings,
) -> None:
    content = build_report(settings, as_of_date=DAY).read_text(encoding="utf-8")

    tiles = re.findall(r'<div class="tile (\w+)"[^>]*><h3><span lang="en">([^<]*)', content)
    moods = {html.unescape(name): mood for mood, name in tiles}
    assert moods == {
        "Champions": "keep", "Loyal": "keep",
        "Potential loyalists": "grow", "Promising": "grow", "New buyers": "grow",
        "About to sleep": "watch", "Need attention": "watch",
        "At risk": "act", "Can't lose": "act",
        "Hibernating": "rest", "Lost": "rest",
    }  # fmt: skip


def test_a_page_needs_neither_pandas_nor_a_browser(settings: Settings) -> None:
    program = f"""
import sys
from datetime import date
from pathlib import Path
from warehouse.report.page import build_report
from warehouse.settings import Settings
settings = Settings(home=Path({str(settings.home)!r}))
build_report(settings, as_of_date=date({DAY.year}, {DAY.month}, {DAY.day}))
print(sorted({{"pandas", "numpy", "altair", "vl_convert", "dagster"}} & set(sys.modules)))
"""

    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60
    )

    assert done.stdout.strip() == "[]"


def test_numbers_read_as_people_write_them() -> None:
    assert numbers.amount(1234567, "count", "CNY") == "1,234,567"
    assert numbers.amount(-1234.5, "money", "CNY") == "−¥1,234"
    assert numbers.amount(12.5, "money", "SEK") == "SEK 12.50"
    assert numbers.amount(0.1234, "share", "CNY") == "12.3%"
    assert (
        numbers.amount(None, "count", "CNY") == numbers.amount(float("nan"), "money", "CNY") == "–"
    )
    assert numbers.signed(numbers.change(0.21, 0.2, "share") or 0, "share") == "+1.0 pp"
    assert numbers.signed(numbers.change(90, 100, "count") or 0, "count") == "−10.0%"
    assert numbers.change(5, 0, "count") is None
    assert [many(number, "buyer") for number in (0, 1, 1240)] == [
        "0 buyers",
        "1 buyer",
        "1,240 buyers",
    ]
