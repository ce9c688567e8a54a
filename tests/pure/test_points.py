"""`1.299` is 1299 in one shop and just over 1 in another: the column tells, or nobody does."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from warehouse.configuration import load_settings
from warehouse.lake.ingest import ingest_days
from warehouse.lake.layout import rows_path
from warehouse.lake.loads import loaded
from warehouse.lake.quarantine import list_quarantine

DAY = date(2026, 3, 2)
LINES = "type;event;userId;timestamp;properties.order_id;properties.revenue"
SOURCE = """
[[sources]]
name = "s"
glob = "a.csv"
delimiter = ";"
constants = { type = "track", event = "Order Completed" }
[sources.columns]
userId = "userId"
timestamp = "timestamp"
"properties.order_id" = "properties.order_id"
"properties.revenue" = "properties.revenue"
"""
SIGNED = SOURCE.replace("[sources.columns]", 'numbers = "%s"\n[sources.columns]')


def loads(home: Path, toml: str, content: str, feed: str = "events") -> list[Decimal] | str:
    (home / "userops.toml").write_text(toml)
    settings = load_settings({"USEROPS_HOME": str(home)}, home)
    path = settings.landing_root / f"{feed}/dt={DAY}/a.csv"
    path.parent.mkdir(parents=True)
    path.write_text(content)
    ingest_days(settings, [DAY], feed)
    rows = pq.ParquetFile(rows_path(settings, loaded(settings, feed)[DAY])).read(["amount"])
    aside = list_quarantine(settings).to_pylist()
    return aside[0]["detail"] if aside else rows["amount"].to_pylist()


def orders(*amounts: str) -> str:
    lines = [
        f"track;Order Completed;u;2026-03-01;o{place};{amount}"
        for place, amount in enumerate(amounts)
    ]
    return "\n".join([LINES, *lines, ""])


@pytest.mark.parametrize("toml", ["", SOURCE])
@pytest.mark.parametrize("others", [(), ("12", "120"), ("1.299.000",), ("€ 2.500",)])
def test_points_of_which_nothing_tells_what_they_are_refuse_the_file(
    tmp_path: Path, toml: str, others: tuple[str, ...]
) -> None:
    found = loads(tmp_path, toml, orders("12", "1.299", *others))

    assert "properties.revenue has numbers like 1.299 (the first in row 3)" in found
    assert 'say numbers = "1.299,00" or numbers = "1299.00"' in found


@pytest.mark.parametrize("other", ["12.5", "0.125", "1299.00", ".5", "€ 12.50"])
def test_one_number_tells_what_the_points_of_its_column_are(tmp_path: Path, other: str) -> None:
    found = loads(tmp_path, "", orders("1.299", other))

    assert Decimal("1.299") in found


def test_a_source_says_what_points_are(tmp_path: Path) -> None:
    german, plain = tmp_path / "german", tmp_path / "plain"
    for home in (german, plain):
        home.mkdir()

    assert loads(german, SIGNED % "1.299,00", orders("1.299")) == [1299]
    assert loads(plain, SIGNED % "1299.00", orders("1.299")) == [Decimal("1.299")]


@pytest.mark.parametrize(("other", "is_read"), [("12", True), ('"12,50"', False)])
def test_where_commas_part_the_columns_points_are_decimal_but_for_a_sign_to_the_contrary(
    tmp_path: Path, other: str, is_read: bool
) -> None:
    found = loads(tmp_path, "", orders("1.299", other).replace(";", ","))

    assert (found == [Decimal("1.299"), 12]) is is_read
    assert is_read or "numbers like 1.299" in found


def test_money_of_another_feed_is_no_clearer(tmp_path: Path) -> None:
    rows = "date;channel;campaign;amount;currency\n2026-03-01;ads;;1.200;EUR\n"

    found = loads(tmp_path, "", rows, feed="spend")

    assert "write one of them with two places behind the point" in found
