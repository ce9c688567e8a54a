"""The command line: what an operator types, reads, and gets as exit code."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner, Result
from dagster._core.events import EngineEventData

from orchestration.cli import cli
from orchestration.environment import enter
from orchestration.failures import problems_of
from orchestration.runs import close_dead_runs
from tests.conftest import DEMO, userops
from warehouse.errors import UserError
from warehouse.rules.effective import SHIPPED_DIR
from warehouse.settings import Settings


def ask(home: Path, *arguments: str) -> Result:
    """Run a light command in this process."""
    return CliRunner().invoke(cli, list(arguments), env={"USEROPS_HOME": str(home)})


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; from orchestration.cli import cli; cli(['--help'], standalone_mode=False);"
        "heavy = {'dagster', 'dbt', 'great_expectations', 'duckdb', 'pandas', 'pyarrow', 'numpy'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert found.stderr == ""
    assert found.returncode == 0


@pytest.mark.parametrize("command", [["status"], ["doctor"], ["rules"], ["quarantine", "list"]])
def test_looking_at_an_empty_home_is_friendly_and_leaves_it_empty(
    tmp_path: Path, command: list[str]
) -> None:
    home = tmp_path / "home"
    found = ask(home, *command)
    assert found.exit_code == 0, found.output
    assert not home.exists()


def test_a_rule_nobody_has_edited_says_where_to_edit_it(tmp_path: Path) -> None:
    found = ask(tmp_path, "rules", "rfm_bands")
    shipped, own = SHIPPED_DIR / "rfm_bands.csv", tmp_path / "rules" / "rfm_bands.csv"
    assert str(shipped) in found.output
    assert str(own) in found.output

    own.parent.mkdir()
    shutil.copy(shipped, own)
    assert ask(tmp_path, "rules", "rfm_bands").output == (
        f"{own} says what the shipped rule says\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run"], "nothing has landed yet"),
        (["run", "--date", "2026-02-30"], "is no day"),
        (["run", "--date", "2026-01-01", "--from", "2026-01-01"], "give one of them"),
        (["run", "--from", "2026-01-02", "--to", "2026-01-01"], "is after"),
        (["simulate", "--out", "x"], "Missing option"),
        (["forget"], "name the users"),
        (["nonsense"], "No such command"),
    ],
)
def test_wrong_use_is_explained_and_exits_with_2(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    found = ask(tmp_path, *arguments)
    assert found.exit_code == 2
    assert said in found.stderr


@pytest.mark.parametrize("day", ["2999-01-01", "2020-01-01"])
def test_a_day_of_the_future_or_that_has_not_landed_is_wrong_use(demo: Path, day: str) -> None:
    found = ask(demo, "run", "--date", day)
    assert found.exit_code == 2
    assert day in found.stderr


def test_a_wrong_setting_is_told_without_a_traceback(tmp_path: Path) -> None:
    env = {"USEROPS_HOME": str(tmp_path), "USEROPS_TIMEZON": "UTC"}
    found = CliRunner().invoke(cli, ["status"], env=env)
    assert found.exit_code == 1
    assert "did you mean 'timezone'?" in found.stderr
    assert "Traceback" not in found.output


def test_the_summary_names_files_that_are_there(demo: Path) -> None:
    found = ask(demo, "status")
    assert "admitted   10 days, newest 2026-01-10" in found.output
    assert "daily 2026-01-01 to 2026-01-10" in found.output
    assert "writing    nobody" in found.output
    for path in ("serving/userops.duckdb", "exports/report/as_of=2026-01-10/index.html"):
        assert (demo / path).is_file()


def test_the_doctor_finds_nothing_after_a_run(demo: Path) -> None:
    found = ask(demo, "doctor")
    assert found.exit_code == 0, found.output


def test_a_line_set_aside_is_listed_and_shown_byte_for_byte(demo: Path) -> None:
    listed = ask(demo, "quarantine", "list").output
    row = next(line for line in listed.splitlines() if "bad_json" in line)
    day, file, number, *_ = row.split()
    shown = ask(demo, "quarantine", "show", day, file, number)
    assert shown.exit_code == 0
    assert shown.stdout_bytes.startswith(b"{")
    assert not shown.stdout_bytes.endswith(b"\n")


def test_a_demo_is_not_mixed_with_other_data(demo: Path, tmp_path: Path) -> None:
    other = ask(demo, "demo", "--users", "61", "--days", "10")
    assert other.exit_code == 1
    assert "never mixed" in other.stderr
    (tmp_path / "landing/events/dt=2026-01-01").mkdir(parents=True)
    assert "never mixed" in ask(tmp_path, *DEMO).stderr


def test_a_closed_gate_is_told_in_plain_words_and_exits_with_1(tmp_path: Path) -> None:
    folder = tmp_path / "landing/events/dt=2026-05-01"
    folder.mkdir(parents=True)
    (folder / "a.ndjson").write_text("not json\n")
    found = userops(tmp_path, "run")
    assert found.returncode == 1
    assert "failed: check gx_raw_events on raw/events" in found.stderr
    assert "An empty day means" in found.stderr
    assert "cure:" in found.stderr
    assert "Traceback" not in found.stderr
    status = ask(tmp_path, "status").output
    assert "waiting    1 day: 2026-05-01" in status
    assert "failure" in status


def test_a_day_between_others_that_never_landed_is_named(tmp_path: Path) -> None:
    for day in ("2026-05-01", "2026-05-02", "2026-05-05"):
        (tmp_path / f"landing/events/dt={day}").mkdir(parents=True)
        (tmp_path / f"landing/events/dt={day}/a.ndjson").write_text("{}\n")
    status = ask(tmp_path, "status").output
    assert "missing    2 days: 2026-05-03, 2026-05-04  (never landed" in status


def test_a_users_mistake_inside_a_step_keeps_its_words(tmp_path: Path) -> None:
    @dg.op
    def step() -> None:
        raise UserError("a file keeps changing", where="landing/a", cure="wait")

    @dg.job
    def journey() -> None:
        step()

    result = journey.execute_in_process(raise_on_error=False)
    [problem] = problems_of(result.all_events, tmp_path / "log")
    assert (problem.what, problem.where, problem.cure) == (
        *("a file keeps changing", "landing/a"),
        "wait",
    )


def test_an_unexpected_error_is_one_line_and_its_traceback_is_kept(tmp_path: Path) -> None:
    load = tmp_path / "lake" / "quarantine" / "load_date=nonsense" / "load_fingerprint=0"
    load.mkdir(parents=True)
    (load / "quarantine.parquet").touch()
    found = ask(tmp_path, "quarantine", "list")
    assert found.exit_code == 1
    assert found.stderr.startswith("Error: unexpected ValueError")
    assert "Traceback" not in found.stderr
    assert "Traceback" in (tmp_path / "build/logs/crash.log").read_text()
    assert "Traceback" in ask(tmp_path, "--verbose", "quarantine", "list").stderr


def test_a_run_whose_process_is_gone_is_closed_and_a_living_one_is_not(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    enter(settings)
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    sleeper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        time.sleep(0.2)
        with dg.DagsterInstance.get() as instance:
            runs = [started_run(instance, int(pid)) for pid in (gone.stdout, str(sleeper.pid))]
            assert close_dead_runs(instance, settings) == [runs[0]]
            states = [instance.get_run_by_id(run).status.value for run in runs]  # ty: ignore
            assert states == ["FAILURE", "STARTED"]
    finally:
        sleeper.kill()
        sleeper.wait()


def started_run(instance: dg.DagsterInstance, process: int) -> str:
    @dg.op
    def nothing() -> None: ...

    @dg.job
    def journey() -> None:
        nothing()

    run = instance.create_run_for_job(journey, status=dg.DagsterRunStatus.STARTED)
    instance.report_engine_event(
        "Executing steps in process",
        run,
        EngineEventData(metadata={"pid": dg.MetadataValue.text(str(process))}),
    )
    return run.run_id
