"""Settings that cannot be right are refused when read: all at once, by line, with a cure."""

from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from orchestration.cli import cli
from warehouse.build.database import default_memory_limit
from warehouse.configuration import load_settings
from warehouse.errors import UserError
from warehouse.setting_faults import LEAST_MEMORY, size_of
from warehouse.settings import Settings

SOURCE = '[[sources]]\nname = "shop"\nglob = "*.csv"\nformat = "csv"\n'
COLUMNS = 'columns = { userId = "customer", timestamp = "at" }\n'


def read(home: Path, text: str, **variables: str) -> Settings:
    (home / "userops.toml").write_text(text, encoding="utf-8")
    return load_settings({"USEROPS_HOME": str(home)} | variables, home)


# what is written, what is said of it, and a part of the cure
WRONG = [
    ('currency = "RMB"', "unknown currency 'RMB'", "'CNY'"),
    ('currency = "XYZ"', "unknown currency 'XYZ'", "ISO 4217"),
    ('timezone = "Asia/Shangai"', "unknown time zone", "'Asia/Shanghai'"),
    ('timezone = "Beijing"', "unknown time zone", "'Asia/Shanghai'"),
    ('timezone = "../etc/passwd"', "unknown time zone", "IANA"),
    ('phone_country = "999"', "unknown country code", "such as 86"),
    ("first_day = 2962-01-01", "in the future", "first day"),
    ("first_day = 0206-01-01", "before 1970", "first day"),
    ("threads = -1", "threads cannot be -1", "0 to"),
    ("threads = 1.5", "of the wrong kind", "a whole number"),
    ("quiet_minutes = 0", "quiet_minutes cannot be 0", "1 to"),
    ("keep_versions = 0", "keep_versions cannot be 0", "1 to"),
    ("keep_history_days = -3", "keep_history_days cannot be -3", "1 to"),
    ("max_line_bytes = 10", "max_line_bytes cannot be 10", "1024 to"),
    ("max_line_bytes = 99999999999", "max_line_bytes cannot be", "1024 to"),
    ("max_future_days = 4000", "max_future_days cannot be 4000", "0 to"),
    ('memory_limit = "80%"', "memory_limit cannot be '80%'", "4GB"),
    ('memory_limit = "4"', "memory_limit cannot be '4'", "4GB"),
    ('memory_limit = "-1"', "memory_limit cannot be '-1'", "4GB"),
    ('memory_limit = "1KB"', "memory_limit cannot be '1KB'", "at least 256MB"),
    ('webhook_url = "example.org/hook"', "webhook_url is no http", "https://"),
    ('webhook_url = "ftp://example.org"', "webhook_url is no http", "https://"),
    ('webhook_url = "https://"', "webhook_url is no http", "https://"),
    ('landing = "/a"\nlake = "/a/b"', "landing and lake lie in one another", "of its own"),
]
WRONG_SOURCES = [
    ('columns = { userID = "c" }', "unknown field 'userID'", "'userId'"),
    ('columns = { user_id = "c" }', "unknown field 'user_id'", "'userId'"),
    ('columns = { amount = "c" }', "unknown field 'amount'", "'properties.amount'"),
    ('columns = { "propertie.x" = "c" }', "unknown field 'propertie.x'", "'properties.x'"),
    ('columns = ["c"]', "columns cannot be ['c']", "a table"),
    (COLUMNS + 'constants = { type = "trak" }', "type cannot be 'trak'", "'track'"),
    (COLUMNS + 'constants = { Type = "track" }', "unknown field 'Type'", "'type'"),
    (COLUMNS + 'date_format = "YYYY-MM-DD"', "does not say year, month and day", "'%Y-%m-%d"),
    (COLUMNS + 'date_format = "%H:%M"', "does not say year, month and day", "'%Y-%m-%d"),
    (COLUMNS + 'encoding = "gbk-18"', "no encoding of texts that is known: 'gbk-18'", "gb18030"),
    (COLUMNS + 'encoding = "base64"', "no encoding of texts that is known: 'base64'", "gb18030"),
    (COLUMNS + 'delimiter = "||"', "delimiter cannot be '||'", "one ASCII character"),
    (COLUMNS + "quote = \"''\"", "quote cannot be \"''\"", "where nothing is quoted"),
    (COLUMNS + 'delimiter = ";"\nquote = ";"', "the same sign", "each of them"),
    (COLUMNS + "skip_lines = -1", "skip_lines cannot be -1", "0 or more"),
    (COLUMNS + 'rows = "data.items"', "rows are of JSON", "take rows away"),
    (COLUMNS + 'skip_lines = "2"', "skip_lines cannot be '2'", "a whole number"),
    (COLUMNS + 'header = "no"', "header cannot be 'no'", "true or false"),
    (COLUMNS + 'feed = "suppressions"', "unknown field 'userId'", "user_id"),
]


@pytest.mark.parametrize(("text", "what", "cure"), WRONG)
def test_a_setting_that_cannot_be_right_is_refused_by_line(
    tmp_path: Path, text: str, what: str, cure: str
) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, f"# mine\n{text}\n")
    assert what in caught.value.what
    assert caught.value.where == f"{tmp_path / 'userops.toml'}, line {2 + text.count(chr(10))}"
    assert cure in caught.value.cure
    assert not caught.value.others


@pytest.mark.parametrize(("text", "what", "cure"), WRONG_SOURCES)
def test_a_source_that_cannot_be_right_is_refused_by_line(
    tmp_path: Path, text: str, what: str, cure: str
) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, SOURCE + text)
    line = 5 if 'feed = "' in text else 5 + text.count("\n")
    assert what in caught.value.what
    assert caught.value.where == f"{tmp_path / 'userops.toml'}, line {line}"
    assert cure in caught.value.cure


def test_all_that_is_wrong_is_told_at_once_and_by_the_doctor(tmp_path: Path) -> None:
    text = f'curency = "CNY"\nthreads = -1\n{SOURCE}columns = {{ userID = "x" }}\n'
    with pytest.raises(UserError) as caught:
        read(tmp_path, text, USEROPS_CURRENCY="RMB")
    told = str(caught.value)
    assert told.count("cure:") == 4
    for part in ("'curency'", "threads", "'RMB'", "variable USEROPS_CURRENCY", "'userID'", "7"):
        assert part in told
    env = {"USEROPS_HOME": str(tmp_path), "USEROPS_CURRENCY": "RMB"}
    found = CliRunner().invoke(cli, ["doctor"], env=env)
    assert (found.exit_code, found.output.count("BAD ")) == (1, 4)
    for command in (["run"], ["rules"], ["rules", "kpis"], ["status"]):
        assert CliRunner().invoke(cli, command, env=env).exit_code == 1


@pytest.mark.parametrize("text", ["4GB", "4 GiB", "512mb", "1.5GB", "4G", "800 MiB", "256MB"])
def test_a_size_is_what_duckdb_reads(text: str) -> None:
    with duckdb.connect(config={"memory_limit": text}) as connection:
        [(limit,)] = connection.execute("select current_setting('memory_limit')").fetchall()
    assert size_of(limit) == pytest.approx(size_of(text), rel=0.08)
    assert size_of(text) >= LEAST_MEMORY


def test_the_models_leave_most_of_the_machine_to_others() -> None:
    with duckdb.connect() as connection:
        [(own,)] = connection.execute("select current_setting('memory_limit')").fetchall()
    unless_said = size_of(default_memory_limit())
    assert unless_said == pytest.approx(max(2_000_000_000, size_of(own) / 10), rel=0.01)


def test_what_may_be_said_still_may(tmp_path: Path) -> None:
    text = 'currency = "usd"\nphone_country = "+1"\nthreads = 0\nmemory_limit = "4GB"\n'
    source = SOURCE + COLUMNS + 'constants = { type = "track" }\ndate_format = "%d.%m.%y"\n'
    settings = read(tmp_path, text + source)
    assert (settings.currency, settings.phone_country) == ("USD", "1")
    assert settings.sources[0].date_format == "%d.%m.%y"
