"""What starts runs by itself, and what speaks up when one fails."""

import http.server
import json
import threading
from datetime import UTC, datetime

import dagster as dg
import pytest

from orchestration.definitions import build_definitions
from orchestration.defs.sensors import post
from tests.conftest import Installation, NewInstallation, land_golden


@pytest.fixture
def landed(new_installation: NewInstallation) -> Installation:
    installation = new_installation()
    land_golden(installation)
    # As if they had arrived this moment, however old the checkout is.
    for path in installation.settings.landing_root.rglob("*.ndjson"):
        path.touch()
    return installation


def requests(definitions: dg.Definitions, cursor: str | None) -> tuple[list[str], str]:
    sensor = definitions.get_sensor_def("landed_day")
    repository = definitions.get_repository_def()
    with dg.build_sensor_context(cursor=cursor, repository_def=repository) as context:
        data = sensor.evaluate_tick(context)
    return sorted(str(request.partition_key) for request in data.run_requests or ()), str(
        data.cursor
    )


def test_a_day_is_run_once_it_is_complete_and_again_when_it_changes(landed: Installation) -> None:
    definitions = build_definitions(settings=landed.settings)
    day = landed.settings.landing_root / "events" / "dt=2026-03-02"

    # Files written this moment are not quiet yet.
    first, cursor = requests(definitions, None)
    assert first == []
    (day / "_SUCCESS").touch()
    second, cursor = requests(definitions, cursor)
    assert second == ["2026-03-02"]
    third, cursor = requests(definitions, cursor)
    assert third == []
    (day / "more.ndjson").write_text("{}\n")
    fourth, cursor = requests(definitions, cursor)
    assert fourth == ["2026-03-02"]


def test_a_day_that_has_not_begun_holds_up_no_other(landed: Installation) -> None:
    definitions = build_definitions(settings=landed.settings)
    events = landed.settings.landing_root / "events"
    for name in ("dt=2026-03-02", "dt=9999-01-01"):
        (events / name).mkdir(exist_ok=True)
        (events / name / "_SUCCESS").touch()

    assert requests(definitions, None)[0] == ["2026-03-02"]


def test_the_morning_runs_the_day_that_has_ended_where_the_business_is(
    landed: Installation,
) -> None:
    definitions = build_definitions(settings=landed.settings)
    schedule = definitions.get_schedule_def("every_morning")
    # Five in the morning of 4 March in Shanghai is still 3 March in UTC.
    at = datetime(2026, 3, 3, 21, tzinfo=UTC)

    def tick(moment: datetime) -> dg._core.definitions.schedule_definition.ScheduleExecutionData:
        context = dg.build_schedule_context(
            scheduled_execution_time=moment, repository_def=definitions.get_repository_def()
        )
        return schedule.evaluate_tick(context)

    [request] = tick(at).run_requests or ()
    assert request.partition_key == "2026-03-03"
    skipped = tick(datetime(2026, 3, 8, 21, tzinfo=UTC))
    assert not skipped.run_requests
    assert "2026-03-08" in str(skipped.skip_message)


def test_a_failure_is_posted_to_the_webhook() -> None:
    received: list[dict[str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            received.append(json.loads(self.rfile.read(length)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.handle_request, daemon=True).start()

    post(f"http://127.0.0.1:{server.server_port}/hook", "run 1 failed")

    server.server_close()
    assert received == [{"text": "run 1 failed"}]
    with pytest.raises(ValueError, match="web address"):
        post("file:///etc/passwd", "no")
