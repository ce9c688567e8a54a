"""KPIs -> the scorecard and the alerts of every day: health (12), and who has to act (14)."""

import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any

from tests.recompute.lifecycle import period_start

if TYPE_CHECKING:
    from tests.recompute.world import World

Row = dict[str, Any]
SEVERITIES = ["critical", "high", "medium", "low"]
DAY = timedelta(days=1)


def six(value: float) -> float:
    """Round half up to six places, as the tables do; Python's own is half to even.

    A half is one also where a float falls short of it by its last digit.
    """
    return math.floor(round(value * 1e6, 3) + 0.5) / 1e6


def health_scorecard(world: "World") -> list[Row]:
    values = {
        (row["as_of_date"], row["kpi"]): row["value"]
        for row in world.kpi_rows
        if row["dimension"] == "all"
    }
    rows = []
    for day in sorted({day for day, _ in values}):
        scores = [(rule, _score(rule, values.get((day, rule["kpi"])))) for rule in _metrics(world)]
        weights = sum(float(rule["weight"]) for rule, _ in scores)
        known = sum(float(rule["weight"]) for rule, score in scores if score is not None)
        for rule, score in scores:
            weight = float(rule["weight"])
            is_known = score is not None
            rows.append(
                {
                    "as_of_date": day,
                    "metric": rule["metric"],
                    "value": values.get((day, rule["kpi"])),
                    "floor": float(rule["floor"]),
                    "target": float(rule["target"]),
                    "weight": weight,
                    "score": six(score) if score is not None else None,
                    "contribution": None if score is None else six(score * weight / known),
                    "coverage": six(weight / weights if is_known else 0.0),
                    "status": "ok" if is_known else "unknown",
                }
            )
        total = sum(float(r["weight"]) * s for r, s in scores if s is not None)
        rows.append(
            {
                "as_of_date": day,
                "metric": "total",
                "value": None,
                "floor": None,
                "target": None,
                "weight": weights,
                "score": six(total / known) if known else None,
                "contribution": six(total / known) if known else None,
                "coverage": six(known / weights),
                "status": "ok" if known else "unknown",
            }
        )
    return rows


def _metrics(world: "World") -> list[dict[str, str]]:
    return world.rules.rows("health_metrics")


def _score(rule: dict[str, str], value: float | None) -> float | None:
    if value is None:
        return None
    floor, target = float(rule["floor"]), float(rule["target"])
    return min(100.0, max(0.0, 100 * (value - floor) / (target - floor)))


def alerts(world: "World") -> list[Row]:
    """Walk each rule through its complete periods: it opens, stays one, and closes."""
    rows = []
    for rule in world.rules.rows("alert_rules"):
        for value, series in _series(world, rule).items():
            current: Row | None = None
            for at in sorted(series):
                verdict = _judge(world, rule, series, at)
                if verdict is None:
                    continue
                end = series[at]["as_of_date"]
                if verdict and current is None:
                    current = {
                        "alert": rule["alert"],
                        "kpi": rule["kpi"],
                        "dimension": rule["dimension"] or "all",
                        "dimension_value": value,
                        "opened_on": end,
                        "severity": rule["severity"],
                        "priority": _priority(rule),
                        "name_en": rule["name_en"] or rule["alert"],
                        "name_zh": rule["name_zh"] or rule["alert"],
                        "playbook": rule["playbook_en"],
                        "playbook_zh": rule["playbook_zh"] or rule["playbook_en"],
                    } | _taken_on(world, rule["alert"], value, end)
                    rows.append(current | {"closed_on": None, "status": "open"})
                if verdict:
                    rows[-1] |= {"last_seen_on": end} | _evidence(world, rule, series, at)
                elif current is not None:
                    rows[-1] |= {"closed_on": end, "status": "closed"}
                    current = None
    return rows


def _priority(rule: dict[str, str]) -> int:
    return (0 if rule["is_core"] == "true" else 10) + SEVERITIES.index(rule["severity"]) + 1


def _taken_on(world: "World", alert: str, value: str, opened_on: date) -> Row:
    """Say since when somebody answers for an alert, and what they say of it."""
    for rule in world.rules.rows("alert_acknowledgements"):
        named = (rule["alert"], rule["dimension_value"] or "all", rule["opened_on"])
        if named == (alert, value, opened_on.isoformat()):
            taken = date.fromisoformat(rule["acknowledged_on"])
            return {"acknowledged_on": taken, "acknowledged_note": rule["note"] or None}
    return {"acknowledged_on": None, "acknowledged_note": None}


def _evidence(world: "World", rule: dict[str, str], series: dict[int, Row], at: int) -> Row:
    """Tell what was seen at the end of a period that meets the rule, and beside what."""
    periods, test = int(rule["periods"]), rule["test"]
    value, limit = _value(series[at]), float(rule["limit_value"] or 0)
    if test in {"pooled_fall", "spike"}:
        newest, base = _windows(rule, series, at)
        if test == "pooled_fall":
            value, limit = _pooled(list(_known(newest))), _pooled(list(_known(base)))
        else:
            limit = _usual(list(_known(base)), limit)
    elif test in {"falls", "falls_in_total"}:
        limit = _value(series.get(at - periods))
    elif test.endswith("benchmark"):
        [limit] = [
            float(row["benchmark"])
            for row in world.rules.rows("benchmarks")
            if row["kpi"] == rule["kpi"]
        ]
    told = f"{rule['kpi']} {value:.4f} on {series[at]['as_of_date']}, compared with {limit:.4f}"
    return {"value": six(value), "compared_with": six(limit), "evidence": told}


def _series(world: "World", rule: dict[str, str]) -> dict[str, dict[int, Row]]:
    """Return the KPI at the end of each complete period, by dimension value."""
    found: dict[str, dict[int, Row]] = defaultdict(dict)
    for row in world.kpi_rows:
        is_wanted = (row["kpi"], row["dimension"]) == (rule["kpi"], rule["dimension"] or "all")
        if not is_wanted or rule["dimension_value"] not in {"", row["dimension_value"]}:
            continue
        day = row["as_of_date"]
        if rule["period"] == "day" or period_start(rule["period"], day + DAY) == day + DAY:
            found[row["dimension_value"]][_number(rule["period"], day)] = row
    return found


def _number(period: str, day: date) -> int:
    if period == "month":
        return day.year * 12 + day.month
    return day.toordinal() // (7 if period == "week" else 1)


def _value(row: Row | None) -> float | None:
    """Return a value that can be compared: a count that lacks days cannot."""
    if row is None or (row["status"] == "partial" and row["denominator"] is None):
        return None
    return None if row["value"] is None else float(row["value"])


def _judge(world: "World", rule: dict[str, str], series: dict[int, Row], at: int) -> bool | None:
    """Say whether the condition holds at the end of a period; None where nobody knows."""
    periods, limit = int(rule["periods"]), float(rule["limit_value"] or 0)
    values = [_value(series.get(at - ago)) for ago in range(periods + 1)]
    test = rule["test"]
    if test in {"pooled_fall", "spike"}:
        return _against_base(world, rule, series, at)
    if test == "falls_in_total":
        if values[0] is None or values[periods] is None:
            return None
        return values[0] < values[periods] * (1 - limit)
    if test == "falls":
        told = [
            None if now is None or before is None else now < before * (1 - limit)
            for now, before in pairwise(values)
        ]
    else:
        if test.endswith("benchmark"):
            given = {row["kpi"]: row["benchmark"] for row in world.rules.rows("benchmarks")}
            if rule["kpi"] not in given:
                return None
            limit = float(given[rule["kpi"]])
        told = [
            None if v is None else v < limit if test.startswith("below") else v > limit
            for v in values[:periods]
        ]
    return False if False in told else None if None in told else True


def _against_base(
    world: "World", rule: dict[str, str], series: dict[int, Row], at: int
) -> bool | None:
    periods, base, limit = (
        int(rule["periods"]),
        int(rule["base_periods"]),
        float(rule["limit_value"]),
    )
    share = float(world.rules.number("alert_known_share") or 0)
    newest, before = _windows(rule, series, at)
    told, told_before = list(_known(newest)), list(_known(before))
    # A period without a row in between is not known; one before the first is before history.
    if (
        at - (periods + base - 1) < min(series)
        or len(told) < share * periods
        or len(told_before) < share * base
    ):
        return None
    if rule["test"] == "spike":
        now = _value(newest[0])
        if now is None:
            return None
        if now < float(rule["least"]):
            return False
        return now > _usual(told_before, limit)
    one, other = (_pooled(rows) for rows in (told, told_before))
    return None if one is None or other is None else one <= other * (1 - limit)


def _windows(
    rule: dict[str, str], series: dict[int, Row], at: int
) -> tuple[list[Row | None], list[Row | None]]:
    """Return the newest periods, and those they are compared with."""
    periods, base = int(rule["periods"]), int(rule["base_periods"])
    found = [series.get(at - ago) for ago in range(periods + base)]
    return found[:periods], found[periods:]


def _usual(rows: list[Row], deviations: float) -> float:
    past = [value for row in rows if (value := _value(row)) is not None]
    return mean(past) + deviations * stdev(past)


def _known(rows: list[Row | None]) -> Iterator[Row]:
    return (row for row in rows if row is not None and _value(row) is not None)


def _pooled(rows: list[Row]) -> float | None:
    under = sum(row["denominator"] for row in rows)
    return sum(row["numerator"] for row in rows) / under if under else None
