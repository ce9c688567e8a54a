"""What was read once and is no longer so goes again, and late aliases move what they reach."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.conftest import NewInstallation
from tests.property.streams import FIRST, Message, land, lines_by_day


def test_a_day_redelivered_without_some_lines_takes_them_back(
    new_installation: NewInstallation, tmp_path: Path
) -> None:
    days = lines_by_day([Message(0, True, "Product Viewed", 60 * hour) for hour in range(72)])
    changed, straight = new_installation(), new_installation()
    land(changed, days)
    changed.build(history_only=True)
    victim = sorted(days)[0]
    days[victim] = days[victim][:3]
    shutil.rmtree(changed.settings.landing_root)
    land(changed, days)
    land(straight, days)

    changed.build(str(victim))
    straight.build()

    assert changed.hashes() == straight.hashes()


def test_what_a_run_has_built_that_never_ended_goes_with_the_file_that_brought_it(
    new_installation: NewInstallation,
) -> None:
    days = lines_by_day([Message(0, True, "Product Viewed", 60 * hour) for hour in range(72)])
    last = max(days)
    wrong = lines_by_day([Message(1, True, "Product Viewed", 60 * hour) for hour in range(72)])
    changed, straight = new_installation(), new_installation()
    land(straight, days)
    land(changed, {day: lines for day, lines in days.items() if day != last})
    changed.build()
    # Of other days too, whose tables it changes; and nothing says that it has ended.
    land(changed, {last: [line for lines in wrong.values() for line in lines]})
    changed.build(str(last), history_only=True, ends=False)
    shutil.rmtree(changed.settings.landing_root)
    land(changed, days)

    changed.build(str(last))
    straight.build()

    assert changed.hashes() == straight.hashes()


def test_aliases_that_come_late_or_overrule_each_other_move_the_days_they_reach(
    new_installation: NewInstallation,
) -> None:
    def line(day: int, **fields: Any) -> str:
        at = (FIRST + timedelta(days=day)).isoformat()
        return json.dumps({"timestamp": at, "type": "track"} | fields)

    def alias(day: int, previous: str, user: str, message: str) -> str:
        return line(day, type="alias", previousId=previous, userId=user, messageId=message)

    view = {"event": "Product Viewed"}
    days = {
        date(2026, 4, 3): [line(0, userId=u, messageId=f"v{u}", **view) for u in "abx"],
        date(2026, 4, 4): [alias(1, "a", "b", "second")],
        # Arrives last and happened first: a was x all along, and never b.
        date(2026, 4, 5): [
            alias(0, "a", "x", "first"),
            line(2, userId="a", messageId="last", **view),
        ],
    }
    whole, daily = new_installation(), new_installation()
    land(whole, days)
    land(daily, days)

    whole.build()
    daily.build_in_turn(*([str(day)] for day in days))

    assert daily.hashes() == whole.hashes()
    assert whole.rows(
        "select user_id, sum(events) from marts.fct_user_days group by 1 order by 1"
    ) == [
        ("b", 1),
        ("x", 3),
    ]
