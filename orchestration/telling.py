"""What people have to know -> the webhook: a failed run with its cure, a new alert once."""

import re
from collections.abc import Callable, Sequence

import dagster as dg

from orchestration.failures import Problem, problems_of
from orchestration.history import days_said
from orchestration.webhook import post
from warehouse.settings import Settings
from warehouse.upkeep.alerts import Published, published_alerts, remember_told, untold

# Who tells of a run. The command line says so when its run begins; of others, whoever comes first.
TOLD_BY = "userops/told_by"
COMMAND_LINE = "userops run"
SAID = 3
# An e-mail address or a phone number, wherever a message came by it; dates and run ids are none.
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+\d[\d -]{7,}\d|(?<![\d-])\d{11,}(?!\d)")


def tell_of(
    settings: Settings,
    instance: dg.DagsterInstance,
    run_id: str,
    warn: Callable[[str], None],
) -> None:
    """Tell of a failed run in the history, unless somebody has told or is about to."""
    run = instance.get_run_by_id(run_id)
    if run is None or TOLD_BY in run.tags:
        return
    instance.add_run_tags(run_id, {TOLD_BY: "webhook"})
    events = [entry.dagster_event for entry in instance.all_logs(run_id)]
    problems = problems_of([event for event in events if event], settings.build_dir / "logs")
    tell(settings, days_said(run), problems, warn, run_id=run_id)


def tell(
    settings: Settings,
    days: str,
    problems: Sequence[Problem],
    warn: Callable[[str], None],
    *,
    run_id: str = "",
) -> None:
    """Post what failed; ``warn`` hears of a webhook that did not take it."""
    if not settings.webhook_url:
        return
    if trouble := post(settings, message(days, problems, run_id)):
        warn(trouble)


def tell_of_alerts(settings: Settings, warn: Callable[[str], None]) -> None:
    """Post the alerts that opened since the last time, in one message.

    Written down after the chat took it: a crash between the two says it twice, never not at all.
    """
    if not settings.webhook_url:
        return
    new = untold(settings, published_alerts(settings))
    if not new:
        return
    if trouble := post(settings, _alert_message(new)):
        warn(trouble)
    else:
        remember_told(settings, new)


def _alert_message(alerts: Sequence[Published]) -> str:
    lines = []
    for alert in alerts:
        at = f" ({alert.place})" if alert.place else ""
        lines += [
            f"userops: {alert.severity} alert since {alert.opened_on}: {alert.name}{at}"
            f" {alert.name_zh}",
            f"seen: {alert.evidence}",
            f"do: {alert.playbook}",
        ]
    return _masked(lines)


def message(days: str, problems: Sequence[Problem], run_id: str = "") -> str:
    """Write the message: whatever the problem names of people stays in the house."""
    of_run = f" (run {run_id[:8]})" if run_id else ""
    lines = [f"userops: the run of {days or 'no day'} failed{of_run}"]
    for problem in problems[:SAID]:
        lines.append(f"cause: {problem.to_others or problem.what}")
        lines += [f"cure: {problem.cure}"] if problem.cure else []
    if more := len(problems) - SAID:
        lines += [f"and {more} more: `userops status`"] if more > 0 else []
    return _masked(lines)


def _masked(lines: Sequence[str]) -> str:
    return ADDRESS.sub("(...)", "\n".join(lines))
