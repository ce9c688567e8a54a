"""`userops sources try`: what a file would become, and the source it seems to need."""

import gzip
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orchestration.cli import cli
from warehouse.configuration import load_settings
from warehouse.upkeep.suggestion import suggest
from warehouse.upkeep.tryout import try_file

SHOP = (
    "订单编号,买家会员名,订单付款时间,实付款,订单状态\n"
    'T1,小明,2026/3/2 0:30:00,"1,299.00",交易成功\n'
    "T2,小红,2026/3/2 11:00:00,12.00,交易关闭\n"
    'T3,ann@shop.test,2026/3/2 12:00:00,"1,000.00",交易成功\n'
).encode("gbk")


def tried(home: Path, file: Path) -> Result:
    env = {"USEROPS_HOME": str(home), "USEROPS_TIMEZONE": "Asia/Shanghai"}
    return CliRunner().invoke(cli, ["sources", "try", str(file)], env=env)


def test_a_gbk_table_loads_at_the_first_try_by_what_is_suggested(tmp_path: Path) -> None:
    file = tmp_path / "ExportOrderList202603.csv"
    file.write_bytes(SHOP)
    first = tried(tmp_path, file)
    assert first.exit_code == 1
    assert 'looks like gb18030: say encoding = "gb18030"' in first.output
    assert "ann@" not in first.output
    block = first.output.partition("userops.toml:\n\n")[2].partition("\nBy this:")[0]
    (tmp_path / "userops.toml").write_text(block, encoding="utf-8")

    again = tried(tmp_path, file)

    assert again.exit_code == 0, again.output
    assert "csv, gb18030, delimiter ',', source exportorderlist202603" in again.output
    assert "3 = 2 used + 0 refused + 1 left out + 0 blank" in again.output
    assert "left out   1 by where_not 订单状态" in again.output
    assert "2026-03-01 16:30:00" in again.output
    assert "1,299.00" in again.output
    assert "[e-mail]" in again.output
    assert "ann@" not in again.output
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize(
    ("keys", "is_asked"),
    [
        ('date_format = "%Y/%m/%d %H:%M:%S"', True),
        ('date_format = "%Y/%m/%d %H:%M:%S"\ntimezone = "UTC"', False),
        ("", True),
        ('date_format = "%Y/%m/%d %H:%M:%S %z"', False),
    ],
)
def test_it_is_asked_whose_clock_times_without_a_zone_are_of(
    tmp_path: Path, keys: str, is_asked: bool
) -> None:
    zone = " +0800" if "%z" in keys else ""
    file = tmp_path / "orders.csv"
    file.write_text(f"who,when\nann,2026/03/02 00:30:00{zone}\n")
    (tmp_path / "userops.toml").write_text(
        f'[[sources]]\nname = "shop"\nglob = "orders.csv"\nformat = "csv"\n{keys}\n'
        'constants = { type = "track", event = "Signed In" }\n'
        'columns = { userId = "who", timestamp = "when" }\n'
    )

    told = tried(tmp_path, file)

    assert told.exit_code == 0, told.output
    asked = 'say timezone = "Asia/Shanghai" on the source if they are local times'
    assert (asked in told.output) == is_asked


def test_lines_of_segment_need_no_source(tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson.gz"
    line = (
        b'{"type":"track","event":"Signed In","userId":"u1","timestamp":"2026-03-02T01:00:00Z"}\n'
    )
    file.write_bytes(gzip.compress(line * 2))
    found = tried(tmp_path, file)
    assert found.exit_code == 0
    assert "taken for  ndjson, utf-8, no source" in found.output
    file.write_bytes(gzip.compress(line + b"{}\n"))
    found = tried(tmp_path, file)
    assert found.exit_code == 1
    assert "unknown_type" in found.output


def test_a_query_and_a_member_of_an_archive_are_tried_like_any_file(tmp_path: Path) -> None:
    (tmp_path / "userops.toml").write_text(
        '[[sources]]\nname = "s"\nglob = "in*.csv"\nconstants = { type = "track" }\n'
        'columns = { who = "u", timestamp = "t" }\n'
        "sql = \"select row, who as userId, timestamp, 'A' as event from rows where who > '1'\"\n"
    )
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("in1.csv", "u,t\n1,2026-03-02\n2,2026-03-02\n")
    settings = load_settings({"USEROPS_HOME": str(tmp_path)}, tmp_path)
    found = try_file(settings, tmp_path / "x.zip")
    assert (found.source, found.format, found.encoding) == ("s", "csv in a zip", "utf-8")
    assert (found.total("parsed"), found.left_out) == (1, {"sql": 1})


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Id;Customer;Date;Total\n1;a;13.03.2026;1.299,00\n", ("%d.%m.%Y", "1.299,00", ";")),
        ("order_id\tuid\tts\ttotal\n1\ta\t1772413200\t12.5\n", (None, None, "\t")),
        ("order_id,uid,time,total\n1,a,46083.5,12.5\n", ("excel", None, None)),
    ],
)
def test_times_numbers_and_delimiter_are_told_from_the_cells(
    tmp_path: Path, content: str, expected: tuple[str | None, ...]
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(content, encoding="utf-8")
    found = suggest(load_settings({"USEROPS_HOME": str(tmp_path)}, tmp_path), file)
    assert found is not None
    told = tuple(found.keys.get(key) for key in ("date_format", "numbers", "delimiter"))
    assert told == expected


def test_what_can_be_meant_in_two_ways_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_id,uid,date,total\n1,a,3/2/2026,12\n1,a,3/2/2026,5\n")
    found = suggest(load_settings({"USEROPS_HOME": str(tmp_path)}, tmp_path), file)
    assert found is not None
    assert "times may be of the form %m/%d/%Y or %d/%m/%Y: keep the right one" in found.remarks
    assert any("several rows have one order_id" in remark for remark in found.remarks)


def test_a_file_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    assert tried(tmp_path, tmp_path / "gone.csv").exit_code == 2
