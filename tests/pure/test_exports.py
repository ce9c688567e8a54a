"""Exports: whole, private where they hold contacts, and safe to open in a spreadsheet."""

import csv
import json
import os
import stat
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.plausible_marts import DAY, change, create, make_settings
from warehouse.errors import UserError
from warehouse.exports.folder import verify_export
from warehouse.exports.kpi import export_kpi
from warehouse.exports.recall import contact_fields, export_recall
from warehouse.exports.safe_cells import FORMULA_STARTS, PHONE, safe_cell
from warehouse.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return create(make_settings(tmp_path))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def change_contacts(settings: Settings, statement: str) -> None:
    with duckdb.connect(str(settings.build_db)) as connection:
        connection.execute(statement)


def test_each_channel_gets_its_users_and_only_its_own_contact(settings: Settings) -> None:
    report = export_recall(settings, as_of_date=DAY)

    fields = contact_fields(settings)
    for channel, column in fields.items():
        rows = table(report.folder / f"{channel}.csv")
        assert rows
        assert len(rows) == report.rows[f"{channel}.csv"]
        assert {row["channel"] for row in rows} == {channel}
        assert set(fields.values()) & set(rows[0]) == {column}
        assert all(row[column] for row in rows)


def test_a_list_begins_with_the_most_urgent_and_most_valuable(settings: Settings) -> None:
    change(
        settings,
        "update marts.recall_list set priority = 2 where channel = 'email'",
        "update marts.recall_list set priority = 1 where user_id in ('user_4', 'user_8')",
        "update marts.recall_list set expected_value = 9.5 where user_id = 'user_4'",
        "update marts.recall_list set expected_value = 10 where user_id = 'user_8'",
        "update marts.recall_list set expected_value = 99 where user_id in ('user_20', 'user_12')",
        "update marts.recall_list set expected_value = null where user_id = 'user_0'",
    )

    folder = export_recall(settings, as_of_date=DAY).folder

    users = [row["user_id"] for row in table(folder / "email.csv")]
    assert users[:4] == ["user_8", "user_4", "user_12", "user_20"]
    assert users[-1] == "user_0"
    assert pq.read_table(folder / "email.parquet")["user_id"].to_pylist() == users


def test_a_row_tells_its_list_whom_to_greet_and_what_was_bought_last(settings: Settings) -> None:
    folder = export_recall(settings, as_of_date=DAY).folder

    rows = {row["user_id"]: row for row in table(folder / "sms.csv")}
    told = ("list_id", "name", "last_order_date", "last_item", "phone")
    assert [rows["user_1"][name] for name in told] == [
        f"{DAY}/sms", "Name 1", "2026-10-01", "tea", "+8613810000001",
    ]  # fmt: skip
    assert [rows["user_121"][name] for name in told[1:4]] == ["", "", ""]
    assert next(iter(rows["user_1"])) == "list_id"


def test_everyone_listed_is_exported_once_or_told_why_not(settings: Settings) -> None:
    folder = export_recall(settings, as_of_date=DAY).folder

    sent = [
        row["user_id"]
        for channel in contact_fields(settings)
        for row in table(folder / f"{channel}.csv")
    ]
    assert len(sent) == len(set(sent)) == 240
    reasons = {row["exclusion_reason"] for row in table(folder / "excluded.csv")}
    assert "frequency_cap" in reasons


def test_a_channel_is_one_row_of_a_rule(settings: Settings) -> None:
    settings.rules_dir.mkdir()
    rows = "channel,contact_field\nemail,email\nsms,phone\npush,push_token\nwechat_oa,openid\n"
    (settings.rules_dir / "channels.csv").write_text(f"{rows}line,line_id\n")
    change(settings, "update marts.recall_list set channel = 'line' where user_id = 'user_0'")
    change_contacts(
        settings,
        "insert into intermediate.int_contacts (user_id, channel, contact)"
        " values ('user_0', 'line', 'l-0')",
    )

    folder = export_recall(settings, as_of_date=DAY).folder

    [row] = table(folder / "line.csv")
    assert (row["user_id"], row["line_id"]) == ("user_0", "l-0")


@pytest.mark.parametrize("arm", ["control", "holdout"])
def test_a_list_that_would_contact_untreated_users_is_not_exported(
    settings: Settings, arm: str
) -> None:
    change(settings, f"update marts.recall_list set arm = '{arm}' where user_id = 'user_9'")

    with pytest.raises(UserError, match=arm):
        export_recall(settings, as_of_date=DAY)
    assert not list((settings.exports_dir / "recall").iterdir())


def test_erased_users_are_not_even_among_the_excluded(settings: Settings) -> None:
    folder = export_recall(settings, as_of_date=DAY).folder

    assert "erased" not in {row["exclusion_reason"] for row in table(folder / "excluded.csv")}


def test_a_user_whose_contact_is_gone_is_excluded_with_the_reason(settings: Settings) -> None:
    change_contacts(
        settings, "update intermediate.int_contacts set contact = '' where user_id = 'user_0'"
    )

    folder = export_recall(settings, as_of_date=DAY).folder

    assert "user_0" not in {row["user_id"] for row in table(folder / "email.csv")}
    [left_out] = [row for row in table(folder / "excluded.csv") if row["user_id"] == "user_0"]
    assert left_out["exclusion_reason"] == "no_contact"


def test_files_with_contacts_are_for_their_owner_only(settings: Settings) -> None:
    before = os.umask(0)
    try:
        folder = export_recall(settings, as_of_date=DAY).folder
    finally:
        os.umask(before)

    assert mode(folder) == mode(folder.parent) == 0o700
    holding = [path for path in folder.iterdir() if path.suffix in (".csv", ".parquet")]
    assert holding
    assert {mode(path) for path in holding} == {0o600}


def test_the_manifest_says_what_for_and_proves_every_file(settings: Settings) -> None:
    folder = export_recall(settings, as_of_date=DAY).folder

    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["as_of_date"] == DAY.isoformat()
    assert manifest["purpose"]
    assert set(manifest["files"]) == {path.name for path in folder.iterdir()} - {"manifest.json"}
    assert verify_export(folder) == []
    os.truncate(folder / "sms.csv", 40)
    assert "sms.csv" in verify_export(folder)[0]


def test_the_same_list_again_changes_no_byte(settings: Settings) -> None:
    first = export_recall(settings, as_of_date=DAY)
    before = snapshot(first.folder)

    again = export_recall(settings, as_of_date=DAY)

    assert (first.changed, again.changed, again.kept) == (True, False, False)
    assert snapshot(again.folder) == before


def test_a_list_that_was_exported_is_never_rewritten(settings: Settings) -> None:
    first = export_recall(settings, as_of_date=DAY)
    before = snapshot(first.folder)
    change(settings, "delete from marts.recall_list where user_id in ('user_0', 'user_1')")

    again = export_recall(settings, as_of_date=DAY)

    assert again.kept
    assert not again.changed
    assert snapshot(again.folder) == before
    assert [path.name for path in first.folder.parent.iterdir()] == [first.folder.name]


def test_a_torn_copy_of_the_same_list_is_mended(settings: Settings) -> None:
    folder = export_recall(settings, as_of_date=DAY).folder
    before = snapshot(folder)
    os.truncate(folder / "email.csv", 100)

    assert export_recall(settings, as_of_date=DAY).changed
    assert snapshot(folder) == before


def test_a_list_without_its_manifest_is_not_guessed_at(settings: Settings) -> None:
    folder = export_recall(settings, as_of_date=DAY).folder
    (folder / "manifest.json").unlink()

    with pytest.raises(UserError, match="manifest"):
        export_recall(settings, as_of_date=DAY)


def test_a_killed_export_leaves_no_list_and_the_next_one_succeeds(settings: Settings) -> None:
    parent = settings.exports_dir / "recall"
    leftover = parent / f".as_of={DAY.isoformat()}.tmp"
    leftover.mkdir(parents=True)
    (leftover / "email.csv").write_text("half")

    folder = export_recall(settings, as_of_date=DAY).folder

    assert verify_export(folder) == []
    assert [path.name for path in parent.iterdir()] == [folder.name]


def test_a_channel_nobody_can_send_to_stops_the_export(settings: Settings) -> None:
    change(settings, "update marts.recall_list set channel = '../pigeon' where arm = 'coupon'")

    with pytest.raises(UserError, match="pigeon"):
        export_recall(settings, as_of_date=DAY)
    assert not list((settings.exports_dir / "recall").iterdir())


def test_no_cell_of_an_exported_list_can_start_a_formula(settings: Settings) -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠A"]
    for place, text in enumerate(hostile):
        change(
            settings,
            f"update marts.recall_list set need = '{text}', arm = 'coupon'"
            f" where user_id = 'user_{place * 4}'",
        )
    folder = export_recall(settings, as_of_date=DAY).folder

    shown = {row["need"] for row in table(folder / "email.csv")}
    assert {f"'{text}" for text in hostile} <= shown
    assert {row["phone"] for row in table(folder / "sms.csv")} >= {"+8613810000001"}
    with duckdb.connect() as connection:
        [(plain,)] = connection.execute(
            f"select min(phone) from '{folder / 'sms.parquet'}'"
        ).fetchall()
    assert plain.startswith("+86")


def test_a_phone_number_is_no_formula_and_what_only_looks_like_one_is() -> None:
    assert safe_cell("+8613800138000") == "+8613800138000"
    for text in (
        "+86 138",
        "+1",
        "+86138+1",
        "+8613800138000\n",
        "-8613800138000",
        "+１３８００１３８",
    ):
        assert safe_cell(text) == f"'{text}"


UNSEEN = {
    "space": " ", "no-break space": "\xa0", "wide space": "\u3000", "thin space": "\u2009",
    "zero-width space": "\u200b", "joiner": "\u2060", "byte order mark": "\ufeff",
    "right-to-left": "\u202e", "soft hyphen": "\xad", "escape": "\x1b", "bell": "\x07",
    "next line": "\x85", "line separator": "\u2028", "accent": "\u0301",
    "hangul filler": "\u3164", "braille blank": "\u2800", "several": " \u200b\xa0\x07",
}  # fmt: skip


@pytest.mark.parametrize("before", UNSEEN.values(), ids=UNSEEN)
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹢", "﹦", "−"])
def test_a_sign_behind_what_cannot_be_seen_starts_no_formula(before: str, sign: str) -> None:
    text = f"{before}{sign}HYPERLINK(1)"

    assert safe_cell(text) == f"'{text}"
    assert safe_cell(f"{before}tea {sign} cup") == f"{before}tea {sign} cup"


@given(st.text())
def test_any_text_becomes_a_cell_that_is_only_text(text: str) -> None:
    cell = safe_cell(text)

    assert "\x00" not in cell
    assert not cell.startswith(FORMULA_STARTS) or PHONE.fullmatch(cell)
    assert cell.removeprefix("'") == text.replace("\x00", "").removeprefix("'")


def test_numbers_are_not_taken_for_formulas() -> None:
    assert [safe_cell(value) for value in (-3.5, -2, None, True, DAY)] == [
        "-3.5", "-2", "", "true", "2026-11-10",
    ]  # fmt: skip


def test_excel_reads_the_chinese_of_a_csv(settings: Settings) -> None:
    change(settings, "update marts.recall_list set need = '购物车降价'")

    content = (export_recall(settings, as_of_date=DAY).folder / "email.csv").read_bytes()

    assert content.startswith(b"\xef\xbb\xbf")
    assert "购物车降价" in content.decode("utf-8-sig")


def test_kpis_of_the_day_leave_in_three_forms_that_agree(settings: Settings) -> None:
    report = export_kpi(settings, as_of_date=DAY)

    rows = table(report.folder / "kpi.csv")
    document = json.loads((report.folder / "kpi.json").read_text(encoding="utf-8"))
    with duckdb.connect() as connection:
        parquet = connection.execute(
            f"select kpi, value from '{report.folder / 'kpi.parquet'}'"
        ).fetchall()
    assert {row["as_of_date"] for row in rows} == {DAY.isoformat()}
    assert [(row["kpi"], float(row["value"])) for row in rows] == parquet
    assert [(row["kpi"], row["value"]) for row in document["kpis"]] == parquet
    assert verify_export(report.folder) == []


def test_restated_kpis_replace_the_snapshot_and_equal_ones_do_not(settings: Settings) -> None:
    first = export_kpi(settings, as_of_date=DAY)
    before = snapshot(first.folder)
    assert not export_kpi(settings, as_of_date=DAY).changed
    assert snapshot(first.folder) == before

    change(
        settings, f"update marts.kpi_daily set value = 1 where kpi = 'dau' and as_of_date = '{DAY}'"
    )

    assert export_kpi(settings, as_of_date=DAY).changed
    [dau] = [row for row in table(first.folder / "kpi.csv") if row["kpi"] == "dau"]
    assert float(dau["value"]) == 1


def test_a_kpi_that_is_not_a_number_is_missing_in_json(settings: Settings) -> None:
    change(settings, "update marts.kpi_daily set value = 'nan' where kpi = 'dau'")

    document = json.loads((export_kpi(settings, as_of_date=DAY).folder / "kpi.json").read_text())

    assert [row["value"] for row in document["kpis"] if row["kpi"] == "dau"] == [None]
