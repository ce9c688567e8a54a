"""The table says what was measured, and the page keeps what stands around it."""

from pathlib import Path

from tests.benchmarks.table import BEGIN, END, Row, compared, limited, markdown, write


def test_a_ratio_is_the_median_of_the_rounds_and_not_of_the_series():
    row = compared("1", "work", ours=[1.0, 20.0, 3.0], theirs=[1.0, 10.0, 1.0], at_most=2.0)

    assert row.ratio == "2.00"
    assert row.met


def test_a_limit_holds_for_the_worst():
    assert not limited("2", "memory", [400.0, 600.0], at_most=500, unit="MB").met


def test_what_cannot_be_measured_is_neither_met_nor_missed():
    assert markdown([Row("6", "refit", "not yet")]).endswith("| 6 | refit | not yet |  |  |  |  |")


def test_a_page_gets_a_new_result_in_place_of_the_old(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    write(page, "new")

    assert page.read_text() == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
