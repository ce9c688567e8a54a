"""`alerts`: what somebody has to act on, as it was published."""

import click

from orchestration.commands.console import counted, note, table, verbose_option
from warehouse.configuration import load_settings


@click.command(short_help="Open alerts with evidence and playbook.")
@click.option("--all", "is_all", is_flag=True, help="Also those that are closed.")
@verbose_option
def alerts(*, is_all: bool) -> None:
    """List open alerts, the most urgent first and those of core users before all others.

    Who takes one on adds a row to alert_acknowledgements.csv.
    """
    from warehouse.upkeep.alerts import published_alerts

    found = published_alerts(load_settings())
    shown = [alert for alert in found if is_all or alert.is_open]
    if not shown:
        click.echo("no alert is open")
        return
    rows = [
        [alert.severity, alert.name, alert.place, alert.opened_on, alert.state, alert.evidence]
        for alert in shown
    ]
    click.echo(table(rows, ["severity", "alert", "where", "opened", "state", "evidence"]))
    for alert in shown:
        if alert.is_open and not alert.is_acknowledged:
            click.echo(f"{alert.name}: {alert.playbook}")
    waiting = sum(alert.is_open and not alert.is_acknowledged for alert in shown)
    if waiting:
        note(f"{counted(waiting, 'alert')} nobody has taken on")
