"""The table says what was measured, and the page keeps what stands around it."""

import re
from pathlib import Path

from tests.benchmarks import batch
from tests.benchmarks.__main__ import GOALS
from tests.benchmarks.installation import plain_project, settings_of, write_rules
from tests.benchmarks.process import ROOT, Measure
from tests.benchmarks.table import BEGIN, END, Row, compared, limited, markdown, typical, write
from tests.benchmarks.trivial import copy_with_models
from warehouse.rules.effective import prepare_rules


def test_a_ratio_is_the_median_of_the_rounds_and_not_of_the_series():
    row = compared("1", "work", ours=[1.0, 20.0, 3.0], theirs=[1.0, 10.0, 1.0], at_most=2.0)

    assert row.ratio == "2.00"
    assert row.met


def test_a_limit_holds_for_the_worst():
    assert not limited("2", "memory", [400.0, 600.0], at_most=500, unit="MB").met


def test_a_typical_value_may_be_missed_once():
    assert typical("5", "a day", [9.0, 8.0, 30.0], at_most=10, unit="s").met
    assert not typical("5", "a day", [9.0, 11.0, 30.0], at_most=10, unit="s").met


def test_the_rules_of_the_comparison_have_no_fault(tmp_path: Path):
    settings = settings_of(tmp_path, tmp_path / "landing")
    write_rules(settings)

    prepare_rules(settings)


def test_a_plain_project_has_no_materialization_of_its_own(tmp_path: Path):
    plain = plain_project(ROOT / "dbt_project", tmp_path / "plain")

    text = "".join(path.read_text() for path in (plain / "macros").rglob("*.sql"))
    assert "endmaterialization" not in text
    assert "macro as_of_date" in text
    strategies = set(re.findall(r"incremental_strategy='([^']+)'", text))
    # Of any other dbt has no macro, and plain `dbt build` ends there.
    assert strategies == {"delete+insert"}


def test_a_copy_has_as_many_models_more_as_were_asked_for(tmp_path: Path):
    tree = copy_with_models(tmp_path / "tree", 3)

    def models(root: Path) -> set[str]:
        return {path.stem for path in (root / "dbt_project" / "models").rglob("*.sql")}

    assert models(tree) - models(ROOT) == {f"int_trivial_0{number}" for number in range(3)}


def test_every_goal_is_told_on_the_page():
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")

    assert set(map(int, re.findall(r"^\| (\d) \|", page.partition(BEGIN)[0], re.M))) == set(GOALS)


def test_what_cannot_be_measured_is_neither_met_nor_missed():
    assert markdown([Row("6", "refit", "not yet")]).endswith("| 6 | refit | not yet |  |  |  |  |")


def test_a_page_gets_a_new_result_in_place_of_the_old(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    write(page, "new")

    assert page.read_text() == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


def test_every_goal_of_all_days_at_once_is_made_of_what_it_names():
    step = {"wall": 2.0, "cpu": 4.0}
    report = {"steps": dict.fromkeys(("ingest", "build", "script"), step), "megabytes": 1.0}
    measure = Measure(1.0, 2.0, 3.0, "", report | {"lake_megabytes": 1.0})

    for goal, rows in batch.ROWS.items():
        made = rows({name: [measure] for name in batch.NEEDED[goal]})
        assert made
        assert {row.goal for row in made} == {str(goal)}
