"""Events of a failed run -> what failed, where, and the cure, without a traceback."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

# How a border check says in which rows it found something, and what to do.
ROWS, CURE = "rows", "cure"
NOT_PUBLISHED = "what was published before still stands"


@dataclass(frozen=True)
class Problem:
    """One thing that stopped a run, in the words of a `UserError`.

    ``to_others`` says it where ``what`` names users: to whoever is not at this machine.
    """

    what: str
    where: str = ""
    cure: str = ""
    to_others: str = ""


def warnings_of(events: Iterable[dg.DagsterEvent]) -> tuple[str, ...]:
    """Return what the checks of a run warn of: a sentence each, and the check that says it."""
    return tuple(
        f"{sentence} ({check.check_name})"
        for check in _failed(events)
        if check.severity == dg.AssetCheckSeverity.WARN
        for sentence in (check.description or "did not pass").splitlines()
    )


def problems_of(events: Iterable[dg.DagsterEvent], log: Path) -> tuple[Problem, ...]:
    """Say what stopped a run: border checks first, then models, then everything else."""
    events = list(events)
    problems = [
        _from_check(check)
        for check in _failed(events)
        if check.severity == dg.AssetCheckSeverity.ERROR and check.check_name.startswith("gx_")
    ]
    for event in events:
        if event.is_step_failure:
            data = event.step_failure_data
            described = data.user_failure_data.description if data.user_failure_data else None
            problem = _from_description(described) or _from_error(data.error, event.step_key, log)
        elif event.event_type == dg.DagsterEventType.RUN_FAILURE and not problems:
            problem = _from_error(event.job_failure_data.error, "the start of the run", log)
        else:
            continue
        if problem and problem not in problems:
            problems.append(problem)
    return tuple(problems) or (Problem("the run failed", where=str(log)),)


def _failed(events: Iterable[dg.DagsterEvent]) -> list[dg.AssetCheckEvaluation]:
    kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    found = [event.asset_check_evaluation_data for event in events if event.event_type == kind]
    return [check for check in found if not check.passed]


def _told(check: dg.AssetCheckEvaluation) -> str:
    name = f"{check.check_name} on {check.asset_key.to_user_string()}"
    return "\n    ".join([name, *(check.description or "").splitlines()])


def _from_check(check: dg.AssetCheckEvaluation) -> Problem:
    """Tell of a border check: here with the rows that failed, to others without."""
    told = f"check {_told(check)}"
    cure = check.metadata.get(CURE)
    return Problem(
        "\n    ".join([told, *_rows_at(check)]),
        where=f"quality/suites/{check.check_name.removeprefix('gx_')}.yml",
        cure=f"{cure.value}; {NOT_PUBLISHED}" if cure else NOT_PUBLISHED,
        to_others=told,
    )


def _rows_at(check: dg.AssetCheckEvaluation) -> list[str]:
    table = check.metadata.get(ROWS)
    if not isinstance(table, dg.TableMetadataValue):
        return []
    key = table.schema.columns[1].name
    told = check.description or ""
    found = (str(record.data[key]) for record in table.records)
    rows = dict.fromkeys(row for row in found if row and row not in told)
    return [f"at {key} {', '.join(rows)}"] if rows else []


def _from_description(text: str | None) -> Problem | None:
    if not text:
        return None
    if "\n  cure: " in text:
        return _parsed(text)
    return Problem(
        text,
        where="dbt_project/models and dbt_project/tests: the files have these names",
        cure=f"mend the cause and run again; {NOT_PUBLISHED}",
    )


def _from_error(error: Any, step: str | None, log: Path) -> Problem | None:
    chain = list(_causes(error))
    if any(link.cls_name == "DagsterAssetCheckFailedError" for link in chain):
        return None  # the check has spoken for itself
    for link in chain:
        if link.cls_name == "UserError":
            return _parsed(link.message)
    if not chain:
        return None
    last = chain[-1].message.strip().splitlines()[0]
    cure = "`userops run --verbose` shows all of it; if the disk or memory ran out, mend that first"
    return Problem(f"unexpected error in {step}: {last}", where=f"log: {log}", cure=cure)


def _causes(error: Any) -> Iterable[Any]:
    while error is not None:
        yield error
        error = error.cause


def _parsed(message: str) -> Problem:
    """Take the text of a UserError apart again: Dagster keeps only the text."""
    text = re.sub(r"^(\w+\.)*UserError: ", "", message.strip())
    found = {"where": "", "cure": ""}
    what = []
    for line in text.splitlines():
        match = re.match(r"  (where|cure): +(.*)", line)
        if match:
            found[match[1]] = match[2]
        else:
            what.append(line)
    return Problem("\n".join(what), **found)
