"""What an installation of a small shop puts in place of the shipped rules."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from tests.recompute.tellers import FIRST

RULES = {
    "fx_rates": [
        "currency,valid_from,rate",
        "CNY,1970-01-01,1",
        "USD,1970-01-01,7.10",
        "USD,2026-01-15,7.0333",
        "USD,2026-02-10,7.2549",
        "EUR,1970-01-01,7.80",
        "EUR,2026-02-01,7.6512",
        "JPY,1970-01-01,0.048",
        "KWD,1970-01-01,23.0777",
    ],
    "care_rules": [
        "list,name_en,name_zh,tiers,min_silent_days,min_login_days,min_score,source_id",
        "high_value_silent,,,diamond>gold>silver,5,,,S3-2",
        "high_potential,,,,,2,,S3-37",
        "high_potential_dormant,,,,20,,30,S3-10",
        "core,,,,,,,S2-10",
        "koc,,,,,,,S1-12",
        "incident_affected,,,,,,,S3-30",
        "points_extension,,,diamond>gold>silver>bronze,,,,S2-17",
        "max_level_watch,,,,,,,S3-29",
        "survey,,,,,,,S0-10",
    ],
    # Of any Sunday on which one may have opened, and of some that were none.
    "alert_acknowledgements": [
        "alert,dimension_value,opened_on,acknowledged_on,note",
        *(
            f"{alert},{FIRST + timedelta(7 * week + 6)},{FIRST + timedelta(7 * week + 9)},{note}"
            for alert, note in [("wau_down_in_total,", "calling them"), ("any_channel,ads", "Li")]
            for week in range(0, 18, 2)
        ),
    ],
    "core_rules": [
        "rule_set,name_en,name_zh,phase,valid_from,is_in_force,min_weekly_logins,min_session_minutes,"
        "min_monthly_spend,min_contributions,source_id",
        "all_three,,,*,1970-01-01,true,1,8,50,,S2-10",
        "all_three,,,*,2026-02-08,true,1,5,20.5,,S2-11",
        "maker,,,seed,1970-01-01,true,,,,4,S2-12",
        "maker,,,growth,1970-01-01,true,,,,9,S2-12",
        "often,,,*,2026-02-01,false,2,,,,S2-11",
    ],
    "benchmarks": ["kpi,benchmark,told_by", "share_rate,0.3,a guess", "ltv,250,a guess"],
    # Shops as young as these bring nobody far.
    "level_bands": ["level,from_score,source_id", "seed,0,", "sprout,60,", "tree,110,"],
    "benefits": [
        "benefit,min_score,min_tier,min_points,quota,period,unit_cost,source_id",
        "free_shipping,40,,,2,month,8,",
        "luxury_gift,30,silver,20,1,year,300,",
        "road_rescue,60,,,,ever,0,",
    ],
    "rewards": [
        "reward,kind,valid_from,valid_to",
        "wheel,check_in,2026-01-12,2026-01-25",
        "again,check_in,2026-02-02,",
        "quests,task,2026-01-20,2026-02-05",
        "gift,coupon,2026-01-10,2026-01-20",
        "later,task,2027-01-01,",
    ],
    "releases": [
        "release,feature,released_on",
        "v2,Quick Look,2026-01-27",
        "v2,Product Viewed,2026-01-27",
        "v1,Quick Look,2026-01-05",
        "v3,Nobody Does,2026-01-27",
        "v4,Quick Look,2027-01-01",
    ],
    # Of the last one a step is never seen in one shop, and late in others.
    "funnels": [
        "funnel,step,event,window_minutes",
        "browse_to_pay,1,Product Viewed,1440",
        "browse_to_pay,2,Product Added,1440",
        "browse_to_pay,3,Checkout Started,1440",
        "browse_to_pay,4,Payment Info Entered,1440",
        "browse_to_pay,5,Order Completed,1440",
        "cart_to_order,1,Product Added,",
        "cart_to_order,2,Order Completed,",
        "be_heard,1,Product Viewed,",
        "be_heard,2,Feedback Submitted,",
        "be_heard,3,Feedback Answered,",
        "be_heard,4,Product Viewed,",
    ],
    "excluded_users": ["kind,trait,pattern", "user_id,,bot*", "email_domain,,staff.example"],
}
# Pairs of things, and habits to break, in shops of so few people.
OWN_TERMS = [
    ("pair_min_users", "5", "2"),
    ("pair_items", "200", "7"),
    ("anomaly_min_days", "7", "3"),
    ("anomaly_deviations", "3", "1"),
    ("anomaly_min_events", "20", "5"),
    ("decline_weeks", "3", "2"),
    ("programme_holdout_share", "", "0.4"),
    ("identity_hub_limit", "1000", "6"),
    ("cart_abandon_hours", "24", "20.4"),
    ("recent_days", "30", "27"),
    ("core_days", "30", "29"),
    ("first_order_days", "30", "20"),
    ("launch_days", "30", "12"),
]
OWN_ROLES = [
    "PayOrder,purchase",
    "MoneyBack,refund",
    "OrderVoided,cancel",
    "Quick Look,feature",
    "Beat,",
]
OWN_ALERTS = [
    "any_channel,,,wau,channel,,week,falls,0.05,1,,,low,false,look,,",
    "one_step,,,funnel_conversion,funnel_step,cart_to_order/2,day,below,0.8,2,,,low,true,look,,",
    "more_complaints,,,complaints,,,day,spike,1,1,7,1,medium,false,look,,",
]


def write_rules(home: Path, more_terms: Sequence[tuple[str, str, str]] = ()) -> None:
    """Put an installation's own rules in place of the shipped ones; a term is name, old, own."""
    folder = home / "rules"
    folder.mkdir(parents=True, exist_ok=True)
    shipped = Path(__file__).parents[2] / "dbt_project" / "seeds" / "rules"
    for name, rows in RULES.items():
        if (shipped / f"{name}.csv").exists():
            (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    roles = (shipped / "event_roles.csv").read_text(encoding="utf-8").rstrip("\n").split("\n")
    roles += OWN_ROLES
    (folder / "event_roles.csv").write_text("\n".join(roles) + "\n", encoding="utf-8")
    alerts = (shipped / "alert_rules.csv").read_text(encoding="utf-8").rstrip("\n").split("\n")
    text = "\n".join([*alerts, *OWN_ALERTS]) + "\n"
    (folder / "alert_rules.csv").write_text(text, encoding="utf-8")
    terms = (shipped / "parameters.csv").read_text(encoding="utf-8")
    for name, value, own in [*OWN_TERMS, *more_terms]:
        assert f"\n{name},{value}," in terms, name
        terms = terms.replace(f"\n{name},{value},", f"\n{name},{own},")
    (folder / "parameters.csv").write_text(terms, encoding="utf-8")
