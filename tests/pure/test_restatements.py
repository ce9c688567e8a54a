"""A published KPI row that changes, appears or vanishes is told; all else is not."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.plausible_marts import DAY, change, create, make_settings
from warehouse.lake.restatements import RESTATEMENTS
from warehouse.serving.marts import open_marts
from warehouse.serving.publish import publish
from warehouse.serving.restatements import record_restatements
from warehouse.settings import Settings

BEFORE = (
    ("kpi", "CN", 5),
    ("kpi", "DE", 2),
    ("kpi", "JP", None),
    ("kpi", "US", 3),
    ("gone", "CN", 7),
    ("empty", "CN", None),
)
# CN changed, DE stays, JP became known, US nobody has any more and KR somebody has now.
AFTER = (
    ("kpi", "CN", 6),
    ("kpi", "DE", 2),
    ("kpi", "JP", 1),
    ("kpi", "KR", 4),
    ("kpi", "FR", None),
    ("new", "CN", 9),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return create(make_settings(tmp_path))


def build(settings: Settings, day: date, rows: tuple[tuple[str, str, int | None], ...]) -> None:
    values = ", ".join(
        f"(date '{day}', '{kpi}', 'country', '{country}',"
        f" {'null' if value is None else value}, 'ok')"
        for kpi, country, value in rows
    )
    change(
        settings,
        "insert into marts.kpi_daily"
        f" (as_of_date, kpi, dimension, dimension_value, value, status) values {values}",
    )


def recorded(settings: Settings) -> set[tuple[object, ...]]:
    rows = RESTATEMENTS.read(settings, DAY).to_pylist()
    names = ("as_of_date", "kpi", "dimension_value", "value_before", "value_after")
    found = {tuple(row[name] for name in names) for row in rows}
    with open_marts(settings) as connection:
        shown = connection.execute(
            f"select {', '.join(names)} from serving.marts.kpi_restatements"
        ).fetchall()
    assert set(shown) == found
    return found


def test_rows_that_appear_and_vanish_are_told_with_null_where_nothing_stands(
    settings: Settings,
) -> None:
    before, gone = DAY - timedelta(days=1), DAY - timedelta(days=2)
    change(settings, "delete from marts.kpi_daily")
    build(settings, before, BEFORE)
    build(settings, gone, (("kpi", "CN", 8),))
    publish(settings, as_of_date=before, run_id="run-1")
    assert record_restatements(settings, as_of_date=DAY, rules="") == 0

    change(settings, "delete from marts.kpi_daily")
    build(settings, before, AFTER)
    # A day nobody has read yet tells of nothing, though every row of it is new.
    build(settings, DAY, AFTER)
    expected = {
        (before, "kpi", "CN", 5.0, 6.0),
        (before, "kpi", "JP", None, 1.0),
        (before, "kpi", "KR", None, 4.0),
        (before, "kpi", "US", 3.0, None),
        (before, "gone", "CN", 7.0, None),
        (gone, "kpi", "CN", 8.0, None),
    }
    assert record_restatements(settings, as_of_date=DAY, rules="") == len(expected)
    assert recorded(settings) == expected

    # What comes back within the day of runs was never away.
    publish(settings, as_of_date=DAY, run_id="run-2")
    change(settings, "delete from marts.kpi_daily")
    build(settings, before, BEFORE)
    build(settings, gone, (("kpi", "CN", 8),))
    build(settings, DAY, AFTER)
    assert record_restatements(settings, as_of_date=DAY, rules="") == 1
    assert recorded(settings) == {(before, "new", "CN", 9.0, None)}
