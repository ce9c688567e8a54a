"""Doctor: a healthy installation has no problem, and each thing broken is found with its cure."""

from pathlib import Path

import pytest

from warehouse.settings import Settings
from warehouse.upkeep.doctor import Finding, examine


def problems(settings: Settings) -> list[Finding]:
    return [finding for finding in examine(settings) if not finding.ok]


def test_an_empty_installation_is_healthy_and_stays_empty(tmp_path: Path) -> None:
    assert problems(Settings(tmp_path / "home")) == []
    assert list(tmp_path.iterdir()) == []


def test_every_setting_is_shown_with_its_origin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USEROPS_CURRENCY", "USD")
    shown = [f.detail for f in examine(Settings(tmp_path, currency="USD"))]
    assert "currency = USD  (USEROPS_CURRENCY)" in shown
    assert "timezone = Asia/Shanghai  (default)" in shown


def test_the_address_of_a_webhook_is_not_shown(tmp_path: Path) -> None:
    found = examine(Settings(tmp_path, webhook_url="https://example.org/secret"))
    assert not any("secret" in finding.detail for finding in found)


def test_contact_files_that_others_can_read_are_named_with_the_command_that_closes_them(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "exports" / "recall" / "as_of=2026-01-01"
    folder.mkdir(parents=True, mode=0o700)
    folder.parent.chmod(0o700)
    folder.chmod(0o700)
    (folder / "email.csv").touch(mode=0o600)
    assert problems(Settings(tmp_path)) == []
    (folder / "email.csv").chmod(0o644)
    [problem] = problems(Settings(tmp_path))
    assert problem.subject == "contacts"
    assert problem.cure == f"chmod 0600 {folder / 'email.csv'}"


def test_leftovers_of_killed_runs_are_found(tmp_path: Path) -> None:
    left = tmp_path / "lake" / "events" / "load_date=2026-01-01" / ".events.parquet.tmp"
    left.parent.mkdir(parents=True)
    left.touch()
    [problem] = problems(Settings(tmp_path))
    assert str(left) in problem.detail


def test_a_folder_of_days_that_no_feed_reads_is_named(tmp_path: Path) -> None:
    for name in ("suppression/dt=2026-01-01", "suppressions/dt=2026-01-01", "notes/of-ours"):
        (tmp_path / "landing" / name).mkdir(parents=True)
    [problem] = problems(Settings(tmp_path))
    assert str(tmp_path / "landing" / "suppression") in problem.detail
    assert problem.cure.startswith("move its files to suppressions/dt=YYYY-MM-DD")


def test_a_bad_rule_is_named_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "event_roles.csv").write_text("event,rol\nSigned In,login\n")
    found = problems(Settings(tmp_path))
    assert found
    assert {finding.subject for finding in found} == {"rules"}
    assert "event_roles.csv, line 1" in found[0].detail
    assert found[0].cure


def test_a_rule_file_of_no_rule_does_not_end_the_examination(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "nothing.csv").touch()
    found = examine(Settings(tmp_path))
    assert any(f.subject == "rules" and not f.ok for f in found)
    assert any(f.subject == "published" for f in found)


def test_a_home_that_is_a_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    assert "home" in {finding.subject for finding in problems(Settings(tmp_path / "home"))}
