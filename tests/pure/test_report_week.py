"""The page of the week on what moves slowly: newcomers, channels, points, levels, rewards."""

from tests.pages import section
from tests.plausible_marts import change
from warehouse.settings import Settings


def test_newcomers_are_told_by_week_and_stage_and_what_runs_is_blank(settings: Settings) -> None:
    said = section(settings, "economics", of_week=True)

    assert (
        "Week of 首次活跃周 Users 人数 Activation 激活 Retention 留存 Revenue 收入 Referral" in said
    )
    # Eight weeks; of the newest two stages are not over, and nobody was ever seen to refer.
    assert "2026-11-02 100 20.0% –" in said
    assert "2026-10-26 100 40.0% 30.0% 20.0% –" in said
    assert "2026-09-14 100" in said
    assert "2026-09-07 100" not in said


def test_channels_are_told_of_months_that_are_over(settings: Settings) -> None:
    said = section(settings, "economics", of_week=True)

    assert (
        "Baidu 百度 days without spend 部分日期无费用 ¥5,000 90 40 ¥125.00 ¥500.00 ¥210.00 4 2.5 mo"
        " Direct 直接访问 ¥0.00 120 60 ¥0.00 ¥900.00 ¥300.00 – 0 mo" in said
    )
    assert "No spend landed for 2026-09" in said
    assert "2026-09 没有投放费用数据，获客成本未知。" in said
    assert "Baidu 百度 80 30 ¥480.00 ¥250.00" in said
    assert "2026-11" not in said.split("What channels cost")[1]


def test_points_are_told_by_month_with_what_is_owed_and_how_they_grew(settings: Settings) -> None:
    said = section(settings, "programme", of_week=True)

    assert "2026-11 … 3,100 900 0 36,500 ¥390.00 – –" in said
    assert "2026-10 9,500 4,500 700 34,300 ¥371.00 +21.0% +5.0%" in said
    assert "Oct: Issued 发放 9,500, Redeemed 兑换 4,500, Expired 过期 700" in said


def test_levels_benefits_and_rewards_are_told(settings: Settings) -> None:
    said = section(settings, "programme", of_week=True)

    for words in (
        "King 王者 10 (33.3%) Diamond 钻石 0 (0.0%)",
        "At the highest: Crowned 10 新晋王者 10",
        "Free shipping 免运费 20 40 10 30",
        "2026-10 ¥800.00 ¥200.00 ¥1,500 ¥500.00 2026-09 ¥700.00 – – –",
        "Everybody 全体 90 10% → 30% → 12% 20% → 40% → 25% 60.0%"
        " Gold 黄金 40 10% → 40% → 20% – → 50% → 30% 50.0%",
        "Lottery 抽奖 400 12.0% 31.0% 8.0%",
    ):
        assert words in said, words
    assert "No use of a benefit" not in said
    assert "is not known" not in said


def test_what_the_programme_does_not_know_is_said_in_a_line_each(settings: Settings) -> None:
    change(
        settings,
        "update marts.benefit_balances set used = null, remaining = null",
        "delete from marts.programme_balance where balance is not null",
        "update marts.incentive_dependence set status = 'unknown'",
        "delete from marts.incentive_retention",
        "delete from marts.points_months",
    )

    said = section(settings, "programme", of_week=True)

    assert "Free shipping 免运费 20 40 – –" in said
    assert "No use of a benefit has been seen: what is left is not known." in said
    assert "What the programme brings in is not known: nobody is held out of it" in said
    assert "尚无已结束的激励，依赖度未知。" in said
    assert "No event of points has been seen. 尚无积分事件。" in said
    assert "by kind of incentive" not in said


def test_core_thresholds_voices_and_layers_are_told(settings: Settings) -> None:
    change(
        settings,
        "insert into marts.core_thresholds (as_of_date, threshold_set, phase, is_in_force,"
        " min_contributions, status) values (date '2026-11-08', 'contributor', 'seed', false, 10,"
        " 'insufficient_data')",
        "update marts.potential_scores set interaction = 1, content = case when user_id like '%1'"
        " then 1 end",
    )

    said = section(settings, "community", of_week=True)

    for words in (
        "高消费 logins a week 1, minutes a session 30, spent in 30 days ¥10,000"
        " 每周登录 1 次、每次 30 分钟、30 天消费 ¥10,000 ✓ yes 是 12 ¥150,000",
        "The same for half the spend 消费门槛减半",
        "no 否 41 ¥290,000",
        "phase Seed users, contributions in 30 days 10 阶段 种子用户期、30 天贡献 10 次 no 否 – –",
        "Potential is scored of 80 users; of them is known: takes part often 80, makes valued",
        "2026-11 Complaints 投诉 20 16 12.9 h 10.0%",
        "Gold 黄金 · Bargains 优惠 · Advocates 传播型 10 50.0%",
        "Female 女 Gender 性别 40 75% 25%",
    ):
        assert words in said, words
    assert "Survey answers" not in said


def ratio(kpi: str, dimension: str, value: str, week: int, over: float, under: float) -> str:
    """Give the ratio on every day of a week: 0 the one told, 1 the one before."""
    return (
        "insert into marts.kpi_daily (as_of_date, kpi, dimension, dimension_value, numerator,"
        f" denominator, value) select date '2026-11-02' - {7 * week} + cast(i as integer), '{kpi}',"
        f" '{dimension}', '{value}', {over}, {under}, {over / under} from range(7) t(i)"
    )


def test_a_ratio_is_taken_apart_into_other_people_and_people_who_do_otherwise(
    settings: Settings,
) -> None:
    change(
        settings,
        "delete from marts.kpi_daily where kpi in ('d7_retention', 'arpu')",
        # A half pays 60%, a half 20%: 40%. Then a quarter and three: 60% x 1/4 + 16% x 3/4 = 27%.
        ratio("d7_retention", "all", "all", 1, 40, 100),
        ratio("d7_retention", "channel", "direct", 1, 30, 50),
        ratio("d7_retention", "channel", "baidu", 1, 10, 50),
        ratio("d7_retention", "all", "all", 0, 54, 200),
        ratio("d7_retention", "channel", "direct", 0, 30, 50),
        ratio("d7_retention", "channel", "baidu", 0, 24, 150),
        # Of a dimension that leaves somebody out nothing is said.
        ratio("d7_retention", "platform", "web", 1, 35, 90),
        ratio("d7_retention", "platform", "web", 0, 10, 190),
    )

    said = section(settings, "why", of_week=True)

    # Shares move by 25 points either way: 0.25 x (18% - 60%) of mix, 62.5% x -4 points of rate.
    assert "Day-7 retention 7 日留存 −13.0 pp −10.5 pp −2.5 pp Direct 直接访问 Channel 渠道" in said
    assert "−6.6 pp more or fewer of them 人数占比变化" in said
    assert "web" not in said.lower()


def test_a_group_that_is_new_is_other_people(settings: Settings) -> None:
    change(
        settings,
        "delete from marts.kpi_daily where kpi in ('d7_retention', 'arpu')",
        ratio("arpu", "all", "all", 1, 1000, 100),
        ratio("arpu", "channel", "direct", 1, 1000, 100),
        ratio("arpu", "all", "all", 0, 1500, 200),
        ratio("arpu", "channel", "direct", 0, 1000, 100),
        ratio("arpu", "channel", "baidu", 0, 500, 100),
    )

    said = section(settings, "why", of_week=True)

    # Half as many new ones at 5 beside 10: 7.5, a quarter less, and nobody does otherwise.
    assert "Revenue per active user 人均收入 −25.0% −25.0% ±0.0%" in said
    change(settings, "delete from marts.kpi_daily where dimension = 'channel'")
    assert section(settings, "why", of_week=True) == ""
