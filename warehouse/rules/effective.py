"""Shipped and own rule files -> the folder a run uses: proved sound, whole or not at all."""

import csv
import io
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import UserError
from warehouse.rules.catalogue import spec_of
from warehouse.rules.checks import (
    Rules,
    cell_faults,
    column_faults,
    key_faults,
    with_defaults,
    with_standing,
)
from warehouse.rules.kinds import BOOLEAN
from warehouse.rules.table import Table, nearest, read_table
from warehouse.settings import Settings
from warehouse.storage.files import replace_folder

SHIPPED_DIR = Path(__file__).parents[2] / "dbt_project" / "seeds" / "rules"
NOT_CSV = frozenset({".xlsx", ".xls", ".ods", ".numbers", ".tsv", ".csv"})


@dataclass(frozen=True)
class RuleFile:
    """The file in effect for one rule."""

    name: str
    path: Path
    is_own: bool


def effective_rules(settings: Settings) -> list[RuleFile]:
    """List every rule with its file: the installation's own one, else the shipped one.

    Raises UserError for an own file that takes the place of nothing.
    """
    shipped = {path.stem: path for path in sorted(SHIPPED_DIR.glob("*.csv"))}
    own = _own_files(settings.rules_dir, list(shipped))
    return [RuleFile(name, own.get(name, path), name in own) for name, path in shipped.items()]


def rule_in_effect(settings: Settings, name: str) -> Table:
    """Read one rule as the models have it; `prepare_rules` has proved it."""
    [file] = [file for file in effective_rules(settings) if file.name == name]
    table = read_table(file.path, is_own=file.is_own)
    shipped = read_table(SHIPPED_DIR / file.path.name, is_own=False) if file.is_own else table
    return _in_effect(table, shipped)


def values_in_effect(settings: Settings, name: str) -> list[str]:
    """Return the values of one column of a rule, named ``file.column``, each once."""
    file, _, column = name.partition(".")
    return list(dict.fromkeys(row[column] for row in rule_in_effect(settings, file).rows))


def prepare_rules(settings: Settings) -> Path:
    """Check every rule in effect, then bring ``effective_rules_dir`` up to date.

    Raises UserError for the first fault, before anything is written. Unchanged files keep their
    times, so that dbt need not parse again. Call it while holding the build database's turn.
    """
    rules, faults = read_rules(settings)
    if faults:
        raise _first_of(faults)
    wanted: dict[str, bytes] = {}
    for name, table in rules.effective.items():
        columns = rules.shipped[name].columns
        wanted[f"{name}.csv"] = (
            canonical(table, columns) if table.is_own else table.path.read_bytes()
        )
    target = settings.effective_rules_dir
    # What a killed run left beside the folder would be a second seed of the same name to dbt.
    is_littered = any(target.parent.glob(f".{target.name}.*"))
    if is_littered or _content(target) != wanted:
        replace_folder(target, lambda folder: _fill(folder, wanted, target))
    return target


def _own_files(folder: Path, known: list[str]) -> dict[str, Path]:
    own: dict[str, Path] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith("."):
            continue
        if path.suffix == ".csv":
            if path.stem not in known:
                what, cure = f"there is no rule {path.stem!r}", nearest(path.stem, known)
                raise UserError(what, where=f"{path}, line 1", cure=cure)
            own[path.stem] = path
        elif path.suffix.lower() in NOT_CSV and path.stem.lower() in known:
            # Left alone it would look like a rule in effect.
            what, cure = f"{path.name} is not a rule file", f"save it as {path.stem.lower()}.csv"
            raise UserError(what, where=f"{path}, line 1", cure=cure)
    return own


def read_rules(settings: Settings) -> tuple[Rules, list[UserError]]:
    """Read and check every rule; what cannot be read is missing from the effective tables."""
    shipped = {p.stem: read_table(p, is_own=False) for p in sorted(SHIPPED_DIR.glob("*.csv"))}
    effective: dict[str, Table] = {}
    faults: list[UserError] = []
    for file in effective_rules(settings):
        try:
            table = read_table(file.path, is_own=True) if file.is_own else shipped[file.name]
        except UserError as error:
            # One file cannot hide the faults of the others.
            faults.append(error)
            continue
        effective[file.name] = _in_effect(table, shipped[file.name])
        faults.extend(_faults_alone(table))
    rules = Rules(effective, shipped, settings.currency)
    if not faults:
        # Own files first: of two files that contradict each other, the edited one is named.
        for table in sorted(effective.values(), key=lambda table: not table.is_own):
            checks = spec_of(table.name).checks
            faults.extend(fault for check in checks for fault in check(table, rules))
    return rules, faults


def _in_effect(table: Table, shipped: Table) -> Table:
    spec = spec_of(table.name)
    is_whole = all(column in table.columns for column in spec.stands)
    return with_defaults(with_standing(table, spec, shipped) if is_whole else table, spec)


def _faults_alone(table: Table) -> list[UserError]:
    spec = spec_of(table.name)
    faults = list(column_faults(table, spec, tuple(spec.columns)))
    return faults or [*cell_faults(table, spec), *key_faults(table, spec)]


def _first_of(faults: list[UserError]) -> UserError:
    first, *others = faults
    if not others:
        return first
    cure = f"{first.cure} (`userops rules` shows {len(others)} more)"
    return UserError(first.what, where=first.where, cure=cure)


def canonical(table: Table, columns: tuple[str, ...]) -> bytes:
    """Write a table the one way dbt reads on every engine: UTF-8, shipped order, no blank lines."""
    kinds = spec_of(table.name).columns
    booleans = {column for column, kind in kinds.items() if kind.wants == BOOLEAN.wants}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in table.rows:
        writer.writerow([row[c].lower() if c in booleans else row[c] for c in columns])
    return text.getvalue().encode()


def _content(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _fill(folder: Path, wanted: Mapping[str, bytes], current: Path) -> None:
    present = _content(current)
    for name, content in wanted.items():
        if present.get(name) == content:
            shutil.copy2(current / name, folder / name)
        else:
            (folder / name).write_bytes(content)
