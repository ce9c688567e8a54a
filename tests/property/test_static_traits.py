"""Who people are says nothing of what they are worth: only what they did does (S3-6)."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.conftest import Installation
from tests.recompute import landings
from warehouse.settings import Settings

# Every table that ranks, grades or values people; and of `dim_users` what it repeats of them.
WORTH = {
    "rfm_scores": "*",
    "tier_migration": "*",
    "value_scores": "*",
    "clv_fits": "*",
    "clv_predictions": "*",
    "user_lifecycle": "*",
    "dim_users": "user_id, lifecycle_stage, rfm_segment, rfm_class, rfm_tier, ltv, value_score",
}


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> list[Installation]:
    """Build one shop twice: everybody does the same, and is somebody else."""
    built = []
    for number in (1, 2):
        home = tmp_path_factory.mktemp("town")
        landings.write(home, seed=5, people=30, days=40)
        for path in (home / "landing" / "events").rglob("*.ndjson"):
            _recast(path, number)
        town = Installation(Settings(home))
        town.build(tables=WORTH)
        built.append(town)
    return built


def _recast(path: Path, number: int) -> None:
    lines = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    told = (json.dumps(_as_another(line, number), ensure_ascii=False) for line in lines)
    path.write_text("".join(f"{text}\n" for text in told), encoding="utf-8")


def _as_another(line: dict[str, Any], number: int) -> dict[str, Any]:
    """Give whoever sent a line another place, device and life; the same in each copy of it."""
    chance = Random(f"{number} {line['messageId']}")  # noqa: S311 - the same people each time
    context = line.get("context", {}) | {
        "location": {"country": chance.choice(["CN", "US", "DE"]), "city": chance.choice("abc")},
        "device": {"type": chance.choice(["ios", "android", "web"])},
        "locale": chance.choice(["zh-CN", "en-US", "de-DE"]),
    }
    cast = line | {"context": context}
    if line["type"] == "identify":
        cast["traits"] = line["traits"] | {
            "name": f"Name {chance.randrange(99)}",
            "age": chance.randrange(18, 80),
            "gender": chance.choice(["f", "m", "x"]),
            "birthday": f"{chance.randrange(1950, 2008)}-01-01",
            "income": chance.randrange(99),
            "address": {"country": chance.choice(["CN", "US", "DE"])},
        }
    return cast


def rows(town: Installation, table: str, columns: str) -> list[tuple[Any, ...]]:
    """Return what a table says, in an order of its own."""
    return town.rows(f"select {columns} from marts.{table} order by all")


@pytest.mark.parametrize("table", WORTH)
def test_worth_is_the_same_whoever_did_it(towns: list[Installation], table: str) -> None:
    one, other = (rows(town, table, WORTH[table]) for town in towns)

    assert one
    assert one == other


def test_they_are_other_people_where_places_and_devices_are_told(
    towns: list[Installation],
) -> None:
    one, other = (rows(town, "dim_users", "user_id, country, platform") for town in towns)

    assert [row[0] for row in one] == [row[0] for row in other]
    # By chance a ninth of them live in the same place with the same device.
    assert sum(a != b for a, b in zip(one, other, strict=True)) > len(one) / 2
