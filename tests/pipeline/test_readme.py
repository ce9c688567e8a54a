"""What the READMEs and docs promise exists: commands, targets, links, rules, reasons."""

import re
import shlex
from datetime import date
from pathlib import Path

import click
import pytest

from orchestration.cli import cli
from orchestration.commands.journey import run
from orchestration.dbt_project import project_of
from tests.conftest import ROOT
from warehouse.configuration import load_settings
from warehouse.lake.ingest import ingest_days
from warehouse.rules.effective import SHIPPED_DIR
from warehouse.settings import Settings

READMES = ("README.md", "README.zh-CN.md")
PAGES = (*READMES, "docs/sources.md", "docs/recipes.md", "docs/rebuilding-a-day.md")
RULES, CHECKS = 4, 5  # sections of a README
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
INLINE = re.compile(r"`([^`\n]+)`")
REASON = re.compile(r"\b(?:Rejected|Rejection)\(\s*\"(\w+)\"")


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def prose(page: str) -> str:
    return FENCE.sub("", read(page))


def fenced_commands(page: str) -> list[str]:
    """Return every command a reader would type, without prompt and comment."""
    lines = [line for _, block in FENCE.findall(read(page)) for line in block.splitlines()]
    typed = (line.removeprefix("$ ").split(" #")[0].strip() for line in lines)
    return [line for line in typed if line.split(" ")[0] in ("userops", "make", ".ci/run")]


def all_commands(page: str) -> list[str]:
    inline = [
        text for text in INLINE.findall(prose(page)) if text.startswith(("userops ", "make "))
    ]
    return fenced_commands(page) + inline


def section(page: str, place: int) -> str:
    """Return the text of a section; the title is section 0."""
    return re.split(r"^## ", read(page), flags=re.MULTILINE)[place]


def headings(page: str) -> set[str]:
    found = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in found}


def rules_in(text: str) -> set[str]:
    return set(re.findall(r"`(\w+)\.csv`", text))


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists_with_its_options(page: str) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for line in all_commands(page):
        program, *words = shlex.split(line)
        if program == ".ci/run":
            assert (ROOT / program).is_file()
        elif program == "make":
            assert set(words) <= targets, line
        else:
            assert_command(words, line)


def assert_command(words: list[str], line: str) -> None:
    """Follow the words through groups to a command; then each option must be one of its own."""
    command: click.Command = cli
    while isinstance(command, click.Group):
        name, *words = words
        assert name in command.commands, line
        command = command.commands[name]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options, line


def test_options_named_without_their_command_are_those_of_run() -> None:
    options = {option for parameter in run.params for option in parameter.opts}
    for page in READMES:
        alone = [text for text in INLINE.findall(prose(page)) if text.startswith("--")]
        assert {word for text in alone for word in text.split() if word[:2] == "--"} <= options


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for target in LINK.findall(prose(page)):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        path = ((ROOT / page).parent / name).resolve()
        assert path.exists(), target
        if anchor:
            assert anchor in headings(str(path.relative_to(ROOT))), target


def test_both_readmes_have_the_same_sections_commands_and_names() -> None:
    english, chinese = READMES
    levels = [re.findall(r"^(#+) ", prose(page), re.MULTILINE) for page in READMES]
    assert levels[0] == levels[1]
    assert fenced_commands(english) == fenced_commands(chinese)
    assert [kind for kind, _ in FENCE.findall(read(english))] == [
        kind for kind, _ in FENCE.findall(read(chinese))
    ]
    assert set(INLINE.findall(prose(english))) == set(INLINE.findall(prose(chinese)))
    assert [link for link in LINK.findall(prose(english)) if "README" not in link] == [
        link for link in LINK.findall(prose(chinese)) if "README" not in link
    ]


def test_both_pictures_have_the_same_shape() -> None:
    shapes = []
    for page in READMES:
        picture = next(block for kind, block in FENCE.findall(read(page)) if kind == "mermaid")
        shapes.append(re.sub(r'"[^"]*"', '""', picture))
    assert shapes[0] == shapes[1]
    *nodes, arrows = shapes[0].strip().splitlines()[1:]
    assert arrows.strip().split(" --> ") == [re.split(r"[\[{]", node.strip())[0] for node in nodes]


@pytest.mark.parametrize("page", PAGES)
def test_every_rule_file_and_check_named_exists(page: str) -> None:
    shipped = {path.stem for path in SHIPPED_DIR.glob("*.csv")}
    suites = {f"gx_{path.stem}" for path in (ROOT / "quality" / "suites").glob("*.yml")}

    assert rules_in(read(page)) <= shipped
    assert set(re.findall(r"\bgx_\w+", read(page))) <= suites
    for test in re.findall(r"\bassert_\w+", prose(page)):
        assert (ROOT / "dbt_project" / "tests" / f"{test}.sql").is_file()


@pytest.mark.parametrize("page", READMES)
def test_the_rules_that_rebuild_history_are_the_ones_that_do(page: str, tmp_path: Path) -> None:
    nodes = project_of(Settings(tmp_path)).nodes
    ahead = [k for k, n in nodes["nodes"].items() if n["config"]["materialized"] == "incremental"]
    above: set[str] = set()
    while ahead:
        parents = set(nodes["parent_map"].get(ahead.pop(), ())) - above
        above |= parents
        ahead.extend(parents)
    costly = {key.rpartition(".")[2] for key in above if key.startswith("seed.")}
    usual, rebuilding = [row for row in section(page, RULES).splitlines() if row.startswith("| `")]

    assert rules_in(rebuilding) == costly
    assert not rules_in(usual) & costly


def test_every_reason_is_explained_and_every_explained_reason_exists() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "warehouse").rglob("*.py"))
    code += (ROOT / "orchestration" / "commands" / "quarantine.py").read_text()
    _, _, table = read("docs/sources.md").partition("## Lines that were set aside")
    first_cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    explained = {name for cell in first_cells for name in INLINE.findall(cell)}

    assert set(REASON.findall(code)) <= explained
    assert all(f'"{name}"' in code for name in explained)
    for page in READMES:
        row = next(r for r in section(page, CHECKS).splitlines() if "`no_id`" in r)
        assert set(INLINE.findall(row)) <= explained


def test_every_setting_is_explained_and_every_explained_setting_exists() -> None:
    text = re.split(r"^## ", read("docs/sources.md"), flags=re.MULTILINE)
    table = next(part for part in text if part.startswith("Settings"))
    first_cells = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    explained = {name for cell in first_cells for name in INLINE.findall(cell)}

    assert explained == set(Settings.__dataclass_fields__) - {"home", "sources"}


def test_models_named_where_a_rebuilt_day_is_explained_exist() -> None:
    models = {path.stem for path in (ROOT / "dbt_project" / "models").rglob("*.sql")}
    named = re.findall(r"\b(?:stg|int)_\w+", read("docs/rebuilding-a-day.md"))

    assert set(named) <= models


@pytest.mark.parametrize("page", PAGES)
def test_no_page_names_a_folder_of_somebodys_machine(page: str) -> None:
    assert not re.search(r"(?<![\w.~…$/:])/(?:tmp|home|root|work|Users|srv)/", read(page))


@pytest.mark.parametrize("page", READMES)
def test_the_files_a_reader_is_shown_load(page: str, tmp_path: Path) -> None:
    blocks = FENCE.findall(read(page))
    (tmp_path / "userops.toml").write_text(next(text for kind, text in blocks if kind == "toml"))
    shown = next(text for _, text in blocks if "orders-0301.csv" in text)
    folder = tmp_path / "landing" / "events" / "dt=2026-03-01"
    folder.mkdir(parents=True)
    for command, content in re.findall(r"^\$ (cat .*)\n((?:[^$].*\n)+)", shown, re.MULTILINE):
        (folder / command.rpartition("/")[2]).write_text(content)

    settings = load_settings({"USEROPS_HOME": str(tmp_path)}, tmp_path)
    report = ingest_days(settings, [date(2026, 3, 1)])

    assert (report.files, report.parsed, report.quarantined) == (2, 2, 0)


def test_the_sources_shown_are_settings(tmp_path: Path) -> None:
    shown = [text for kind, text in FENCE.findall(read("docs/sources.md")) if kind == "toml"]
    (tmp_path / "userops.toml").write_text("\n".join(shown))

    settings = load_settings({}, tmp_path)

    assert [source.name for source in settings.sources] == ["cdnow"]
