"""``kpi_daily`` -> why a ratio moved in a week: other people, or people who do otherwise.

A ratio over all is the mean of its groups' ratios by their shares of the denominator. Between two
weeks each group moves it by (mean share x change of its ratio), what its people did otherwise, and
by (change of its share x how far its mean ratio is from that of all), that there are more or fewer
of them: the exact decomposition in which both weeks count alike (E. M. Kitagawa, 1955).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import numbers
from warehouse.report.kpis import tone_of
from warehouse.report.labels import KPI_DIMENSIONS, Label, label
from warehouse.report.places import place_of, read_places
from warehouse.report.rules import Rules
from warehouse.report.weeks import WEEK, parts_of

# What decides where a user belongs must not be what the ratio counts, as stages of life are.
DIMENSIONS = ("channel", "country", "platform", "tier")
RATIOS = (
    "d7_retention", "d1_retention", "activation_rate", "pay_conversion", "repurchase_rate", "arpu",
    "aov", "share_rate", "complaint_rate", "churn_rate",
)  # fmt: skip
# So far may the groups' sums be from the whole, as a share of it, to stand for it.
TOLERANCE = 1e-6

# (numerator, denominator) of a KPI, dimension and value.
Parts = Mapping[tuple[str, str, str], tuple[float | None, float | None]]
Effects = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Why:
    """A ratio's change as mix and rate by the dimension that tells most, and its largest part."""

    kpi: Label
    change: str
    tone: str
    dimension: Label
    mix: str
    rate: str
    place: Label
    most: str
    is_mix: bool


def read_why(connection: duckdb.DuckDBPyConnection, rules: Rules, monday: date) -> list[Why]:
    """Take apart the ratios that moved, each by the dimension whose one group moved it most."""
    ratios = ", ".join(f"'{kpi}'" for kpi in RATIOS)
    now, before = (
        parts_of(connection, rules, start, f"kpi in ({ratios})")
        for start in (monday, monday - WEEK)
    )
    places = read_places(connection, rules)
    entries = {row["kpi"]: row for row in rules.tables["kpis"]}
    names = rules.names("kpis", "kpi")
    told = []
    for kpi in RATIOS:
        entry = entries.get(kpi)
        split = {of: effects(kpi, of, now, before) for of in DIMENSIONS}
        known = {of: found for of, found in split.items() if found}
        if entry is None or not known:
            continue
        unit = str(entry["unit"])
        dimension = max(known, key=lambda of: (max(map(_size, known[of].values())), of))
        found = known[dimension]
        was = _ratio(before[kpi, "all", "all"])
        place = max(found, key=lambda value: (_size(found[value]), value))
        mix, rate = (sum(effect[side] for effect in found.values()) for side in (0, 1))
        words = _signed(mix + rate, was, unit)
        if words[:1] not in ("+", "−"):
            continue
        of_mix, of_rate = found[place]
        told.append(
            Why(
                kpi=label(names, kpi),
                change=words,
                tone=tone_of(words, str(entry.get("direction") or "")),
                dimension=label(KPI_DIMENSIONS, dimension),
                mix=_signed(mix, was, unit),
                rate=_signed(rate, was, unit),
                place=place_of(places, dimension, place),
                most=_signed(of_mix + of_rate, was, unit),
                is_mix=abs(of_mix) > abs(of_rate),
            )
        )
    return told


def effects(kpi: str, dimension: str, now: Parts, before: Parts) -> Effects:
    """Give (mix, rate) of each value of a dimension; nothing where they do not make up the whole.

    All of them together are the change of the ratio over all.
    """
    weeks = []
    for parts in (before, now):
        groups = {
            value: (over or 0.0, under or 0.0)
            for (of, by, value), (over, under) in parts.items()
            if (of, by) == (kpi, dimension)
        }
        whole = parts.get((kpi, "all", "all"), (None, None))
        if not _make_up(whole, list(groups.values())):
            return {}
        weeks.append((groups, whole[1] or 1.0, _ratio(whole)))
    (was, under_was, all_was), (came, under_came, all_came) = weeks
    middle = (all_was + all_came) / 2
    found = {}
    for value in was.keys() | came.keys():
        old, new = was.get(value, (0.0, 0.0)), came.get(value, (0.0, 0.0))
        share_old, share_new = old[1] / under_was, new[1] / under_came
        # A group that is only in one of the weeks did in the other what it did in that one.
        rate_new = _ratio(new) if new[1] else _ratio(old)
        rate_old = _ratio(old) if old[1] else rate_new
        mix = (share_new - share_old) * ((rate_new + rate_old) / 2 - middle)
        found[value] = (mix, (share_new + share_old) / 2 * (rate_new - rate_old))
    return found


def _make_up(whole: tuple[float | None, float | None], groups: list[tuple[float, float]]) -> bool:
    if not whole[1] or whole[0] is None or not groups:
        return False
    return all(
        abs(sum(group[side] for group in groups) - total) <= TOLERANCE * max(abs(total), 1)
        for side, total in enumerate((whole[0], whole[1]))
    )


def _ratio(parts: tuple[float | None, float | None]) -> float:
    return (parts[0] or 0.0) / parts[1] if parts[1] else 0.0


def _size(effect: tuple[float, float]) -> float:
    return abs(sum(effect))


def _signed(change: float, was: float, unit: str) -> str:
    """Write points of a share, else the part of what the ratio was the week before."""
    if unit == "share":
        return numbers.signed(change * 100, unit)
    return numbers.signed(change / abs(was), unit) if was else numbers.MISSING
