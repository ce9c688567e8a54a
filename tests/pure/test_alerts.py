"""Who has to act: the queue as it is published, and a chat that is told of each alert once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from orchestration.cli import cli
from orchestration.telling import tell_of_alerts
from tests.chat import Chat
from tests.plausible_marts import DAY, change, create, make_settings
from warehouse.serving.publish import publish
from warehouse.settings import Settings
from warehouse.upkeep.alerts import published_alerts


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = create(make_settings(tmp_path))
    publish(settings, as_of_date=DAY, run_id="run-1")
    return settings


def test_the_queue_has_what_is_open_first_and_core_users_before_all(settings: Settings) -> None:
    found = published_alerts(settings)

    assert [(alert.alert, alert.place, alert.state) for alert in found] == [
        ("tier", "tier = diamond", "taken on"),
        ("nps_low", "", "open"),
        ("old", "", f"closed {DAY - timedelta(days=2)}"),
    ]


def test_a_chat_is_told_of_each_open_alert_once(settings: Settings, chat: Chat) -> None:
    settings = replace(settings, webhook_url=chat.url)
    warned: list[str] = []
    chat.status = 500
    tell_of_alerts(settings, warned.append)
    chat.status = 200
    for _ in range(2):
        tell_of_alerts(settings, warned.append)
    # Late data moves the start of one; another opens.
    change(
        settings,
        "update marts.alerts set opened_on = opened_on - 7 where alert = 'nps_low'",
        "update marts.alerts set status = 'open', closed_on = null,"
        " evidence = 'dau by news@shop.example' where alert = 'old'",
    )
    publish(settings, as_of_date=DAY, run_id="run-2")
    tell_of_alerts(settings, warned.append)

    refused, taken, later = (told["text"] for told in chat.told)
    assert warned == ["the webhook answered 500"]
    assert refused == taken
    assert "Low score" in taken
    assert "Top tier leaves (tier = diamond)" in taken
    assert "Over by now" not in taken
    assert "Over by now" in later
    # A source of campaigns may be somebody's address.
    assert "dau by (...)" in later
    assert "Low score" not in later


def test_the_command_shows_evidence_and_what_to_do(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USEROPS_HOME", str(settings.home))
    shown = CliRunner().invoke(cli, ["alerts"])

    assert shown.exit_code == 0, shown.output
    assert "nps 12.5" in shown.output
    assert "Low score: Ask them" in shown.output
    assert "Top tier leaves: Call" not in shown.output
    assert "Over by now" not in shown.output
    assert "Over by now" in CliRunner().invoke(cli, ["alerts", "--all"]).output


def test_nothing_published_is_said_with_its_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USEROPS_HOME", str(tmp_path))
    shown = CliRunner().invoke(cli, ["alerts"])

    assert shown.exit_code == 1
    assert "nothing is published yet" in shown.output
