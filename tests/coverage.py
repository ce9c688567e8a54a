"""Which rule of the sources is answered by what: `docs/rules.md`, kept true by a test.

A rule is answered by whatever cites its id: the description of a model or of a column, the column
`source_id` of a rule file or of the metric catalogue. ``python -m tests.coverage`` writes the
answers down beside the rules.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parents[1]
RULES = PROJECT / "docs/rules.md"
MODELS = PROJECT / "dbt_project/models"
RULE_FILES = PROJECT / "dbt_project/seeds/rules"

ID = re.compile(r"\bS[0-4]-\d+\b")
# What somebody claims is printed beside what is measured, and a way of working is no table: of
# these kinds no answer is asked for.
ASKING_NOTHING = {"C", "P"}


@dataclass(frozen=True)
class Rule:
    """A row of the page: an id, its kinds, its part, what is asked, and by what it is answered."""

    name: str
    kinds: frozenset[str]
    part: str
    asked: str
    answers: str

    @property
    def asks(self) -> bool:
        return bool(self.kinds - ASKING_NOTHING)


def answers() -> dict[str, list[str]]:
    """Return for each id that is cited what cites it, sorted: tables, rule files and KPIs."""
    found = defaultdict(set)
    for name, text in _cited():
        for rule in ID.findall(text):
            found[rule].add(name)
    return {rule: sorted(names) for rule, names in found.items()}


def rules() -> list[Rule]:
    """Return the rules that the page lists, in its order."""
    return [
        Rule(name, frozenset(kinds.split(", ")), part, asked, answered)
        for name, kinds, part, asked, answered in _rows("Rules")
    ]


def reasons(heading: str) -> dict[str, str]:
    """Return the ids below a heading of the page, each with its reason."""
    return dict(_rows(heading))


def _cited() -> Iterator[tuple[str, str]]:
    for path in sorted(MODELS.rglob("_*__models.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            columns = [column.get("description", "") for column in model.get("columns", ())]
            yield f"`{model['name']}`", " ".join([model.get("description", ""), *columns])
    for path in sorted(RULE_FILES.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                is_kpi = path.name == "kpis.csv"
                name = f"KPI `{row['kpi']}`" if is_kpi else f"`{path.name}`"
                cited = row.get("source_id") or row.get("rule_id") or ""
                yield name, cited


def _rows(heading: str) -> Iterator[list[str]]:
    """Give the rows of the table below a heading, without its head."""
    text = RULES.read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    for line in section.splitlines():
        if line.startswith("| S"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def written(answered: dict[str, list[str]]) -> str:
    """Return the page with these answers in it."""

    def line(match: re.Match[str]) -> str:
        cells: list[Any] = [cell.strip() for cell in match[0].strip("|").split("|")]
        if len(cells) == len(Rule.__dataclass_fields__):
            cells[-1] = ", ".join(answered.get(cells[0], ()))
        return f"| {' | '.join(cells)} |".replace("|  |", "| |")

    return re.sub(r"^\| S\d-.*\|$", line, RULES.read_text(encoding="utf-8"), flags=re.MULTILINE)


if __name__ == "__main__":
    RULES.write_text(written(answers()), encoding="utf-8")
