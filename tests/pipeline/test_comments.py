"""What a table and its columns mean stands in the published file, with the unit of every figure."""

import re

import duckdb
import pytest

from tests.conftest import Installation

# What a comment has to say of a column of such a type and name; of several rules the first.
SHARE = r"-?\d+ to \d+\b"
TIME = r"\b(milliseconds|seconds|minutes|hours|days|weeks|months|day|hour)\b"
MONEY = r"reporting currency|[Aa]mount in that currency"
UNITS = (
    (r"TIMESTAMP", r".*(_local|send_after)", r"\b[Ll]ocal time\b"),
    (r"TIMESTAMP", r".*", r"\bUTC\b"),
    (r"DECIMAL.*", r".*", rf"{MONEY}|\b[Pp]oints\b"),
    # How long something took or is: of whole numbers by the name, all others are counts.
    (r"BIGINT", r".*(_|^)ms", r"\b[Mm]illiseconds\b"),
    (r"BIGINT", r".*(_|^)(seconds|minutes|hours|days|months)(_|$).*", rf"(?i){TIME}"),
    (r"BIGINT", r".*(_|^)hour", r"\b[Ll]ocal hour\b.*0 to 23"),
    # A share says what it may reach; all else a unit, or that it has none.
    (r"DOUBLE", r".*(_|^)(share|rate|completeness|coverage|confidence|progress)", SHARE),
    (
        r"DOUBLE",
        r".*",
        rf"{SHARE}|{MONEY}|(?i:\bin {TIME}|\bmean {TIME}|minutes online)|[Ii]n the unit of the KPI"
        r"|\b[Aa] number\b|\b[Aa] factor\b|[Aa]s a change",
    ),
)


@pytest.fixture(scope="module")
def columns(finished: Installation) -> list[tuple[str, str, str, str | None]]:
    path = finished.settings.serving_dir / "userops.duckdb"
    with duckdb.connect(str(path), read_only=True) as published:
        return published.execute(
            "select table_name, column_name, data_type, comment from duckdb_columns()"
            " where schema_name = 'marts'"
        ).fetchall()


def test_every_published_table_and_column_has_its_comment(
    finished: Installation, columns: list[tuple[str, str, str, str | None]]
) -> None:
    path = finished.settings.serving_dir / "userops.duckdb"
    with duckdb.connect(str(path), read_only=True) as published:
        tables = published.execute(
            "select table_name, comment from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()

    assert [table for table, comment in tables if not comment] == []
    assert [(table, name) for table, name, _, comment in columns if not comment] == []


def test_a_comment_says_the_unit_of_what_it_tells_of(
    columns: list[tuple[str, str, str, str | None]],
) -> None:
    def lacks(name: str, data_type: str, comment: str) -> bool:
        says = next(
            (
                words
                for kind, named, words in UNITS
                if re.fullmatch(kind, data_type) and re.fullmatch(named, name)
            ),
            "",
        )
        return not re.search(says, comment)

    silent = [
        f"{table}.{name}: {comment}"
        for table, name, data_type, comment in columns
        if lacks(name, data_type, comment or "")
    ]

    assert not silent, "no unit is told:\n" + "\n".join(silent)
