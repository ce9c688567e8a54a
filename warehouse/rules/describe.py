"""Rules in effect -> what `userops rules` shows: whose they are, what differs, what is wrong."""

import difflib
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import UserError
from warehouse.rules.catalogue import spec_of
from warehouse.rules.checks import with_defaults
from warehouse.rules.effective import SHIPPED_DIR, canonical, effective_rules, read_rules
from warehouse.rules.table import nearest, read_table
from warehouse.settings import Settings


@dataclass(frozen=True)
class RuleStatus:
    """One rule for the operator: whose it is, its size, what is wrong with it."""

    name: str
    path: Path
    is_own: bool
    rows: int
    faults: tuple[UserError, ...]


def describe_rules(settings: Settings) -> list[RuleStatus]:
    """Describe every rule in effect, sound or not."""
    rules, faults = read_rules(settings)
    statuses = []
    for file in effective_rules(settings):
        table = rules.effective.get(file.name)
        own_faults = tuple(fault for fault in faults if fault.where.startswith(f"{file.path}, "))
        rows = len(table.rows) if table else 0
        statuses.append(RuleStatus(file.name, file.path, file.is_own, rows, own_faults))
    return statuses


def difference(settings: Settings, name: str) -> list[str]:
    """Show what the installation's own file changes, as the lines of a unified diff."""
    files = {file.name: file for file in effective_rules(settings)}
    if name not in files:
        raise UserError(f"there is no rule {name!r}", cure=nearest(name, files))
    if not files[name].is_own:
        return []
    shipped = read_table(SHIPPED_DIR / f"{name}.csv", is_own=False)
    own = with_defaults(read_table(files[name].path, is_own=True), spec_of(name))
    columns = shipped.columns if set(own.columns) == set(shipped.columns) else own.columns
    before = canonical(shipped, shipped.columns).decode().splitlines()
    after = canonical(own, columns).decode().splitlines()
    names = (f"shipped/{name}.csv", f"own/{name}.csv")
    return list(difflib.unified_diff(before, after, *names, lineterm=""))
