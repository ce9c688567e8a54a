"""Events of a failed run -> what failed, where, and the cure, without a traceback."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

# What a data test of dbt found, by its own count.
ROWS = "dagster_dbt/failed_row_count"
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


def failed_checks(
    events: Iterable[dg.DagsterEvent], severity: dg.AssetCheckSeverity, *, to_others: bool = False
) -> tuple[str, ...]:
    """Name the checks that did not pass at a severity, with what they found.

    ``to_others`` leaves out the keys of rows, which may be users.
    """
    found = []
    for event in events:
        if event.event_type != dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            continue
        check = event.asset_check_evaluation_data
        if check.passed or check.severity != severity:
            continue
        key = "critical" if severity == dg.AssetCheckSeverity.ERROR else "warnings"
        key = "told" if to_others else key
        details: Any = check.metadata[key].value if key in check.metadata else None
        name = f"{check.check_name} on {check.asset_key.to_user_string()}"
        if ROWS in check.metadata:
            name += f": {check.metadata[ROWS].value}"
        found.append("\n    ".join([name, *map(str, details or ())]))
    return tuple(found)


def problems_of(events: Iterable[dg.DagsterEvent], log: Path) -> tuple[Problem, ...]:
    """Say what stopped a run: border checks first, then models, then everything else."""
    events = list(events)
    problems = [
        Problem(
            f"check {text}",
            where=f"quality/suites/{text.split(' on ')[0].removeprefix('gx_')}.yml",
            cure="mend what it names (`userops quarantine list` shows lines that were set aside)"
            f" and run the same days again; {NOT_PUBLISHED}",
            to_others=f"check {told}",
        )
        for text, told in zip(
            failed_checks(events, dg.AssetCheckSeverity.ERROR),
            failed_checks(events, dg.AssetCheckSeverity.ERROR, to_others=True),
            strict=True,
        )
        if text.startswith("gx_")
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
