"""Lists exported between days: who was on one cools, who failed is free again, who left is off."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import Installation
from tests.recompute import landings
from tests.recompute.compare import differences
from tests.recompute.recall import Place, places, recall_exclusions, recall_list
from tests.recompute.rules import Rules
from tests.recompute.world import World
from warehouse.exports.recall import export_recall
from warehouse.settings import Settings

# Of this shop, lists of every day are long enough for all that happens to those on them.
SEED, PEOPLE, DAYS = 6, 40, 120
TABLES = ("recall_list", "recall_exclusions")
# With what an export asks for beside them.
BUILT = (*TABLES, "int_closed_addresses", "int_named_ids", "int_recall_details", "load_ledger")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Installation, list[date]]:
    home = tmp_path_factory.mktemp("shop")
    days = landings.write(home, SEED, people=PEOPLE, days=DAYS, twice=True)
    return Installation(Settings(home)), days


def world_of(installation: Installation, day: date) -> World:
    return World(Rules(installation.settings.home), day)


def told(world: World, installation: Installation) -> str:
    found = differences(world, installation.settings.serving_build_db, TABLES)
    return "\n".join(d.text() for d in found if not d.is_equal)


def land(home: Path, day: date, *lines: dict[str, object]) -> None:
    """Let lines of noon arrive, beside what the shop says on that day."""
    text = "".join(
        json.dumps({"messageId": f"told-{day}-{n}", "timestamp": f"{day}T04:00:00Z"} | line) + "\n"
        for n, line in enumerate(lines)
    )
    (home / "landing" / "events" / f"dt={day}" / "told.ndjson").write_text(text, encoding="utf-8")


def failed(place: Place, **properties: str) -> dict[str, object]:
    return {
        "type": "track",
        "event": "Message Failed",
        "userId": place.user,
        "properties": properties,
    }


def refused(place: Place) -> dict[str, object]:
    return {
        "type": "track",
        "event": "Consent Changed",
        "userId": place.user,
        "properties": {"channel": "all", "granted": False},
    }


def test_lists_and_exclusions_follow_what_was_exported(
    shop: tuple[Installation, list[date]],
) -> None:
    installation, days = shop
    settings, home = installation.settings, installation.settings.home
    *before, first, second, third = days
    installation.build(*map(str, before), tables=BUILT)
    export_recall(settings, as_of_date=before[-1])
    listed = places(world_of(installation, first), first)
    assert len(listed) >= 4
    by_id, by_channel, gone, *others = listed

    land(
        home,
        first,
        failed(by_id, list_id=by_id.list_id),
        failed(by_channel, channel=by_channel.channel),
        refused(gone),
    )
    installation.build(str(first), tables=BUILT)
    world = world_of(installation, first)
    assert told(world, installation) == ""
    reasons = {row["user_id"]: row["exclusion_reason"] for row in recall_exclusions(world)}
    assert "cooling" in {reasons.get(place.user) for place in others}
    assert reasons.get(gone.user) == "no_consent"
    assert "cooling" not in {reasons.get(place.user) for place in (by_id, by_channel)}

    exported = export_recall(settings, as_of_date=first)
    assert exported.withdrawn >= 1
    with (home / f"exports/recall/as_of={before[-1]}/withdrawn.csv").open() as file:
        assert gone.user in {row["user_id"] for row in csv.DictReader(file)}
    for day in (second, third):
        installation.build(str(day), tables=BUILT)
        world = world_of(installation, day)
        assert told(world, installation) == ""
        assert recall_list(world) or recall_exclusions(world)
        export_recall(settings, as_of_date=day)
