"""The report as its readers take it apart: tags, attributes, and the words between two headings."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from tests.plausible_marts import DAY, SCHEMAS
from warehouse import report
from warehouse.report.page import build_report
from warehouse.settings import Settings

EMPTY = "No data yet"


def apart_by_section() -> list[list[str]]:
    """Group the marts so that no section reads two of a group: a page tries as many at once."""
    folder = Path(report.__file__).parent
    texts = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    # These only put sections beside each other.
    sections = texts.keys() - {"page", "weekly"}

    def reads(module: str) -> set[str]:
        words = set(re.findall(r"\w+", texts[module]))
        imported = set(re.findall(r"from warehouse\.report\.(\w+) import", texts[module]))
        found = words & SCHEMAS.keys()
        if module in sections:
            found.update(*(reads(other) for other in imported & texts.keys()))
        return found

    together = [reads(module) for module in texts]
    groups: list[list[str]] = []
    for mart in SCHEMAS:
        near = set().union(*(marts for marts in together if mart in marts))
        group = next((group for group in groups if not near & set(group)), None)
        if group is None:
            groups.append([mart])
        else:
            group.append(mart)
    return groups


@dataclass
class Page(HTMLParser):
    """The page as a browser takes it apart: tags, attributes, text."""

    tags: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def parse(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def weekly(settings: Settings) -> Path:
    """Give the edition of the week before the day."""
    return settings.exports_dir / "report" / "week=2026-11-02" / "index.html"


def words_of(path: Path) -> str:
    """Give the words of a page, tags as spaces."""
    return _words(path.read_text(encoding="utf-8").split("</style>")[1])


def section(settings: Settings, name: str, *, of_week: bool = False) -> str:
    """Build the pages and give the words of one section; empty where it is not there."""
    page = build_report(settings, as_of_date=DAY)
    content = (weekly(settings) if of_week else page).read_text(encoding="utf-8")
    start = content.find(f'<section id="{name}"')
    return _words(content[start : content.index("</section>", start)]) if start >= 0 else ""


def _words(content: str) -> str:
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", content)).split())
