"""Users, days, seed -> a landing folder and rules of a made-up shop, never mixed with real data."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from warehouse.errors import UserError
from warehouse.landing.days import landed_days
from warehouse.settings import Settings
from warehouse.simulate.rules import write_rules
from warehouse.simulate.run import FIRST_DAY, simulate
from warehouse.simulate.truths import TRUTHS
from warehouse.simulate.window import Window
from warehouse.storage.files import write_text_atomically
from warehouse.upkeep.status import today

MARK = "demo.json"


def prepare_demo(
    settings: Settings,
    *,
    users: int,
    days: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[date, date]:
    """Simulate into landing, unless the same demo lies there; returns its first and last day.

    Raises UserError where landing holds anything else, or the demo would end in the future.
    """
    first, last = FIRST_DAY, FIRST_DAY + timedelta(days=days - 1)
    if last > today(settings):
        longest = (today(settings) - FIRST_DAY).days + 1
        raise UserError(
            f"a demo of {days} days would end in the future, on {last}",
            cure=f"give --days {longest} or less",
        )
    root = settings.landing_root
    if not isinstance(root, Path):
        raise UserError(
            "a demo is made in a folder, not in a store",
            where=str(root),
            cure="choose another place: USEROPS_LANDING=/tmp/landing userops demo",
        )
    mark = root / MARK
    wanted = {"users": users, "days": days, "seed": seed, "first_day": first.isoformat()}
    found = json.loads(mark.read_text()) if mark.is_file() else {}
    landed = landed_days(settings)
    is_demo = {key: found.get(key) for key in wanted} == wanted
    strangers = [day for day in landed if not first <= day <= last]
    if (landed and not is_demo) or strangers:
        raise UserError(
            "landing holds other data: a demo is never mixed with it",
            where=str(root),
            cure="choose another place: USEROPS_HOME=/tmp/demo userops demo",
        )
    if not found.get("complete"):
        for complete in (False, True):
            if complete:
                simulate(root, users=users, days=days, seed=seed, start=first, progress=progress)
                write_rules(settings.rules_dir, TRUTHS, Window(first, days))
            text = json.dumps(wanted | {"complete": complete}) + "\n"
            write_text_atomically(mark, text)
    return first, last
