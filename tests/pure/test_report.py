"""The morning page: complete, self-contained, the same each time, and safe to open."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.plausible_marts import DAY, KPIS, SCHEMAS, change, create, make_settings
from warehouse.errors import UserError
from warehouse.report import numbers
from warehouse.report.page import QualityRow, build_report
from warehouse.report.segments import SCORES, default_segment
from warehouse.report.sparkline import sparkline
from warehouse.settings import Settings

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"
CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
EMPTY = "No data yet"
CHECKS = (
    QualityRow("ids are unique", "raw/events", passed=True, severity="critical", detail=""),
    QualityRow("volume is usual", "raw/events", passed=False, severity="warning", detail="-31%"),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return create(make_settings(tmp_path))


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


def test_every_section_is_filled_from_plausible_marts(settings: Settings) -> None:
    path = build_report(settings, as_of_date=DAY, quality=CHECKS)

    page = parse(path)
    assert path == settings.exports_dir / "report" / "as_of=2026-11-10" / "index.html"
    assert EMPTY not in page.text
    for words in ("日活跃用户", "Champions", "重复", "Checkout Started", "微信公众号", "加权平均"):
        assert words in page.text
    assert all(en in page.text and zh in page.text for en, zh, *_ in KPIS.values())
    assert "volume is usual" in page.text
    assert "1/2" in page.text


def test_the_page_runs_nothing_and_fetches_nothing(settings: Settings) -> None:
    page = parse(build_report(settings, as_of_date=DAY, quality=CHECKS))

    assert not {"script", "link", "iframe", "img", "object", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not [value for name, value in page.attributes if name in ("src", "href", "action")]
    assert not [
        value for name, value in page.attributes if "//" in value and not name.startswith("xmlns")
    ]
    assert ("content", CSP) in page.attributes
    assert "url(" not in page.text.lower()


def test_the_same_marts_give_the_same_page(settings: Settings) -> None:
    first = build_report(settings, as_of_date=DAY, quality=CHECKS).read_bytes()

    assert build_report(settings, as_of_date=DAY, quality=CHECKS).read_bytes() == first


def test_hostile_names_are_shown_and_never_run(settings: Settings) -> None:
    text = HOSTILE.replace("'", "''")
    change(
        settings,
        f"update marts.rfm_scores set rfm_segment = '{text}' where r_score = 3 and f_score = 3",
        f"update marts.funnel_steps set event = '{text}', funnel = '{text}' where step = 1",
        f"update marts.recall_list set strategy = '{text}', channel = '{text}'"
        " where arm = 'coupon'",
        f"update marts.recall_exclusions set exclusion_reason = '{text}'",
        f"update marts.churn_warnings set action_1 = '{text}'",
        f"update marts.tier_migration set to_tier = '{text}', direction = '{text}'"
        " where to_tier = 'gold'",
        f"update marts.load_ledger set source_file = '{text}', outcome = 'rejected'",
        f"update marts.kpi_daily set kpi = '{text}', status = '{text}' where kpi = 'nps'",
    )
    checks = [
        QualityRow(HOSTILE, HOSTILE, passed=p, severity=HOSTILE, detail=HOSTILE)
        for p in (True, False)
    ]

    page = parse(build_report(settings, as_of_date=DAY, quality=checks))

    assert not {"script", "img"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert page.text.count("alert(1)") >= 18


def test_nobody_is_named_on_the_page(settings: Settings) -> None:
    content = build_report(settings, as_of_date=DAY).read_text(encoding="utf-8")

    assert not re.search(r"user_\d|gone_\d|mail\.example|\+86138|token-\d|openid-\d", content)


def test_a_warehouse_without_rows_gives_a_page_that_says_so(tmp_path: Path) -> None:
    settings = create(make_settings(tmp_path), rows=False)

    page = parse(build_report(settings, as_of_date=DAY))

    assert page.text.count(EMPTY) == page.text.count("暂无数据") >= 9


@pytest.mark.parametrize("missing", SCHEMAS)
def test_a_missing_mart_empties_its_section_only(settings: Settings, missing: str) -> None:
    change(settings, f"drop table marts.{missing}")

    page = parse(build_report(settings, as_of_date=DAY))

    assert page.text.count(EMPTY) <= 3
    assert "User operations" in page.text


def test_a_cohort_that_is_still_running_is_blank_and_not_zero(settings: Settings) -> None:
    change(settings, "update marts.cohort_retention set users = 0 where not is_mature")

    content = build_report(settings, as_of_date=DAY).read_text(encoding="utf-8")

    running = re.findall(r'<td class="immature"[^>]*>([^<]*)</td>', content)
    assert len(running) > 20
    assert set(running) == {""}
    assert ">0.0%" not in re.findall(r'<table class="heat">.*?</table>', content, re.S)[0]


def test_a_week_that_is_still_running_is_not_drawn(settings: Settings) -> None:
    content = build_report(settings, as_of_date=DAY).read_text(encoding="utf-8")

    drawing = content.split("Comings and goings")[1].split("<section")[0]
    assert "2 Nov" in drawing
    assert "9 Nov" not in drawing


def test_lines_that_do_not_add_up_are_said_aloud(settings: Settings) -> None:
    change(settings, "update marts.load_ledger set accepted = accepted - 1")

    assert "do not add up" in parse(build_report(settings, as_of_date=DAY)).text


def test_before_the_first_run_the_cure_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="userops run"):
        build_report(make_settings(tmp_path), as_of_date=DAY)


def test_the_default_segments_are_the_eleven_of_the_definitions() -> None:
    cells = {(r, f): default_segment(r, f) for r in SCORES for f in SCORES}

    assert len(set(cells.values())) == 11
    assert cells[1, 1] == "lost"
    assert cells[5, 5] == cells[5, 4] == "champions"
    assert [cells[r, 1] for r in SCORES] == [
        "lost", "hibernating", "about_to_sleep", "promising", "new",
    ]  # fmt: skip
    assert cells[2, 5] == "cant_lose"
    assert cells[3, 3] == "need_attention"


def test_numbers_read_as_people_write_them() -> None:
    assert numbers.amount(1234567, "count", "CNY") == "1,234,567"
    assert numbers.amount(-1234.5, "money", "CNY") == "−¥1,234"
    assert numbers.amount(12.5, "money", "SEK") == "SEK 12.50"
    assert numbers.amount(0.1234, "share", "CNY") == "12.3%"
    assert (
        numbers.amount(None, "count", "CNY") == numbers.amount(float("nan"), "money", "CNY") == "–"
    )
    assert numbers.signed(numbers.change(0.21, 0.2, "share") or 0, "share") == "+1.0 pp"
    assert numbers.signed(numbers.change(90, 100, "count") or 0, "count") == "−10.0%"
    assert numbers.change(5, 0, "count") is None


def test_a_series_of_one_has_no_line_and_a_flat_one_has() -> None:
    assert sparkline([1.0]) == ""
    assert "polyline" in sparkline([2.0, 2.0, 2.0])
