"""Rule files: a sound edit takes the place of the shipped file, a bad one is refused by line."""

import os
from pathlib import Path

import pytest

from warehouse.errors import UserError
from warehouse.rules.catalogue import SPECS
from warehouse.rules.describe import describe_rules, difference
from warehouse.rules.effective import SHIPPED_DIR, effective_rules, prepare_rules
from warehouse.settings import Settings

CLICKSTREAM_ROLES = """event,role
home,activity
home,login
catalog,activity
product_view,activity
product_view,feature
add_to_cart,activity
cart,activity
shipping_details,activity
payment_details,activity
purchase,activity
purchase,purchase
"""
CLICKSTREAM_FUNNEL = """funnel,step,event,window_minutes
browse_to_pay,1,product_view,
browse_to_pay,2,add_to_cart,
browse_to_pay,3,cart,
browse_to_pay,4,shipping_details,
browse_to_pay,5,payment_details,
browse_to_pay,6,purchase,
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def shipped(name: str) -> str:
    return (SHIPPED_DIR / f"{name}.csv").read_text(encoding="utf-8")


def write_own(settings: Settings, name: str, text: str | bytes) -> Path:
    settings.rules_dir.mkdir(exist_ok=True)
    path = settings.rules_dir / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


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


def test_the_shipped_rules_are_sound_and_copied_whole(settings: Settings) -> None:
    folder = prepare_rules(settings)

    assert folder == settings.effective_rules_dir
    expected = {p.name: p.read_bytes() for p in SHIPPED_DIR.iterdir() if p.suffix != ".md"}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == expected


def test_every_column_of_every_shipped_rule_is_declared() -> None:
    headers = {p.stem: p.read_text("utf-8").split("\n")[0] for p in SHIPPED_DIR.glob("*.csv")}

    assert {name: ",".join(spec.columns) for name, spec in SPECS.items()} == headers


def test_an_own_file_takes_the_place_of_the_shipped_one(settings: Settings) -> None:
    write_own(settings, "funnels.csv", CLICKSTREAM_FUNNEL)

    folder = prepare_rules(settings)

    assert (folder / "funnels.csv").read_text() == CLICKSTREAM_FUNNEL
    assert (folder / "kpis.csv").read_text() == shipped("kpis")
    assert [rule.name for rule in effective_rules(settings) if rule.is_own] == ["funnels"]


def test_rules_for_a_foreign_clickstream_are_sound(settings: Settings) -> None:
    write_own(settings, "event_roles.csv", CLICKSTREAM_ROLES)
    write_own(settings, "funnels.csv", CLICKSTREAM_FUNNEL)

    assert (prepare_rules(settings) / "event_roles.csv").read_text() == CLICKSTREAM_ROLES


def test_what_a_spreadsheet_leaves_in_a_file_does_no_harm(settings: Settings) -> None:
    untidy = "\ufeffrate, currency,valid_from\r\n\r\n7.1,USD , 2026-01-01\r\n,,\r\n1,CNY,1970-01-01"
    write_own(settings, "fx_rates.csv", untidy)

    assert (prepare_rules(settings) / "fx_rates.csv").read_bytes() == (
        b"currency,valid_from,rate\nUSD,2026-01-01,7.1\nCNY,1970-01-01,1\n"
    )


def test_unchanged_rules_keep_their_times(settings: Settings) -> None:
    folder = prepare_rules(settings)
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    prepare_rules(settings)
    assert {path.stat().st_mtime for path in folder.iterdir()} == {1}

    write_own(settings, "funnels.csv", CLICKSTREAM_FUNNEL)
    prepare_rules(settings)

    assert [path.name for path in folder.iterdir() if path.stat().st_mtime != 1] == ["funnels.csv"]


def test_an_own_file_taken_away_gives_the_shipped_rule_back(settings: Settings) -> None:
    own = write_own(settings, "funnels.csv", CLICKSTREAM_FUNNEL)
    prepare_rules(settings)
    own.unlink()

    assert (prepare_rules(settings) / "funnels.csv").read_text() == shipped("funnels")


def test_a_bad_edit_leaves_the_rules_of_the_last_run_alone(settings: Settings) -> None:
    folder = prepare_rules(settings)
    write_own(settings, "event_roles.csv", CLICKSTREAM_ROLES)
    write_own(settings, "funnels.csv", "funnel,step\n")

    with pytest.raises(UserError):
        prepare_rules(settings)

    assert (folder / "event_roles.csv").read_text() == shipped("event_roles")


@pytest.mark.parametrize(
    ("name", "nearest"), [("funnel.csv", "'funnels'"), ("event_role.csv", "'event_roles'")]
)
def test_a_file_that_replaces_nothing_is_refused(
    settings: Settings, name: str, nearest: str
) -> None:
    path = write_own(settings, name, "event,role\n")

    error = refusal(settings)

    assert error.where == f"{path}, line 1"
    assert nearest in error.cure


def test_a_spreadsheet_beside_the_rules_is_not_taken_for_one(settings: Settings) -> None:
    write_own(settings, "funnels.xlsx", b"PK")

    assert "save it as funnels.csv" in refusal(settings).cure


# name, what stands in the shipped file, what the edit makes of it, a part of the message, the
# distance from the edited line to the line named
BAD_EDITS = [
    ("event_roles", "event,role", "event,rolle", "unknown column 'rolle'", 0),
    ("event_roles", "event,role", "event", "cells where the header has 1", 1),
    ("event_roles", "Signed Up,login", "Signed Up,log-in", "role cannot be 'log-in'", 0),
    ("event_roles", "Signed Up,login", "Signed Up,activity", "is there twice", 0),
    ("event_roles", "Signed Up,login", ",login", "event is blank", 0),
    ("event_roles", "Signed Up,login", "Signed Up,login,x", "3 cells where the header has 2", 0),
    ("event_roles", "Checked In,interaction", 'Checked "In,interaction\n"', "not CSV", 1),
    ("funnels", "browse_to_pay,2,Product Added", "browse_to_pay,7,Product Added", "no step 2", 1),
    ("funnels", "browse_to_pay,2,Product Added", "browse_to_pay,1,Product Added", "twice", 0),
    ("funnels", "Product Added,1440", "Product Added,60", "window_minutes of 'browse_to_pay'", 0),
    ("fx_rates", "USD,1970-01-01,7.10", "USD,1970-01-01,0", "rate cannot be '0'", 0),
    ("fx_rates", "USD,1970-01-01,7.10", 'USD,1970-01-01,"7,10"', "rate cannot be '7,10'", 0),
    ("fx_rates", "USD,1970-01-01", "USD,1970-02-30", "valid_from cannot be", 0),
    ("fx_rates", "USD,1970-01-01", "CNY,1970-01-01", "is there twice", 0),
    ("fx_rates", "USD,1970-01-01", "usd,1970-01-01", "currency cannot be 'usd'", 0),
    ("kpis", "\ndau,", "\ndua,", "unknown kpi 'dua'", 1),
    ("lifecycle_stages", "30,59", "35,59", "users silent for 30 to 34 days", 0),
    ("lifecycle_stages", "60,89", "60,80", "users silent for 81 to 89 days", 1),
    ("lifecycle_stages", "90,,,S3-33", "90,200,,S3-33", "users silent for 201 or more days", 0),
    ("lifecycle_stages", "30,59", "59,30", "min_silent_days 59 is above max_silent_days 30", 0),
    ("lifecycle_stages", "5,at_risk", "4,at_risk", "stage_order '4' is there twice", 0),
    ("lifecycle_stages", "6,dormant", "6,at_risk", "stage 'at_risk' is there twice", 0),
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
    ("rfm_classes", "false,true,true,", "true,true,true,", "is there twice", 0),
    ("rfm_segments", "3,5,loyal", "3,4,loyal", "r_score and f_score '3, 4' is there twice", 0),
    ("rfm_segments", "3,5,loyal", "3,6,loyal", "f_score cannot be '6'", 0),
    ("rfm_segments", "3,5,loyal", "3,5,royal", "segment 'royal' is not in rfm_tiers", 0),
    ("rfm_tiers", "\nloyal,", "\nroyal,", "segment 'royal' is not in rfm_segments", 1),
    ("rfm_tiers", "忠诚用户,gold,3", "忠诚用户,gold,4", "tier_rank of 'gold'", 1),
    ("strategies", "2,diamond,3", "2,platinum,3", "tier 'platinum' is not in rfm_tiers", 0),
    ("strategies", "2,diamond,3", "2,diamond,4", "warning_level and priority", 1),
    ("strategies", "2,diamond,3", "4,diamond,3", "warning_level cannot be '4'", 0),
    ("strategies", "0.15,0.10", "0.15,10", "uplift cannot be '10'", 0),
    (
        "warning_levels",
        "1,activity_index",
        "2,activity_index",
        "warning_level '2' is there twice",
        0,
    ),
    ("warning_levels", "activity_index,,0.30", "activity_index,,", "drop_share is blank", 0),
]


@pytest.mark.parametrize(("name", "old", "new", "message", "below"), BAD_EDITS)
def test_a_bad_edit_is_refused_by_file_and_line(
    settings: Settings, name: str, old: str, new: str, message: str, below: int
) -> None:
    text, line = edited(name, old, new)
    path = write_own(settings, f"{name}.csv", text)

    error = refusal(settings)

    assert message in error.what
    assert error.where == f"{path}, line {line + below}"
    assert error.cure


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("rfm_segments", "nothing for r_score 5, f_score 5"),
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


def test_the_first_of_many_faults_says_how_many_more_there_are(settings: Settings) -> None:
    write_own(settings, "event_roles.csv", "event,role\nHome,x\nEnd,y\n")
    write_own(settings, "funnels.csv", "funnel,step,event,window_minutes\nf,0,Home,\n")

    assert "shows 2 more" in refusal(settings).cure
    faults = {status.name: len(status.faults) for status in describe_rules(settings)}
    assert (faults["event_roles"], faults["funnels"], faults["kpis"]) == (2, 1, 0)


def test_the_list_of_rules_says_whose_they_are_and_how_long(settings: Settings) -> None:
    path = write_own(settings, "funnels.csv", CLICKSTREAM_FUNNEL)

    status = {item.name: item for item in describe_rules(settings)}

    assert (status["funnels"].is_own, status["funnels"].rows) == (True, 6)
    assert status["funnels"].path == path
    assert (status["rfm_segments"].is_own, status["rfm_segments"].rows) == (False, 25)


def test_the_difference_to_the_shipped_rule_is_shown_row_by_row(settings: Settings) -> None:
    write_own(settings, "fx_rates.csv", shipped("fx_rates").replace("7.10", "7.20"))

    lines = difference(settings, "fx_rates")

    assert lines[:2] == ["--- shipped/fx_rates.csv", "+++ own/fx_rates.csv"]
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "-USD,1970-01-01,7.10",
        "+USD,1970-01-01,7.20",
    ]
    assert difference(settings, "kpis") == []


def test_an_unknown_rule_has_no_difference(settings: Settings) -> None:
    with pytest.raises(UserError, match="funnels"):
        difference(settings, "funnel")
