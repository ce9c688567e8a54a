"""Exported lists come back into the lake: whole, in line with their folders, without a contact."""

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.plausible_marts import DAY, change, create, make_settings
from warehouse.errors import UserError
from warehouse.exports.folder import write_manifest
from warehouse.exports.listed import bring_in_line
from warehouse.exports.recall import export_recall
from warehouse.lake.admission import admit
from warehouse.settings import Settings

NAMES = ["list_id", "as_of_date", "user_id", "channel", "strategy", "arm"]
EARLIER = date(2026, 11, 2)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return create(make_settings(tmp_path))


def parts(settings: Settings) -> dict[str, list[dict[str, object]]]:
    found = sorted((settings.home / "lake" / "listed").glob("as_of=*/part.parquet"))
    return {path.parent.name: pq.ParquetFile(path).read().to_pylist() for path in found}


def exported_before(settings: Settings, day: date = EARLIER) -> Path:
    """Return a folder as it was exported before lists had an id."""
    folder = settings.exports_dir / "recall" / f"as_of={day}"
    folder.mkdir(parents=True)
    rows = {"user_id": ["bob", "ann"], "strategy": ["s", "s"], "arm": ["coupon", "social"]}
    pq.write_table(pa.table(rows | {"phone": ["+1", "+2"]}), folder / "sms.parquet")
    (folder / "sms.csv").write_text("user_id\nbob\nann\n")
    write_manifest(folder, {"sms.parquet": 2, "sms.csv": 2}, as_of_date=str(day))
    return folder


def test_an_empty_typed_part_stands_there_from_the_start(tmp_path: Path) -> None:
    settings = Settings(tmp_path)

    admit(settings, [])

    [part] = (tmp_path / "lake" / "listed").glob("as_of=*/part.parquet")
    assert pq.read_schema(part).names == NAMES
    assert str(pq.read_schema(part).field("as_of_date").type) == "date32[day]"
    assert parts(settings) == {"as_of=1970-01-01": []}


def test_an_export_leaves_who_is_on_it_and_no_contact(settings: Settings) -> None:
    folder = export_recall(settings, as_of_date=DAY).folder

    rows = parts(settings)[folder.name]
    assert len(rows) == 240
    assert list(rows[0]) == NAMES
    assert {row["list_id"] for row in rows} == {
        f"{DAY}/{channel}" for channel in ("email", "sms", "push", "wechat_oa")
    }
    assert "+86138" not in str(rows)
    assert "@" not in str(rows)


def test_lists_of_before_are_brought_in_by_the_next_run(settings: Settings) -> None:
    exported_before(settings)

    assert bring_in_line(settings) == [EARLIER]
    assert bring_in_line(settings) == []

    assert parts(settings)[f"as_of={EARLIER}"] == [
        {
            "list_id": f"{EARLIER}/sms",
            "as_of_date": EARLIER,
            "user_id": user,
            "channel": "sms",
            "strategy": "s",
            "arm": arm,
        }
        for user, arm in (("ann", "social"), ("bob", "coupon"))
    ]


def test_a_part_that_is_gone_comes_back_and_one_without_its_folder_goes(
    settings: Settings,
) -> None:
    folder = exported_before(settings)
    bring_in_line(settings)
    part = settings.home / "lake" / "listed" / folder.name / "part.parquet"
    part.unlink()

    assert bring_in_line(settings) == [EARLIER]
    assert part.is_file()
    folder.rename(settings.home / "moved-away")
    bring_in_line(settings)

    assert parts(settings) == {"as_of=1970-01-01": []}


def test_a_folder_that_a_kill_left_aside_counts_and_comes_back(settings: Settings) -> None:
    folder = exported_before(settings)
    folder.rename(folder.with_name(f".{folder.name}.old"))

    assert bring_in_line(settings) == [EARLIER]
    assert folder.is_dir()


@pytest.mark.parametrize("harm", ["missing", "other content", "no manifest"])
def test_a_list_of_which_nobody_knows_who_is_on_it_is_named_with_a_cure(
    settings: Settings, harm: str
) -> None:
    folder = exported_before(settings)
    if harm == "missing":
        (folder / "sms.parquet").unlink()
    elif harm == "other content":
        pq.write_table(pa.table({"user_id": ["eve"]}), folder / "sms.parquet")
    else:
        (folder / "manifest.json").write_text("half")

    with pytest.raises(UserError, match="not as it was written") as caught:
        bring_in_line(settings)

    assert folder.name in caught.value.where
    assert "backup" in caught.value.cure


def test_whoever_is_on_a_list_that_was_damaged_since_counts_as_contacted_all_the_same(
    settings: Settings,
) -> None:
    folder = exported_before(settings)
    bring_in_line(settings)
    before = parts(settings)
    assert before[folder.name]
    (folder / "sms.parquet").write_bytes(b"half")

    assert bring_in_line(settings) == []
    assert parts(settings) == before


def test_a_list_kept_as_it_was_leaves_its_part_as_it_was(settings: Settings) -> None:
    folder = export_recall(settings, as_of_date=DAY).folder
    before = parts(settings)
    change(settings, "delete from marts.recall_list where user_id = 'user_0'")

    assert export_recall(settings, as_of_date=DAY).kept

    assert parts(settings) == before
    assert json.loads((folder / "manifest.json").read_text())["files"]["email.csv"]["rows"] == 60
