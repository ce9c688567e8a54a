"""Rule files: a sound edit takes the place of the shipped file, a bad one changes nothing."""

import os
import shutil
from pathlib import Path

import pytest

from tests.rule_files import shipped, write_own
from warehouse.errors import UserError
from warehouse.rules import effective
from warehouse.rules.catalogue import declared_rules, spec_from
from warehouse.rules.describe import describe_rules, difference
from warehouse.rules.effective import (
    SHIPPED_DIR,
    effective_rules,
    prepare_rules,
    values_in_effect,
)
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


def shipped_without(name: str, columns: tuple[str, ...]) -> str:
    header, *rows = (line.split(",") for line in shipped(name).splitlines())
    kept = [place for place, column in enumerate(header) if column not in columns]
    return "\n".join(",".join(row[place] for place in kept) for row in (header, *rows))


def refusal(settings: Settings) -> UserError:
    with pytest.raises(UserError) as caught:
        prepare_rules(settings)
    assert not settings.effective_rules_dir.exists()
    return caught.value


def test_the_shipped_rules_are_sound_and_copied_whole(settings: Settings) -> None:
    folder = prepare_rules(settings)

    assert folder == settings.effective_rules_dir
    expected = {p.name: p.read_bytes() for p in SHIPPED_DIR.glob("*.csv")}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == expected


def test_a_shipped_rule_is_judged_by_its_entry(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shipped"
    shutil.copytree(SHIPPED_DIR, folder)
    monkeypatch.setattr(effective, "SHIPPED_DIR", folder)
    bands = folder / "rfm_bands.csv"
    bands.write_text(bands.read_text().replace("from_value", "from_valeu"))
    error = refusal(settings)
    assert (error.what, error.where) == (
        "rfm_bands: unknown column 'from_valeu'",
        f"{bands}, line 1",
    )

    bands.rename(folder / "rfm_limits.csv")
    error = refusal(settings)
    assert error.what == "the rule 'rfm_limits' has no entry"
    assert error.where.endswith("_rules__seeds.yml")


def test_every_column_of_every_shipped_rule_is_declared() -> None:
    headers = {p.stem: p.read_text("utf-8").split("\n")[0] for p in SHIPPED_DIR.glob("*.csv")}

    declared = {name: ",".join(spec.columns) for name, spec in declared_rules().items()}
    assert declared == headers


ENTRY = {
    "name": "bands",
    "config": {"column_types": {"band": "string", "least": "bigint"}, "meta": {"keys": [["band"]]}},
    "columns": [{"name": "band"}, {"name": "least"}],
}


@pytest.mark.parametrize(
    ("change", "what", "cure"),
    [
        ({"columns": [{"name": "band"}]}, "columns and column_types differ: least", "in both"),
        (
            {"columns": [{"name": "band", "config": {"meta": {"leest": 1}}}, {"name": "least"}]},
            "band: meta knows no 'leest'",
            "'least'",
        ),
        (
            {
                "config": ENTRY["config"]
                | {"meta": {"keys": [], "checks": [{"counts_down": {"column": "least"}}]}}
            },
            "there is no check 'counts_down'",
            "'counts_up'",
        ),
    ],
)
def test_an_entry_that_asks_for_what_is_not_known_is_refused_by_name(
    change: dict, what: str, cure: str
) -> None:
    assert list(spec_from(ENTRY).columns) == ["band", "least"]
    with pytest.raises(UserError) as caught:
        spec_from(ENTRY | change)

    assert caught.value.what == what
    assert caught.value.where.endswith("_rules__seeds.yml, entry bands")
    assert cure in caught.value.cure


def test_an_older_file_without_names_shows_its_codes(settings: Settings) -> None:
    write_own(settings, "rfm_tiers.csv", shipped_without("rfm_tiers", ("name_en", "tier_name_en")))

    lines = (prepare_rules(settings) / "rfm_tiers.csv").read_text().splitlines()

    assert lines[0] == shipped("rfm_tiers").splitlines()[0]
    assert lines[3] == "loyal,loyal,忠诚用户,gold,3,gold,黄金"
    assert difference(settings, "rfm_tiers")


def test_a_blank_name_shows_the_code(settings: Settings) -> None:
    write_own(settings, "channels.csv", shipped("channels").replace("E-mail,邮件", ",邮件"))

    assert ",required,email,邮件\n" in (prepare_rules(settings) / "channels.csv").read_text()


def test_an_own_file_takes_the_place_of_the_shipped_one(settings: Settings) -> None:
    write_own(settings, "funnels.csv", CLICKSTREAM_FUNNEL)

    folder = prepare_rules(settings)

    assert (folder / "funnels.csv").read_text() == CLICKSTREAM_FUNNEL
    assert (folder / "kpis.csv").read_text() == shipped("kpis")
    assert [rule.name for rule in effective_rules(settings) if rule.is_own] == ["funnels"]


def test_rules_for_a_foreign_clickstream_are_sound(settings: Settings) -> None:
    write_own(settings, "event_roles.csv", CLICKSTREAM_ROLES)
    write_own(settings, "funnels.csv", CLICKSTREAM_FUNNEL)

    text = (prepare_rules(settings) / "event_roles.csv").read_text()
    assert text.startswith(CLICKSTREAM_ROLES)


def test_what_a_spreadsheet_leaves_in_a_file_does_no_harm(settings: Settings) -> None:
    untidy = "\ufeffrate, currency,valid_from\r\n\r\n7.1,USD , 2026-01-01\r\n,,\r\n1,CNY,1970-01-01"
    write_own(settings, "fx_rates.csv", untidy)

    assert (prepare_rules(settings) / "fx_rates.csv").read_bytes() == (
        b"currency,valid_from,rate\nUSD,2026-01-01,7.1\nCNY,1970-01-01,1\n"
    )


def test_a_file_of_channels_from_before_consent_was_asked_requires_it(settings: Settings) -> None:
    before = "channel,contact_field\nemail,email\nsms,phone\npush,token\nwechat_oa,openid\n"
    write_own(settings, "channels.csv", before)

    text = (prepare_rules(settings) / "channels.csv").read_text()
    assert text.startswith("channel,aliases,contact_field,consent_default,name_en,name_zh\n")
    assert "\npush,,token,required,push,push\n" in text


def test_what_a_gate_asks_a_rule_for_follows_the_rule_in_effect(settings: Settings) -> None:
    assert values_in_effect(settings, "rfm_tiers.tier") == ["diamond", "gold", "silver", "bronze"]

    write_own(settings, "channels.csv", "channel,contact_field\nemail,email\nline,line_id\n")

    assert values_in_effect(settings, "channels.channel") == ["email", "line"]


def test_unchanged_rules_keep_their_times(settings: Settings) -> None:
    folder = prepare_rules(settings)
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    prepare_rules(settings)
    assert {path.stat().st_mtime for path in folder.iterdir()} == {1}

    write_own(settings, "funnels.csv", CLICKSTREAM_FUNNEL)
    prepare_rules(settings)

    assert [path.name for path in folder.iterdir() if path.stat().st_mtime != 1] == ["funnels.csv"]


def test_what_a_killed_run_left_beside_the_rules_is_cleared_away(settings: Settings) -> None:
    folder = prepare_rules(settings)
    for mark in (".rules.old", ".rules.tmp"):
        shutil.copytree(folder, folder.with_name(mark))

    prepare_rules(settings)

    assert [path.name for path in folder.parent.iterdir()] == ["rules"]


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


def test_messages_and_orders_stand_unless_an_own_file_names_them(settings: Settings) -> None:
    write_own(settings, "event_roles.csv", "event,role\nHome,activity\nOrder Completed,\n")

    lines = (prepare_rules(settings) / "event_roles.csv").read_text().splitlines()

    assert lines[:3] == ["event,role", "Home,activity", "Order Completed,"]
    assert {"Email Delivered,message", "Order Refunded,refund", "Order Cancelled,cancel"} < set(
        lines
    )
    assert not any(line.startswith(("Order Completed,p", "Signed In", "Cart")) for line in lines)


def test_roles_of_before_the_role_cancel_are_still_sound(settings: Settings) -> None:
    older = shipped("event_roles").replace("Order Cancelled,cancel", "Order Cancelled,refund")
    write_own(settings, "event_roles.csv", older + "Signed In,activity\nPaid,purchase\n")

    assert prepare_rules(settings)
