"""Bad edits of rules: each is refused before anything is written, by file and line."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli import cli
from tests.rule_files import shipped, write_own
from warehouse.errors import UserError
from warehouse.report.charts import ACTIVITY
from warehouse.report.kpis import HEADLINES
from warehouse.rules.catalogue import DECLARED
from warehouse.rules.effective import prepare_rules
from warehouse.rules.events import is_slip
from warehouse.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def refusal(settings: Settings) -> UserError:
    with pytest.raises(UserError) as caught:
        prepare_rules(settings)
    assert not settings.effective_rules_dir.exists()
    return caught.value


def edited(name: str, old: str, new: str) -> tuple[str, int]:
    """Change the shipped text in one place; give the text and the line of the place."""
    text = shipped(name)
    assert text.count(old) == 1, f"{old!r} is not one place of {name}"
    return text.replace(old, new), text[: text.index(old)].count("\n") + 1


# name, what stands in the shipped file, what the edit makes of it, a part of the message, the
# distance from the edited line to the line named; None names the last line
BAD_EDITS = [
    ("channels", "\nsms,", "\nexcluded,", "channel cannot be 'excluded'", 1),
    ("channels", "phone,required", "my phone,required", "contact_field cannot be 'my phone'", 0),
    ("channels", "push_token,granted", "push_token,no", "consent_default cannot be 'no'", 0),
    ("channels", "e-mail|e_mail", "e-mail|Ｅ-Mail", "the alias 'Ｅ-Mail' is also on line 2", 0),
    ("channels", "app push|", "app push|SMS|", "the alias 'SMS' is also on line 3", 0),
    ("channels", "e-mail|e_mail", "e-mail|ALL", "the alias 'ALL' means every channel", 0),
    ("channels", "e-mail|e_mail", "e-mail| e_mail", "has a blank part", 0),
    ("channels", "\nsms,", "\nfax,", "'sms', which strategies uses, has no row", 3),
    ("event_roles", "event,role", "event,rolle", "unknown column 'rolle'", 0),
    ("event_roles", "event,role", "event", "cells where the header has 1", 1),
    ("event_roles", "Signed Up,login", "Signed Up,log-in", "role cannot be 'log-in'", 0),
    ("event_roles", "Page Viewed,", "Signed Up,login\nSigned Up,", "is there twice", 3),
    (
        "event_roles",
        "Cart Viewed,activity",
        "identify,activity",
        "'identify' can have no effect",
        0,
    ),
    ("event_roles", "Order Updated,", "Order Updated,\nOrder Updated,login", "blank role", 0),
    ("event_roles", "Email Opened,message", "Email Opened,activity", "is a message to the user", 0),
    ("event_roles", "SMS Sent,message", "SMS Sent,message\nSMS Sent,login", "is no activity", 1),
    ("event_roles", "Checked In,", "Checked In,refund\nChecked In,cancel\nX,", "in one way", 0),
    ("event_roles", "Signed Up,login", ",login", "event is blank", 0),
    ("event_roles", "Signed Up,login", "Signed Up,login,x", "3 cells where the header has 2", 0),
    ("event_roles", "Checked In,interaction", 'Checked "In,interaction\n"', "not CSV", 1),
    ("funnels", "browse_to_pay,2,Product Added", "browse_to_pay,7,Product Added", "no step 2", 1),
    ("funnels", "browse_to_pay,2,Product Added", "browse_to_pay,1,Product Added", "twice", 0),
    ("funnels", "browse_to_pay,5,", "browse_to_pay,11,", "step cannot be '11'", 0),
    ("funnels", "Product Added,1440", "Product Added,60", "window_minutes of 'browse_to_pay'", 0),
    ("alert_rules", "below,20,1", "below,,1", "limit_value is blank, and the test 'below'", 0),
    ("alert_rules", "falls,0.1,2,,,critical,true", "spike,3,2,8,1,low,true", "spike is of one", 0),
    ("alert_rules", "nps,,,week", "nps,,gold,week", "'gold' is of no dimension", 0),
    ("alert_rules", "silent_share,,,week", "silent_shares,,,week", "no KPI 'silent_shares'", 0),
    ("health_metrics", "nps,nps,8,0,50", "nps,nps,8,60,50", "target 50 is not above the floor", 0),
    ("claim_rules", "money,kpi,arpu", "money,kpi,", "kpi is blank where measured_by is 'kpi'", 0),
    ("claim_rules", "money,kpi,arpu", "money,kpi,arpus", "no KPI 'arpus'", 0),
    ("fx_rates", "USD,1970-01-01,7.10", "USD,1970-01-01,0", "rate cannot be '0'", 0),
    ("fx_rates", "USD,1970-01-01,7.10", "USD,1970-01-01,0.0000000001", "rate cannot be", 0),
    ("fx_rates", "USD,1970-01-01,7.10", 'USD,1970-01-01,"7,10"', "rate cannot be '7,10'", 0),
    ("fx_rates", "USD,1970-01-01", "USD,1970-02-30", "valid_from cannot be", 0),
    ("fx_rates", "USD,1970-01-01", "CNY,1970-01-01", "is there twice", 0),
    ("fx_rates", "USD,1970-01-01", "usd,1970-01-01", "currency cannot be 'usd'", 0),
    (
        "incentive_events",
        "Coupon Applied,coupon",
        "Coupon Aplied,coupon",
        "is not in event_roles",
        0,
    ),
    (
        "incentive_events",
        "Coupon Applied,coupon",
        "Coupon Applied,voucher",
        "not in incentive_k",
        0,
    ),
    ("incentive_kinds", "lottery,task,", "lottery,game,", "'game' is not in incentive_kinds", 0),
    ("kpi_measures", "\nactive_users,window,", "\nactive_users,ends,", "as the models have it", 1),
    ("kpis", "new_users,,1,", "new_user,,1,", "'new_user' is not in kpi_measures", 0),
    ("kpis", "\ndau,", "\nD A U,", "kpi cannot be 'D A U'", 1),
    ("kpis", "active_users,,7,", "active_users,,,", "blank, and active_users needs it", 0),
    ("kpis", "cohort_users,,share", "cohort_users,9,share", "month_returned_users over 9 days", 0),
    ("kpis", "month_cohort_users,,", "active_users,30,", "whole months and windows of days", 0),
    ("growth_actions", ",400,", ",401,", "most adds up to 1001", None),
    ("level_bands", "青铜,0,", "青铜,1,", "the from_score '0' is missing", None),
    ("honours", "新晋王者,0,", "新晋王者,-1,", "from_days cannot be '-1'", 0),
    ("benefits", "600,gold,", "600,golden,", "min_tier 'golden' is not in rfm_tiers", 0),
    ("point_values", "\nsilver,", "\nsliver,", "tier 'sliver' is not in rfm_tiers", 1),
    ("point_values", "\nnone,", "\nbronze,", "bronze", None),
    ("point_values", "0.0125", "-0.0125", "unit_value cannot be '-0.0125'", 0),
    ("lifecycle_stages", "30,59", "35,59", "users silent for 30 to 34 days", 0),
    ("lifecycle_stages", "60,89", "60,80", "users silent for 81 to 89 days", 1),
    ("lifecycle_stages", "90,,,S3-33", "90,200,,S3-33", "users silent for 201 or more days", 0),
    ("lifecycle_stages", "30,59", "59,30", "min_silent_days 59 is above max_silent_days 30", 0),
    ("lifecycle_stages", "5,at_risk", "4,at_risk", "stage_order '4' is there twice", 0),
    ("lifecycle_stages", "6,dormant", "6,at_risk", "stage 'at_risk' is there twice", 0),
    ("lifecycle_stages", "60,89", ",89", "no stage begins on the silent day after 'at_risk'", -1),
    ("lifecycle_stages", "0,29,3,", "0,29,0,", "no user can ever be in the stage 'growth'", 1),
    ("parameters", "session_gap_minutes", "session_gap", "unknown parameter 'session_gap'", 0),
    ("parameters", "session_gap_minutes,30", "session_gap_minutes,", "has no value", 0),
    ("parameters", "recall_holdout_share,0.05", "recall_holdout_share,5", "cannot be '5'", 0),
    ("recall_arms", "coupon,1000", "coupon,1100", "leaves 1000 to 1099 to nobody", 0),
    ("recall_arms", "coupon,1000", "coupon,900", "gives 900 to 999 twice", 0),
    ("recall_arms", "7000,9999", "7000,9990", "leaves 9991 to 9999 to nobody", 0),
    ("recall_arms", "control,0,999,false", "control,0,999,no", "is_contacted cannot be 'no'", 0),
    ("retention_brackets", "day 2-7,2,7", "day 2-7,7,2", "from_period 7 is above to_period 2", 0),
    ("retention_brackets", "day,day 2-7", "year,day 2-7", "period cannot be 'year'", 0),
    ("retention_brackets", "day 2-7,2,7", "day 2-7,91,97", "from_period 91 is beyond", 0),
    ("retention_brackets", "day 2-7,2,7", "day 2-7,2,730", "to_period cannot be '730'", 0),
    ("retention_horizons", "day,90", "day,730", "max_period_number cannot be '730'", 0),
    ("retention_horizons", "day,90", "day,14", "from_period 15 is beyond max_period_number 14", 0),
    ("load_time_bands", "fast,0,", "fast,10,", "the from_ms '0' is missing", 3),
    ("rewards", "valid_to", "valid_to\nw,voucher,2026-01-01,", "is not in incentive_kinds", 1),
    ("rewards", "valid_to", "valid_to\nw,task,2026-02-01,2026-01-31", "is before valid_from", 1),
    ("rewards", "valid_to", "valid_to\nall,task,2026-02-01,", "reward cannot be 'all'", 1),
    (
        "releases",
        "released_on",
        "released_on\nv2,Product Viewd,2026-01-01",
        "not in event_roles",
        1,
    ),
    ("rfm_bands", "recency_days,4,31", "recency_days,4,61", "has score 3 from 61, not above", 1),
    ("rfm_bands", "frequency,1,1", "frequency,1,1.5", "frequency from 1 to 1.5 has no score", 0),
    ("rfm_bands", "frequency,2,2", "frequency,3,2", "input and score 'frequency, 3' is there", 1),
    ("rfm_classes", "false,true,true,", "true,true,true,", "is there twice", 0),
    ("rfm_segments", "3,5,loyal", "3,4,loyal", "r_score and f_score '3, 4' is there twice", 0),
    ("rfm_segments", "3,5,loyal", "3,6,loyal", "f_score cannot be '6'", 0),
    ("rfm_segments", "3,5,loyal", "3,5,royal", "segment 'royal' is not in rfm_tiers", 0),
    ("rfm_tiers", "\nloyal,", "\nroyal,", "segment 'royal' is not in rfm_segments", 1),
    ("rfm_tiers", "忠诚用户,gold,3", "忠诚用户,gold,4", "tier_rank of 'gold'", 1),
    ("strategies", "2,diamond,3", "2,platinum,3", "tier 'platinum' is not in rfm_tiers", 0),
    ("strategies", "2,diamond,3", "2,diamond,4", "warning_level and priority", 1),
    ("strategies", "2,diamond,3", "4,diamond,3", "warning_level cannot be '4'", 0),
    (
        "strategies",
        "treatment,exclusive_benefit,wechat_oa>sms>email>push,0.15",
        "treatment,exclusive_benefit,wechat_oa>fax>push,0.15",
        "channels 'fax' is not in channels",
        0,
    ),
    (
        "strategies",
        "treatment,exclusive_benefit,wechat_oa>sms>email>push,0.15",
        "treatment,exclusive_benefit,sms>sms,0.15",
        "channels 'sms>sms' names one twice",
        0,
    ),
    ("strategies", "0.15,0.10", "0.15,10", "uplift cannot be '10'", 0),
    ("strategies", "6,30,after a long", "6,30,after 90 days", "scene cannot be 'after 90", 0),
    (
        "warning_levels",
        "1,Activity down",
        "2,Activity down",
        "warning_level '2' is there twice",
        0,
    ),
    ("portrait_classes", ",carting,", ",kart,", "needs_tag 'kart' is not in tags", 0),
    ("portrait_classes", "class,4,exp", "class,6,exp", "behaviour_class' has no position 4", 1),
    ("portrait_classes", "need,4,open", "wish,4,open", "unknown kind 'wish'", 0),
    ("tags", "profile,platform", "profile,device", "no profile tells 'device'", 0),
    ("tags", "trait,occupation", "trait,Email", "'Email' says how to reach a person", 0),
    ("tags", "role,invite", "role,login", "no tag is about the role 'login'", 0),
    ("tags", "event,Promotion Clicked", "event,identify", "'identify' is a type of line", 0),
    ("tags", "18-22,30,2,", "18-24,30,2,", "subject of hours cannot be '18-24'", 0),
    ("tags", "06-07,30,6", "06-07,30,31", "nothing happens on 31 of 30 days", 0),
    ("tags", "Coupon Applied,90", "Coupon Applied,", "window_days is blank, and the input", 0),
    ("tags", "trait,gender,,", "trait,gender,9,", "window_days can have no effect", 0),
    ("tags", "trait,age,,18,18_24", "trait,age,,,18_24", "from_value and value come together", 0),
    ("tags", "4,often,Often fills", "1,often,Often fills", "tag and from_value 'carting, 1'", 0),
    ("warning_levels", "activity_index,,0.30", "activity_index,,", "drop_share is blank", 0),
    ("warning_levels", "0.30,3", "0,3", "drop_share cannot be '0'", 0),
    ("warning_levels", "0.30,3", "0.30,99", "min_base_days cannot be '99'", 0),
    ("warning_levels", "60,,", "60,0.3,", "drop_share can have no effect", 0),
    ("warning_levels", "未登录,login,90", "未登录,interaction,50", "level 3 begins at 50", 0),
    ("warning_levels", "churn_survey,", "churn_surve,", "nobody knows the action_1", 0),
    (
        "event_aliases",
        "登出,Signed",
        "sign-UP,Signed Up\nSign Up,Signed",
        "'sign-UP', the same name in",
        1,
    ),
    ("event_aliases", "登出,Signed", "--,Signed", "'--' can have no effect: it has no letter", 0),
    ("event_aliases", "登出,Signed", "登出,Email_Opt_Out\n登_出,Signed", "is an alias itself", 0),
    (
        "event_aliases",
        "登出,Signed Out",
        "Signed Out,Signed Out",
        "'Signed Out' stands for itself",
        0,
    ),
    ("activation", "Product Added", "identify", "'identify' can have no effect", 0),
    ("activation", "Product Added", "Product Aded", "'Product Aded' is not in event_roles", 0),
    ("activation", "Product Added", "Message Clicked", "it is a message to the user", 0),
    ("channels", "wechat_openid,", "user_id,", "contact_field cannot be 'user_id'", 0),
    ("funnels", "cart_to_order,2,Order Completed,\n", "", "'cart_to_order' has 1 row", -1),
    ("funnels", "1,Product Viewed", "1,product viewed", "'product viewed' is not in event", 0),
    ("funnels", "5,Order Completed", "5,alias", "'alias' can have no effect", 0),
    ("fx_rates", "USD,", "RMB,", "currency cannot be 'RMB'", 0),
    ("fx_rates", "USD,1970", "USD,1070", "valid_from cannot be '1070-01-01'", 0),
    ("fx_rates", "CNY,1970-01-01,1\n", "", "no rate of CNY, which money is reported in", 4),
    ("excluded_users", "pattern", "pattern\nemail_domain,,corp", "'corp' is no domain", 1),
    ("kpis", "\ndau,", "\ndaily,", "the kpi 'dau' is missing, and the report needs it", None),
    ("kpis", "active_users,,7,count", "active_users,,7,percent", "unit cannot be 'percent'", 0),
    ("kpis", "active_users,,7,count", "active_users,,7,share", "unit 'share' does not suit", 0),
    ("kpis", "active_users,,7,count", "active_users,,9999,count", "cannot be '9999'", 0),
    ("kpis", "mean_daily_users,active_users,", "active_users,active_users,", "always 1", 0),
    ("kpis", "net_revenue,valued_orders,30,money", "orders,buyers,30,money", "not suit orders", 0),
    ("kpis", "data,0.95", "data,95", "target '95' is no share", 0),
    ("lifecycle_stages", "6,dormant", "6,asleep", "the stage 'dormant' is missing", 1),
    ("lifecycle_stages", "7,lost", "7,gone", "the stage 'lost' is missing", 0),
    ("lifecycle_stages", "4,growth", "4,all", "stage cannot be 'all'", 0),
    ("parameters", "_minutes,30", "_minutes,9999", "cannot be '9999'", 0),
    ("parameters", "rfm_window_days,", "rfm_window_days,0", "'rfm_window_days' cannot be '0'", 0),
    ("parameters", "churned_after_days,90", "churned_after_days,9", "below 'silent_after", 0),
    ("parameters", "contribution_days,30", "contribution_days,0", "cannot be '0'", 0),
    ("acquisition_channels", "weixin,", "ＷeChat,", "the source 'ＷeChat' is also on line", 0),
    ("acquisition_channels", "bing,bing,", "bing,all,", "channel cannot be 'all'", 0),
    ("acquisition_channels", "weixin,wechat,WeChat", "weixin,wechat,WX", "name_en of 'wechat'", 0),
    ("aarrr_stages", "new_users", "new_user", "'new_user' is not in kpis", 0),
    ("phases", "seed,", "sead,", "phase cannot be 'sead'", 0),
    ("phases", "seed,1970-01-01,", "seed,1970-01-01,a,b,\ngrowth,1970-01-01,", "is there twice", 1),
    (
        "parameters",
        "holdout_share,0.05",
        "holdout_share,1",
        "'recall_holdout_share' cannot be '1'",
        0,
    ),
    ("recall_arms", "999,false", "999,true", "is_contacted is false nowhere", 0),
    ("recall_arms", "recall,coupon", "recall,a/b", "arm cannot be 'a/b'", 0),
    ("retention_brackets", "day 1,1,1", "day 1,0,1", "from_period cannot be '0'", 0),
    ("rfm_classes", "false,general_value", "false,general value", "cannot be 'general value'", 0),
    ("rfm_segments", "1,1,lost", "1,1,lo st", "segment cannot be 'lo st'", 0),
    ("rfm_tiers", "冠军用户,diamond", "冠军用户,none", "tier cannot be 'none'", 0),
    ("strategies", "be heard,churn_survey", "be heard,chrn_survey", "content_key 'chrn_survey'", 0),
    ("strategies", "2,diamond,3", "2,diamond,9", "of tier 'diamond' is never taken", 0),
    ("core_rules", "false,1,15,10000", "false,,,", "the row asks for nothing", 0),
    (
        "core_rules",
        "contributor,Contributes,贡献者,growth",
        "contributor,,,grown",
        "phase cannot",
        0,
    ),
    ("potential_weights", "influence,", "fame,", "unknown dimension 'fame'", 0),
    ("suggestion_states", "2,considered,", "2,weighed,", "the state 'considered' is missing", 3),
    ("strategies", "0.10,0.08", "0.10,0", "uplift cannot be '0'", 0),
    ("strategies", "0.10,0.08", "100000,0.08", "unit_cost cannot be '100000'", 0),
    ("strategies", "rekindle_survey,", "rekindle/survey,", "strategy cannot be", 0),
]


@pytest.mark.parametrize(("name", "old", "new", "message", "below"), BAD_EDITS)
def test_a_bad_edit_is_refused_by_file_and_line(
    settings: Settings, name: str, old: str, new: str, message: str, below: int | None
) -> None:
    text, line = edited(name, old, new)
    named = text.count("\n") if below is None else line + below
    path = write_own(settings, f"{name}.csv", text)

    error = refusal(settings)

    assert message in error.what
    assert error.where == f"{path}, line {named}"
    assert error.cure


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("rfm_segments", "nothing for r_score 5, f_score 5"),
        ("rfm_bands", "nothing for input monetary_ratio, score 5"),
        ("rfm_classes", "nothing for is_recent false, is_frequent false, is_big false"),
        ("retention_horizons", "nothing for period month"),
        ("warning_levels", "nothing for warning_level 1"),
        ("parameters", "the parameter 'recall_send_hour' is missing"),
        ("lifecycle_stages", "users silent for 90 or more days"),
    ],
)
def test_a_row_left_out_is_missed(settings: Settings, name: str, message: str) -> None:
    lines = shipped(name).splitlines()
    if name == "parameters":
        lines = [line for line in lines if not line.startswith("recall_send_hour")]
    else:
        lines.pop()
    path = write_own(settings, f"{name}.csv", "\n".join(lines))

    error = refusal(settings)

    assert message in error.what
    assert error.where == f"{path}, line {len(lines)}"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (b"", 1, "the file is empty"),
        (b"event,role\nHome,activity\nK\xe4se,activity\n", 3, "not UTF-8"),
        ("event,role\n首页,activity\n".encode("gbk"), 2, "not UTF-8"),
        (b'event,role\n\n"Home,activity\nEnd,login\n', 3, "not CSV"),
        (b"event;role\nHome;activity\n", 1, "unknown column 'event;role'"),
        (b"event,event\nHome,activity\n", 1, "the column 'role' is missing"),
        (b"event,role,role\nHome,activity,login\n", 1, "'role' is there twice"),
    ],
)
def test_a_file_that_is_no_sound_csv_is_refused_by_line(
    settings: Settings, text: bytes, line: int, message: str
) -> None:
    path = write_own(settings, "event_roles.csv", text)

    error = refusal(settings)

    assert message in error.what
    assert error.where == f"{path}, line {line}"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("staff,,x", "kind cannot be 'staff'"),
        ("user_id,role,x", "trait 'role' can have no effect"),
        ("trait,,tester", "the kind 'trait' needs it"),
        ("trait,my role,tester", "trait cannot be 'my role'"),
        ("user_id,,*", "names everybody"),
        ("user_id,,a*b", "elsewhere than at one end"),
        ("user_id,,*b*", "elsewhere than at one end"),
        ("user_id,,ｂｏｔ-２*", "'ｂｏｔ-２*' fits no id"),
        ("user_id,,12.0", "'12.0' fits no id"),
        ("email_domain,,qa@shop.example", "is an address, not a domain"),
        ("user_id,,", "pattern is blank"),
    ],
)
def test_a_row_that_names_no_people_or_all_is_refused(
    settings: Settings, row: str, message: str
) -> None:
    text = f"kind,trait,pattern\nuser_id,,bot-*\n{row}\n"
    path = write_own(settings, "excluded_users.csv", text)

    error = refusal(settings)

    assert message in error.what
    assert error.where == f"{path}, line 3"
    assert error.cure


def test_a_segment_without_a_tier_is_looked_for_in_the_file_that_was_edited(
    settings: Settings,
) -> None:
    text = "".join(line for line in shipped("rfm_tiers").splitlines(True) if "loyal," not in line)
    path = write_own(settings, "rfm_tiers.csv", text)

    error = refusal(settings)

    assert error.what == "rfm_tiers: 'loyal', which rfm_segments uses, has no row"
    assert error.where.startswith(f"{path}, line ")


def test_a_user_of_few_orders_must_have_a_stage_too(settings: Settings) -> None:
    lines = [line for line in shipped("lifecycle_stages").splitlines() if "growth" not in line]
    write_own(settings, "lifecycle_stages.csv", "\n".join(lines))

    error = refusal(settings)

    assert "users silent for 0 to 29 days can be left without a stage" in error.what
    assert "0 orders" in error.what


def test_what_is_wrong_with_a_rule_is_shown_beside_its_difference(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    write_own(settings, "kpis.csv", shipped("kpis").replace("\ndau,", "\ndaily,"))
    write_own(settings, "funnels.csv", b"\xff\xfe")
    env = {"USEROPS_HOME": str(tmp_path)}
    found = CliRunner().invoke(cli, ["rules", "funnels"], env=env)
    assert (found.exit_code, "the text is not UTF-8" in found.output) == (1, True)
    (settings.rules_dir / "funnels.csv").unlink()
    found = CliRunner().invoke(cli, ["rules", "kpis.csv"], env=env)
    assert found.exit_code == 1
    assert "+daily," in found.output
    assert "the kpi 'dau' is missing" in found.output
    assert "cure:  copy its row" in found.output
    assert CliRunner().invoke(cli, ["rules", "rfm_tiers"], env=env).exit_code == 0
    told = CliRunner().invoke(cli, ["doctor"], env=env)
    assert (told.exit_code, "the kpi 'dau' is missing" in told.output) == (1, True)


def test_a_new_key_is_named_where_it_is_sent_and_where_it_is_an_action(settings: Settings) -> None:
    own = shipped("strategies").replace("churn_survey", "spring_letter")
    write_own(settings, "strategies.csv", own)
    assert "as an action of its level" in refusal(settings).cure
    own = shipped("warning_levels").replace("churn_survey", "spring_letter")
    write_own(settings, "warning_levels.csv", own)
    assert prepare_rules(settings)


def test_an_event_of_ones_own_may_be_near_a_known_one_where_it_has_a_role(
    settings: Settings,
) -> None:
    write_own(settings, "activation.csv", "event\nProduct Searched\n")
    assert "did you mean 'Products Searched'?" in refusal(settings).cure
    roles = shipped("event_roles") + "Product Searched,activity\n"
    write_own(settings, "event_roles.csv", roles)
    assert prepare_rules(settings)
    assert is_slip("Cart Viewed", "cart_viewed")
    assert not is_slip("Cart Viewed", "Card Shared")


def test_what_the_report_asks_for_by_name_cannot_be_dropped() -> None:
    needed = {*HEADLINES, *ACTIVITY}
    text = DECLARED.read_text(encoding="utf-8")
    [line] = [line for line in text.splitlines() if line.strip().startswith("values: [dau")]
    assert needed == {name.strip() for name in line.partition("[")[2].rstrip("]").split(",")}
