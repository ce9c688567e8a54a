"""``seeds/_rules__seeds.yml`` -> what is declared of each rule file, as the checks use it.

The entry of a rule there is all there is to declare: dbt takes types and descriptions from it, and
its ``meta`` says what may stand in a cell, which columns tell rows apart, and what must hold of the
whole file.
"""

from collections.abc import Callable, Mapping
from functools import cache
from inspect import signature
from pathlib import Path
from typing import Any

import yaml

from warehouse.errors import UserError
from warehouse.rules.bands import bands_follow_each_other
from warehouse.rules.checks import Check, Spec
from warehouse.rules.events import events_can_come
from warehouse.rules.health import (
    kpis_are_known,
    kpis_measure_claims,
    targets_lie_beyond_floors,
    tests_have_what_they_need,
)
from warehouse.rules.kinds import kind_of
from warehouse.rules.kpis import units_suit_their_measures, windows_suit_their_measures
from warehouse.rules.parameters import (
    parameters_in_order,
    parameters_suit_their_units,
    parameters_within,
)
from warehouse.rules.partitions import adds_up_to, counts_up, covers, divides, has_at_least
from warehouse.rules.people import patterns_name_people
from warehouse.rules.rates import reporting_currency_has_a_rate
from warehouse.rules.relations import (
    as_shipped,
    asks_for_something,
    ends_after_it_begins,
    has_both,
    names_as_shipped,
    needs,
    none_alike,
    not_above,
    not_beyond,
    refers_to,
    same_within,
    tells_apart,
)
from warehouse.rules.roles import aliases_have_effect, roles_have_effect
from warehouse.rules.stages import every_situation_has_one_stage
from warehouse.rules.strategies import (
    actions_are_contents,
    content_keys_are_actions,
    every_row_can_be_taken,
)
from warehouse.rules.table import nearest
from warehouse.rules.tags import tags_can_be_told
from warehouse.rules.warnings import higher_levels_ask_for_more, signals_have_their_limits

DECLARED = Path(__file__).parents[2] / "dbt_project" / "seeds" / "_rules__seeds.yml"

# What an entry may demand of the whole file: by itself, or with arguments.
PROOFS: Mapping[str, Check] = {
    "actions_are_contents": actions_are_contents,
    "aliases_have_effect": aliases_have_effect,
    "as_shipped": as_shipped,
    "bands_follow_each_other": bands_follow_each_other,
    "content_keys_are_actions": content_keys_are_actions,
    "every_row_can_be_taken": every_row_can_be_taken,
    "every_situation_has_one_stage": every_situation_has_one_stage,
    "higher_levels_ask_for_more": higher_levels_ask_for_more,
    "kpis_are_known": kpis_are_known,
    "kpis_measure_claims": kpis_measure_claims,
    "parameters_suit_their_units": parameters_suit_their_units,
    "patterns_name_people": patterns_name_people,
    "reporting_currency_has_a_rate": reporting_currency_has_a_rate,
    "roles_have_effect": roles_have_effect,
    "signals_have_their_limits": signals_have_their_limits,
    "tags_can_be_told": tags_can_be_told,
    "targets_lie_beyond_floors": targets_lie_beyond_floors,
    "tests_have_what_they_need": tests_have_what_they_need,
    "units_suit_their_measures": units_suit_their_measures,
    "windows_suit_their_measures": windows_suit_their_measures,
}
MAKERS: Mapping[str, Callable[..., Check]] = {
    "adds_up_to": adds_up_to,
    "asks_for_something": asks_for_something,
    "counts_up": counts_up,
    "covers": covers,
    "divides": divides,
    "ends_after_it_begins": ends_after_it_begins,
    "events_can_come": events_can_come,
    "has_at_least": has_at_least,
    "has_both": has_both,
    "names_as_shipped": names_as_shipped,
    "needs": needs,
    "none_alike": none_alike,
    "not_above": not_above,
    "not_beyond": not_beyond,
    "parameters_in_order": parameters_in_order,
    "parameters_within": parameters_within,
    "refers_to": refers_to,
    "same_within": same_within,
    "tells_apart": tells_apart,
}
CHECKS = (*PROOFS, *MAKERS)
CELL_WORDS = tuple(name for name in signature(kind_of).parameters if name != "data_type")


def spec_of(name: str) -> Spec:
    """Return what is declared of a rule; raises UserError for one without an entry."""
    declared = declared_rules()
    if name not in declared:
        cure = "write its entry: columns and their types, keys, what a cell may hold"
        raise UserError(f"the rule {name!r} has no entry", where=str(DECLARED), cure=cure)
    return declared[name]


@cache
def declared_rules() -> Mapping[str, Spec]:
    """Read every entry, once a process."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C: a tenth of the time
    content = yaml.load(DECLARED.read_bytes(), loader)  # noqa: S506
    return {entry["name"]: spec_from(entry) for entry in content["seeds"]}


def spec_from(entry: Mapping[str, Any]) -> Spec:
    """Return what one entry declares; raises UserError where it asks for what is not known."""
    types, meta = entry["config"]["column_types"], entry["config"]["meta"]
    cells = {
        column["name"]: column.get("config", {}).get("meta", {}) for column in entry["columns"]
    }
    if list(cells) != list(types):
        odd = ", ".join(sorted(set(cells) ^ set(types))) or "the same ones in another order"
        raise _wrong(entry, f"columns and column_types differ: {odd}", "name each in both")
    for column, cell in cells.items():
        for word in cell.keys() - set(CELL_WORDS):
            raise _wrong(entry, f"{column}: meta knows no {word!r}", nearest(word, CELL_WORDS))
    for name in map(_name_of, meta.get("checks", ())):
        if name not in CHECKS:
            raise _wrong(entry, f"there is no check {name!r}", nearest(name, CHECKS))
    return Spec(
        columns={column: kind_of(types[column], **cell) for column, cell in cells.items()},
        keys=tuple(tuple(key) for key in meta["keys"]),
        checks=tuple(_check(demand) for demand in meta.get("checks", ())),
        may_be_empty=meta.get("may_be_empty", False),
        stands=meta.get("stands", {}),
    )


def _wrong(entry: Mapping[str, Any], what: str, cure: str) -> UserError:
    return UserError(what, where=f"{DECLARED}, entry {entry['name']}", cure=cure)


def _name_of(demand: str | Mapping[str, Mapping[str, Any]]) -> str:
    return demand if isinstance(demand, str) else next(iter(demand))


def _check(demand: str | Mapping[str, Mapping[str, Any]]) -> Check:
    if isinstance(demand, str):
        return PROOFS[demand]
    [(name, arguments)] = demand.items()
    return MAKERS[name](**arguments)
