"""What starts runs by itself, and what speaks up when one fails."""

import logging
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.test_utils import create_test_daemon_workspace_context, freeze_time
from dagster._core.workspace.load_target import ModuleTarget
from dagster._scheduler.scheduler import launch_scheduled_runs
from hypothesis import given
from hypothesis import strategies as st

from orchestration.definitions import build_definitions
from orchestration.environment import enter
from orchestration.partitions import DAYS, days_tag, tagged_days
from orchestration.runs import run_days
from orchestration.telling import tell_of
from tests.chat import Chat
from tests.conftest import ROOT, Installation, NewInstallation, land_golden, userops


@pytest.fixture
def landed(new_installation: NewInstallation) -> Installation:
    installation = new_installation()
    land_golden(installation)
    # As if they had arrived this moment, however old the checkout is.
    for path in installation.settings.landing_root.rglob("*.ndjson"):
        path.touch()
    return installation


def tick(definitions: dg.Definitions, cursor: str | None) -> tuple[list[dg.RunRequest], str]:
    sensor = definitions.get_sensor_def("landed_day")
    repository = definitions.get_repository_def()
    with dg.build_sensor_context(cursor=cursor, repository_def=repository) as context:
        data = sensor.evaluate_tick(context)
    return list(data.run_requests or ()), str(data.cursor)


def days(requests: list[dg.RunRequest]) -> list[str]:
    """Return the days of what is asked for, which is one run at most."""
    if not requests:
        return []
    [request] = requests
    tagged = request.tags.get(DAYS)
    return [str(day) for day in tagged_days(tagged)] if tagged else [str(request.partition_key)]


def complete(installation: Installation, *names: str) -> None:
    for name in names:
        folder = installation.settings.landing_root / "events" / f"dt={name}"
        folder.mkdir(exist_ok=True)
        (folder / "_SUCCESS").touch()


def test_a_day_is_run_once_it_is_complete_and_again_when_it_changes(landed: Installation) -> None:
    definitions = build_definitions(settings=landed.settings)

    # Files written this moment are not quiet yet.
    first, cursor = tick(definitions, None)
    assert days(first) == []
    complete(landed, "2026-03-02")
    second, cursor = tick(definitions, cursor)
    assert days(second) == ["2026-03-02"]
    third, cursor = tick(definitions, cursor)
    assert days(third) == []
    more = landed.settings.landing_root / "events" / "dt=2026-03-02" / "more.ndjson"
    more.write_text("{}\n")
    fourth, cursor = tick(definitions, cursor)
    assert days(fourth) == ["2026-03-02"]
    # What is again as it was is asked for again, also of a Dagster that knows all keys it saw.
    more.unlink()
    fifth, _ = tick(definitions, cursor)
    assert days(fifth) == ["2026-03-02"]
    assert len({request.run_key for request in (*second, *fourth, *fifth)}) == 3


def test_all_days_that_wait_are_one_run_however_far_apart(landed: Installation) -> None:
    definitions = build_definitions(settings=landed.settings)
    complete(landed, "2026-03-01", "2026-03-02", "2026-03-04")

    requests, _ = tick(definitions, None)

    assert days(requests) == ["2026-03-01", "2026-03-02", "2026-03-04"]
    assert requests[0].partition_key == "2026-03-04"


def test_a_first_look_asks_only_for_what_the_ledger_lacks(copied: Installation) -> None:
    definitions = build_definitions(settings=copied.settings)
    complete(copied, "2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04")
    assert days(tick(definitions, None)[0]) == []

    events = copied.settings.landing_root / "events"
    (events / "dt=2026-03-02" / "late.ndjson").write_text("{}\n")
    (events / "dt=2026-03-05").mkdir()
    complete(copied, "2026-03-05")

    assert days(tick(definitions, None)[0]) == ["2026-03-02", "2026-03-05"]


def test_status_names_late_files_and_what_takes_them_in(copied: Installation) -> None:
    home = copied.settings.home
    assert "late " not in userops(home, "status").stdout
    folder = copied.settings.landing_root / "events" / "dt=2026-03-02"
    (folder / "late.ndjson").write_text("{}\n")

    told = userops(home, "status").stdout

    assert "late       1 file of a day already loaded:" in told
    assert "events/dt=2026-03-02/late.ndjson  (new)" in told
    assert "`userops run --date 2026-03-02` takes them in" in told


def test_a_day_that_has_not_begun_holds_up_no_other(landed: Installation) -> None:
    definitions = build_definitions(settings=landed.settings)
    complete(landed, "2026-03-02", "9999-01-01")

    assert days(tick(definitions, None)[0]) == ["2026-03-02"]


@given(st.sets(st.dates(date(2026, 1, 1), date(2026, 3, 1)), min_size=1))
def test_days_are_named_as_ranges_and_read_again(chosen: set[date]) -> None:
    tag = days_tag(chosen)

    assert tagged_days(tag[DAYS] if tag else str(min(chosen))) == sorted(chosen)


def test_the_morning_runs_the_day_that_has_ended_where_the_business_is(
    landed: Installation,
) -> None:
    definitions = build_definitions(settings=landed.settings)
    schedule = definitions.get_schedule_def("every_morning")
    # Five in the morning of 4 March in Shanghai is still 3 March in UTC.
    at = datetime(2026, 3, 3, 21, tzinfo=UTC)

    def at_time(moment: datetime) -> dg._core.definitions.schedule_definition.ScheduleExecutionData:
        context = dg.build_schedule_context(
            scheduled_execution_time=moment, repository_def=definitions.get_repository_def()
        )
        return schedule.evaluate_tick(context)

    [request] = at_time(at).run_requests or ()
    assert request.partition_key == "2026-03-03"
    skipped = at_time(datetime(2026, 3, 8, 21, tzinfo=UTC))
    assert not skipped.run_requests
    assert "2026-03-08" in str(skipped.skip_message)


def test_the_daemon_asks_for_one_run_of_the_day_that_has_ended(
    landed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon's own code, with definitions from a code server, on the clock of that morning."""
    monkeypatch.setenv("USEROPS_HOME", str(landed.settings.home))
    enter(landed.settings)
    target = ModuleTarget("orchestration.definitions", None, str(ROOT), "userops")
    evening, morning = (datetime(2026, 3, 3, hour, 0, 30, tzinfo=UTC) for hour in (20, 21))
    with (
        dg.DagsterInstance.get() as instance,
        create_test_daemon_workspace_context(target, instance) as workspace,
    ):
        [entry] = workspace.create_request_context().get_code_location_entries().values()
        assert entry.code_location, entry.load_error
        [repository] = entry.code_location.get_repositories().values()
        schedule = repository.get_schedule("every_morning")
        with freeze_time(evening):
            instance.start_schedule(schedule)
        for moment in (evening, morning, morning + timedelta(minutes=1)):
            with freeze_time(moment):
                for _ in launch_scheduled_runs(
                    workspace, logging.getLogger(), end_datetime_utc=moment, iteration_times={}
                ):
                    pass

        [run] = instance.get_runs()
        assert (run.job_name, run.status) == ("daily", dg.DagsterRunStatus.QUEUED)
        assert run.tags["dagster/partition"] == "2026-03-03"
        assert run.tags["dagster/schedule_name"] == schedule.name


def test_a_failed_run_is_told_once_whoever_started_it(
    new_installation: NewInstallation, chat: Chat
) -> None:
    installation = new_installation(webhook_url=chat.url, webhook_kind="wecom")
    folder = installation.settings.landing_root / "events" / "dt=2026-03-03"
    folder.mkdir(parents=True)
    (folder / "a.ndjson").write_text("no line\n" * 20)
    settings = installation.settings

    report = run_days(settings, date(2026, 3, 3), date(2026, 3, 3))

    assert not report.success
    [told] = [body["text"]["content"] for body in chat.told]
    assert told.startswith("userops: the run of 2026-03-03 failed (run ")
    assert "\ncause: check gx_raw_events on raw/events" in told
    assert "\ncure: mend the files or the mapping" in told
    definitions = build_definitions(settings=settings)
    sensor = definitions.get_sensor_def("run_failed")
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    job = definitions.resolve_job_def("daily")
    with dg.DagsterInstance.get() as instance:
        # As the UI, a schedule or a sensor starts it: nobody has told of it yet.
        other = job.execute_in_process(
            instance=instance, partition_key="2026-03-03", raise_on_error=False
        )
        for run_id in (report.run_id, other.run_id, other.run_id):
            tell_of(settings, instance, run_id, warn=print)
        # As the UI asks for the runs of a job of this code location.
        label = {".dagster/repository": "__repository__@orchestration.definitions"}
        of_the_job = dg.RunsFilter(job_name="daily", tags=label)
        assert [run.run_id for run in instance.get_runs(of_the_job)] == [report.run_id]
    assert [body["text"]["content"].split()[4] for body in chat.told] == ["2026-03-03"] * 2
    assert other.run_id[:8] in chat.told[1]["text"]["content"]


def test_a_rule_that_stops_a_run_before_it_begins_is_told_too(
    landed: Installation, chat: Chat
) -> None:
    home = landed.settings.home
    (home / "rules").mkdir()
    (home / "rules" / "event_roles.csv").write_text("event,rol\nSigned In,login\n")
    (home / "userops.toml").write_text(f'webhook_url = "{chat.url}"\n')

    done = userops(home, "run", "--date", "2026-03-02")

    assert done.returncode == 1
    [body] = chat.told
    assert body["text"].startswith("userops: the run of 2026-03-02 failed\ncause: ")
    assert "event_roles" in body["text"]
    assert "hush" not in done.stderr
