"""What happened -> a row for each KPI, day and kind of user, and whether it can be told."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.recompute.kpis.catalogue import KPIS, Kpi
from tests.recompute.kpis.day import Day
from tests.recompute.kpis.facts import Facts

if TYPE_CHECKING:
    from tests.recompute.world import World

EVERYBODY = ("all", "all")


def _needed(kpi: Kpi, day: Day) -> list[date]:
    """Return the days a KPI looks at, the first of them first."""
    if kpi.reach == "ends":
        return [day.back(kpi.days), day.day]
    if kpi.reach == "months":
        first, _, following = day.months()
        return [first + timedelta(days=n) for n in range((following - first).days)]
    wait = int(day.world.rules.number("activation_days", "7") or 0) if kpi.reach == "settled" else 0
    return [day.back(back) for back in reversed(range(kpi.days + wait))]


def status_of(kpi: Kpi, day: Day) -> str:
    """Say whether a KPI can be told on a day: ok, partial, unknown or insufficient_history."""
    firsts = [day.facts.first_of.get(name) for name in kpi.tracked.split()]
    if any(first is None or first > day.day for first in firsts):
        return "unknown"
    needed = _needed(kpi, day)
    if needed[0] < day.world.first_day:
        return "insufficient_history"
    known = day.facts.spent if "spend" in kpi.tracked else day.facts.landed
    landed = [at in known for at in needed]
    if all(landed):
        return "ok"
    return "partial" if any(landed) and kpi.reach not in {"whole", "ends"} else "unknown"


def kpi_daily(world: "World") -> list[dict[str, Any]]:
    facts = Facts(world)
    catalogue = {row["kpi"]: row for row in world.rules.rows("kpis") if row["kpi"] in KPIS}
    rows: dict[tuple[date, str, str, str], dict[str, Any]] = {}
    for at in world.days():
        day = Day(world, at, facts)
        split = {name: _split(KPIS[name], day) for name in catalogue}
        places = dict.fromkeys(place for sums in split.values() for place in sums)
        steps = _funnel_steps(day)
        split["funnel_conversion"] |= steps
        for name, rule in catalogue.items():
            kpi, status = KPIS[name], status_of(KPIS[name], day)
            own = steps if name == "funnel_conversion" else ()
            for dimension, value in [*places, *own] if kpi.has_dimensions else [EVERYBODY]:
                over, under = split[name].get((dimension, value), (0, 0 if kpi.under else None))
                is_told = dimension != "funnel_step" or _is_known(day, value)
                row = _row(kpi, status if is_told else "unknown", over, under, rule)
                key = (at, name, dimension, value)
                rows[key] = (
                    dict(
                        zip(("as_of_date", "kpi", "dimension", "dimension_value"), key, strict=True)
                    )
                    | row
                )
    for (at, name, dimension, value), row in rows.items():

        def before(
            days: int, key: tuple[Any, ...] = (name, dimension, value), at: date = at
        ) -> Any:
            return rows.get((at - timedelta(days=days), *key), {}).get("value")

        row["previous_day"], row["week_before"] = before(1), before(7)
        told = [v for v in (before(days) for days in range(28)) if v is not None]
        row["mean_28d"] = sum(told) / len(told) if told else None
    return list(rows.values())


def _split(kpi: Kpi, day: Day) -> dict[tuple[str, str], tuple[Any, Any]]:
    """Sum up both amounts for everybody, and for everybody of each kind."""
    parts = [kpi.over(day), kpi.under(day) if kpi.under else {}]
    sums: dict[tuple[str, str], list[Any]] = {EVERYBODY: [0, 0]}
    for user, first in day.facts.came.items():
        if first <= day.day:
            for place in day.whose(user).items():
                sums.setdefault(place, [0, 0])
    for number, amounts in enumerate(parts):
        for user, amount in amounts.items():
            for place in [EVERYBODY, *day.whose(user).items()] if amount else []:
                sums.setdefault(place, [0, 0])[number] += amount
    return {place: (over, under if kpi.under else None) for place, (over, under) in sums.items()}


def _funnel_steps(day: Day) -> dict[tuple[str, str], tuple[Any, Any]]:
    """Count who got to each step, beside who entered its funnel."""
    found: dict[tuple[str, str], tuple[Any, Any]] = {}
    for funnel, steps in day.facts.steps.items():
        entered = sum(day.funnel(lambda _: 1, funnel).values())
        for step in range(1, steps + 1) if entered else ():
            got = sum(day.funnel(lambda _, step=step: step, funnel).values())  # type: ignore[misc]
            found["funnel_step", f"{funnel}/{step}"] = (got, entered)
    return found


def _is_known(day: Day, step: str) -> bool:
    funnel, number = step.split("/")
    return int(number) <= day.known_steps(funnel)


def _row(kpi: Kpi, status: str, over: Any, under: Any, rule: dict[str, str]) -> dict[str, Any]:
    target = float(rule["target"]) if rule["target"] else None
    row = {
        "value": None,
        "numerator": None,
        "denominator": None,
        "target": target,
        "status": status,
    }
    if status in {"unknown", "insufficient_history"}:
        return row
    row |= {
        "numerator": float(over) * kpi.scale,
        "denominator": None if under is None else float(under),
    }
    if under == 0:
        return row | {"status": "unknown"}
    value = row["value"] = float(over) * kpi.scale / (1 if under is None else float(under))
    if status == "ok":
        is_up = rule["direction"] == "up"
        if target is None:
            row["status"] = "no_target"
        elif value < target and is_up:
            row["status"] = "below"
        elif value > target and not is_up:
            row["status"] = "above"
    return row
