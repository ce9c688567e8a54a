"""Withdrawal: who may not be contacted any more leaves the lists, and everything else stays."""

import csv
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from orchestration.cli import cli
from tests.plausible_marts import DAY, change, create, make_settings
from tests.rule_files import shipped, write_own
from warehouse.erasure.lists import edit_exports
from warehouse.erasure.people import People
from warehouse.errors import UserError
from warehouse.exports import withdrawn
from warehouse.exports.folder import verify_export
from warehouse.exports.recall import export_recall
from warehouse.exports.withdrawal import to_withdraw
from warehouse.settings import Settings

NEXT = DAY + timedelta(days=1)
REFUSED = "update intermediate.int_contacts set has_consent = false where user_id = 'user_0'"
DELETED = (
    "update intermediate.int_contacts set is_erased = true, has_consent = false"
    " where user_id = 'user_0'"
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return create(make_settings(tmp_path))


@pytest.fixture
def folder(settings: Settings) -> Path:
    return export_recall(settings, as_of_date=DAY).folder


def learn(settings: Settings, *statements: str) -> None:
    """Let the next build know something of users."""
    with duckdb.connect(str(settings.build_db)) as connection:
        for statement in statements:
            connection.execute(statement)


def run_next_day(settings: Settings) -> int:
    """Do what the export of the next day does; its own list is empty."""
    return export_recall(settings, as_of_date=NEXT).withdrawn


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def listed(folder: Path, channel: str) -> set[str]:
    users = {row["user_id"] for row in table(folder / f"{channel}.csv")}
    assert users == set(pq.ParquetFile(folder / f"{channel}.parquet").read()["user_id"].to_pylist())
    return users


def in_lake(settings: Settings) -> set[str]:
    part = settings.home / "lake" / "listed" / f"as_of={DAY}" / "part.parquet"
    return set(pq.ParquetFile(part).read()["user_id"].to_pylist())


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (REFUSED, "no_consent"),
        (REFUSED.replace("has_consent = false", "is_suppressed = true"), "suppressed"),
        (REFUSED.replace("has_consent = false", "contact = null"), "no_contact"),
        ("delete from intermediate.int_contacts where user_id = 'user_0'", "no_consent"),
    ],
)
def test_whoever_may_not_be_contacted_any_more_leaves_the_list_and_is_named(
    settings: Settings, folder: Path, what: str, reason: str
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    learn(settings, what)

    assert run_next_day(settings) == 1

    assert "user_0" not in listed(folder, "email")
    assert len(listed(folder, "email")) == 59
    assert table(folder / "withdrawn.csv") == [
        {
            "list_id": f"{DAY}/email",
            "user_id": "user_0",
            "channel": "email",
            "reason": reason,
            "withdrawn_on": str(NEXT),
        }
    ]
    for name in ("sms.csv", "push.parquet", "excluded.csv"):
        assert (folder / name).read_bytes() == before[name]
    assert "user_0" not in in_lake(settings)
    assert "user0@mail.example" not in (folder / "withdrawn.csv").read_text()


def test_who_never_said_a_word_has_refused_nothing(settings: Settings, folder: Path) -> None:
    # A list of when silence was a yes stands when it no longer is.
    learn(settings, REFUSED, REFUSED.replace("has_consent", "has_word"))

    assert run_next_day(settings) == 0
    assert "user_0" in listed(folder, "email")


def test_rows_that_stay_are_the_same_to_the_byte(settings: Settings, folder: Path) -> None:
    lines = (folder / "email.csv").read_bytes().splitlines()
    learn(settings, REFUSED)

    run_next_day(settings)

    kept = [line for line in lines if b",user_0," not in line]
    assert (folder / "email.csv").read_bytes().splitlines() == kept


def test_the_manifest_tells_its_revision_and_both_checksums(
    settings: Settings, folder: Path
) -> None:
    before = json.loads((folder / "manifest.json").read_text())
    learn(settings, REFUSED)

    run_next_day(settings)

    after = json.loads((folder / "manifest.json").read_text())
    assert (before["revision"], after["revision"]) == (1, 2)
    mark = after["files"]["email.csv"]
    assert (mark["rows"], mark["exported_rows"]) == (59, 60)
    assert mark["exported_sha256"] == before["files"]["email.csv"]["sha256"] != mark["sha256"]
    assert after["files"]["sms.csv"] == before["files"]["sms.csv"]
    assert verify_export(folder) == []
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*.csv")} == {0o600}


def test_the_list_of_the_day_itself_loses_who_said_no_in_its_other_half(
    settings: Settings, folder: Path
) -> None:
    change(settings, "delete from marts.recall_list where user_id in ('user_0', 'user_1')")
    learn(settings, REFUSED)

    report = export_recall(settings, as_of_date=DAY)

    assert (report.kept, report.withdrawn, report.rows["email.csv"]) == (True, 1, 59)
    assert "user_0" not in listed(folder, "email")
    assert "user_1" in listed(folder, "sms")
    again = export_recall(settings, as_of_date=DAY)
    assert (again.kept, again.withdrawn) == (True, 0)
    assert json.loads((folder / "manifest.json").read_text())["revision"] == 2


def test_who_is_still_listed_equally_is_no_other_decision(settings: Settings, folder: Path) -> None:
    learn(settings, REFUSED)
    run_next_day(settings)
    learn(settings, REFUSED.replace("false", "true"))

    assert not export_recall(settings, as_of_date=DAY).kept
    # Whoever was taken out stays out: what was exported is never rewritten.
    assert "user_0" not in listed(folder, "email")


def test_a_deleted_account_stands_in_no_file_and_is_counted(
    settings: Settings, folder: Path
) -> None:
    learn(settings, REFUSED)
    run_next_day(settings)
    assert "user_0" in (folder / "withdrawn.csv").read_text()
    learn(
        settings,
        DELETED,
        DELETED.replace("user_0", "user_1"),
        "insert into intermediate.int_contacts (user_id, channel, is_erased)"
        " values ('gone_0', 'sms', true)",
    )

    run_next_day(settings)

    for path in folder.iterdir():
        if path.suffix == ".csv":
            assert not {"user_0", "user_1", "gone_0"} & {row["user_id"] for row in table(path)}
    assert [(row["user_id"], row["reason"]) for row in table(folder / "withdrawn.csv")] == [
        ("", "no_consent"),
        ("", "erased"),
    ]


def test_the_address_in_the_file_is_judged_also_where_the_account_has_another_now(
    settings: Settings, folder: Path
) -> None:
    moved = "update intermediate.int_contacts set contact = 'new@mail.example'"
    learn(
        settings,
        f"{moved} where user_id in ('user_0', 'user_4') and channel = 'email'",
        "insert into intermediate.int_closed_addresses"
        " values ('email', 'user0@mail.example', 'no_contact')",
    )

    places = to_withdraw(settings, NEXT)

    assert [(place.user_id, place.reason) for place in places] == [("user_0", "no_contact")]


def test_a_merged_account_is_judged_by_who_it_is_now(settings: Settings, folder: Path) -> None:
    learn(
        settings,
        "insert into intermediate.int_named_ids values ('user_0', 'other'), ('user_0', 'user_0')",
        "insert into intermediate.int_contacts (user_id, channel, has_consent)"
        " values ('other', 'email', false)",
    )

    [place] = to_withdraw(settings, NEXT)

    assert (place.list_id, place.user_id, place.reason) == (f"{DAY}/email", "user_0", "no_consent")


@pytest.mark.parametrize("refuser", ["user_0", "other"])
def test_an_id_is_judged_by_its_account_and_by_who_a_visitor_of_that_id_is_by_now(
    settings: Settings, folder: Path, refuser: str
) -> None:
    learn(
        settings,
        "insert into intermediate.int_named_ids values ('user_0', 'other'), ('user_0', 'user_0')",
        "insert into intermediate.int_contacts (user_id, channel, has_consent, contact)"
        " values ('other', 'email', true, 'other@mail.example')",
        "update intermediate.int_contacts set has_consent = false"
        f" where channel = 'email' and user_id = '{refuser}'",
    )

    [place] = to_withdraw(settings, NEXT)

    assert (place.user_id, place.reason) == ("user_0", "no_consent")


def test_lists_older_than_the_rule_are_left_alone_but_not_by_an_erasure(
    settings: Settings, folder: Path
) -> None:
    learn(settings, REFUSED)
    shorter = shipped("parameters").replace("recall_withdraw_days,30", "recall_withdraw_days,1")
    write_own(settings, "parameters.csv", shorter)

    assert run_next_day(settings) == 0
    assert "user_0" in listed(folder, "email")

    people = People(known=frozenset({"user_0"}), anonymous=frozenset())
    removed = edit_exports(settings, people)

    assert removed == {f"{folder.name}/email.csv": 1, f"{folder.name}/email.parquet": 1}
    assert "user_0" not in listed(folder, "email") | in_lake(settings)
    [row] = table(folder / "withdrawn.csv")
    assert (row["user_id"], row["reason"]) == ("", "erased")


@pytest.mark.parametrize("name", ["email.csv", "sms.parquet", "manifest.json"])
@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"half")])
def test_a_damaged_or_missing_file_is_named_with_its_cure(
    settings: Settings, folder: Path, name: str, harm: Callable[[Path], Any]
) -> None:
    harm(folder / name)

    with pytest.raises(UserError) as caught:
        run_next_day(settings)

    assert caught.value.where == str(folder / name)
    assert "backup" in caught.value.cure


def test_a_crash_in_the_middle_leaves_whole_files_and_the_next_run_ends_it(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(settings, REFUSED)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(withdrawn, "write_manifest", killed)
        with pytest.raises(KeyboardInterrupt):
            run_next_day(settings)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    assert run_next_day(settings) == 1
    assert verify_export(folder) == []


def test_the_check_before_sending_names_who_must_come_off_and_exits_with_1(
    settings: Settings, folder: Path
) -> None:
    change(settings, "update marts.load_ledger set is_admitted = true")
    env = {"USEROPS_HOME": str(settings.home)}

    sound = CliRunner().invoke(cli, ["recall", "check"], env=env)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    learn(settings, REFUSED)
    found = CliRunner().invoke(cli, ["recall", "check"], env=env)

    assert (sound.exit_code, found.exit_code) == (0, 1)
    assert f"up to {DAY}" in sound.output
    assert "to remove  nobody" in sound.output
    assert f"{DAY}/email  user_0   no_consent" in found.output
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_build_of_before_cannot_say_and_says_so(settings: Settings, folder: Path) -> None:
    learn(settings, "drop table intermediate.int_closed_addresses")

    with pytest.raises(UserError, match="older version"):
        to_withdraw(settings, date(2026, 11, 11))
