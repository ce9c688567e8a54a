"""What a small day may send and store: counts, not seconds, so that a dearer one fails anywhere."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import dagster as dg
import dbt.cli.main
import pytest

from orchestration.dbt_project import project_of
from orchestration.runs import run_days
from tests.conftest import LAST, Installation

# Statements to the database: begin, the model, commit; one query for all tests it completes.
A_MODEL = 3
ITS_TESTS = 1
# The first models ask for the constraints: of two databases, on two threads.
FIRST_MODELS = 4
# Schemas, the relations in them, the lake's views.
A_RUN = 30
# Events that Dagster stores: that it is planned and there; put out, where other steps wait for it.
AN_ASSET_OR_CHECK = 2
PUT_OUT = 1
A_STEP = 6


def lines(day: date) -> Iterator[str]:
    """Yield what one user looked at, bought and gave back on a day."""
    bought = {"order_id": f"o-{day}", "revenue": 12}
    for event, told in (
        ("Product Viewed", {}),
        ("Order Completed", bought),
        ("Order Refunded", bought),
    ):
        line = {"type": "track", "messageId": f"{day} {event}", "event": event, "userId": "ann"}
        yield json.dumps(line | {"timestamp": f"{day}T02:00:00Z", "properties": told})


def test_a_small_day_keeps_to_its_allowance(
    copied: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = copied.settings
    day = date.fromisoformat(LAST) + timedelta(days=1)
    folder = settings.landing_root / "events" / f"dt={day}"
    folder.mkdir()
    (folder / "events.ndjson").write_text("\n".join(lines(day)) + "\n")
    statements: Counter[str] = Counter()

    class Watched(dbt.cli.main.dbtRunner):
        def __init__(self, manifest: Any = None, callbacks: Any = None) -> None:
            super().__init__(manifest, [*(callbacks or ()), count])

    def count(event: Any) -> None:
        if event.info.name == "SQLQuery":
            statements[event.data.node_info.unique_id] += 1

    monkeypatch.setattr(dbt.cli.main, "dbtRunner", Watched)
    report = run_days(settings, day, day)
    assert report.success

    assert "model.userops.fct_orders" in statements
    project = project_of(settings)
    carried = project.data_tests(seeds=False)
    dear = {
        key: statements[key]
        for key, node in project.nodes["nodes"].items()
        if node["resource_type"] == "model"
        and statements[key] > A_MODEL + ITS_TESTS * (key in carried)
    }
    assert len(dear) <= FIRST_MODELS, dear
    # A data test of a table is part of its model's query; rules and views stand as they are.
    assert not [key for key in statements if key.startswith(("seed.", "test."))]
    assert not project.standing.keys() & statements.keys()
    assert sum(n for key, n in statements.items() if not key.startswith("model.")) <= A_RUN

    with dg.DagsterInstance.get() as instance:
        events = Counter(entry.dagster_event_type for entry in instance.all_logs(report.run_id))
    outgoing = [
        *project.outgoing,
        *(
            test
            for test in project.nodes["nodes"].values()
            if test["resource_type"] == "test"
            and {key.path[1] for key in project.outgoing}
            & {name.rpartition(".")[2] for name in test["depends_on"]["nodes"]}
        ),
    ]
    planned = (
        events[dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED]
        + events[dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED]
    )
    assert (
        events.total()
        <= AN_ASSET_OR_CHECK * planned
        + PUT_OUT * len(outgoing)
        + A_STEP * events[dg.DagsterEventType.STEP_START]
    )
