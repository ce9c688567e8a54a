"""The report as people see it: in a real browser."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import LAST, Installation

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(finished: Installation) -> Path:
    if not BROWSER:
        pytest.skip("Chromium is not installed: apt-get install chromium fonts-noto-cjk")
    return finished.settings.exports_dir / "report" / f"as_of={LAST}" / "index.html"


def browse(page: Path, folder: Path, *flags: str) -> str:
    command = [str(BROWSER), *FLAGS, f"--user-data-dir={folder / 'profile'}", *flags, page.as_uri()]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def test_the_page_shows_its_numbers_and_runs_no_script(page: Path, tmp_path: Path) -> None:
    document = browse(page, tmp_path, "--dump-dom")

    assert "<script" not in document
    assert "No data yet" not in section(document, "kpi")
    assert LAST in document
    assert "日活跃用户" in document


def test_the_page_is_drawn(page: Path, tmp_path: Path) -> None:
    picture = tmp_path / "page.png"

    browse(page, tmp_path, f"--screenshot={picture}", "--window-size=1200,2400")

    # A blank page of this size compresses to a few kilobytes.
    assert picture.stat().st_size > 60_000


def section(document: str, name: str) -> str:
    start = document.find(f'id="{name}"')
    return document[start : document.find("</section>", start)] if start >= 0 else document[:20_000]
