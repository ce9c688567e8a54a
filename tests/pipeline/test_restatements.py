"""What readers saw of a KPI stays on record beside what it became: a record of runs."""

import json
import shutil
from datetime import date

from tests.conftest import LAST, Installation, NewInstallation, land_golden
from warehouse.lake.layout import load_days
from warehouse.serving.marts import open_published
from warehouse.serving.publish import publish
from warehouse.serving.restatements import record_restatements

EARLIER = ("2026-03-01", "2026-03-02", "2026-03-03")
DAU = (
    "select as_of_date, restated_on, value_before, value_after, because"
    " from marts.kpi_restatements where kpi = 'dau' and dimension = 'all'"
)


def run(installation: Installation, *days: str, rules: str = "as shipped") -> None:
    installation.build(*days)
    as_of = max(load_days(installation.settings))
    record_restatements(installation.settings, as_of_date=as_of, rules=rules)
    publish(installation.settings, as_of_date=as_of, run_id="run")


def test_a_number_that_readers_saw_is_kept_when_late_data_changes_it(
    new_installation: NewInstallation,
) -> None:
    installation = new_installation()
    settings = installation.settings
    land_golden(installation)
    run(installation, *EARLIER)
    assert installation.rows(DAU) == []
    late = {
        "type": "track",
        "event": "Product Viewed",
        "userId": "zoe",
        "messageId": "late-1",
        "timestamp": "2026-03-02T05:00:00Z",
    }
    folder = settings.landing_root / "events" / f"dt={LAST}"
    (folder / "late.ndjson").write_text(json.dumps(late) + "\n", encoding="utf-8")
    run(installation, LAST)

    expected = [(date(2026, 3, 2), date.fromisoformat(LAST), 3.0, 4.0, "data")]
    assert installation.rows(DAU) == expected
    with open_published(settings, "kpi_restatements") as published:
        assert published.execute(DAU).fetchall() == expected
    # The same run again says the same.
    run(installation, LAST)
    assert installation.rows(DAU) == expected

    # The tables are lost, the record is not; what an edit of rules changes says so.
    shutil.rmtree(settings.build_dir)
    (settings.home / "rules").mkdir()
    (settings.home / "rules" / "excluded_users.csv").write_text(
        "kind,trait,pattern\nuser_id,,zoe\n", encoding="utf-8"
    )
    (folder.parent / "dt=2026-03-05").mkdir()
    run(installation, *EARLIER, LAST, "2026-03-05", rules="zoe does not count")
    assert sorted(installation.rows(DAU)) == [
        *expected,
        (date(2026, 3, 2), date(2026, 3, 5), 4.0, 3.0, "rules"),
    ]
