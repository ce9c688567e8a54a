"""Orders -> fits of every kept day, and what they expect of each buyer (section 5).

What a search ends at is equal to so many digits only. So a fit that the lake holds is taken at its
word where an own search ends beside it, and what follows from it is equal to the cent.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import fmean
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from tests.recompute.likelihoods import (
    History,
    discounted,
    expected_orders,
    expected_spend,
    likelihood,
    p_alive,
    related,
    spend_likelihood,
    summit,
)
from tests.recompute.money import ZERO, in_minor_units
from tests.recompute.value import rfm_of, snapshot_days

if TYPE_CHECKING:
    from tests.recompute.world import World

FITTED = (
    *("r", "alpha", "a", "b", "p", "q", "v", "log_likelihood", "spend_log_likelihood"),
    *("correlation", "converged", "holdout_expected", "holdout_actual"),
)
PREDICTED = (
    "p_alive",
    "expected_orders_30d",
    "expected_orders_90d",
    "expected_orders_365d",
    "expected_spend",
    "clv_365d",
)
# What a search ends at, and the share by which two of them may end apart.
SEARCHED = (*FITTED[:7], "holdout_expected")
BESIDE = 1e-3


@dataclass(frozen=True)
class Valuation:
    """What is known of the buyers of a day, and what is expected of them; None without a fit."""

    buyers: Mapping[str, dict[str, Any]]
    fit: Mapping[str, Any]
    predictions: Mapping[str, dict[str, Any]]


def purchases(world: "World", day: date) -> dict[str, dict[str, Any]]:
    """Return x, t_x, T and spend of each buyer as of a day, in days with an order that stands."""
    found = {}
    for user, orders in world.orders_of.items():
        totals: dict[date, list[Decimal]] = {}
        for order in orders:
            if order.stands(day):
                known = totals.setdefault(order.day, [])
                known += [] if order.amount is None else [order.net(day)]
        if not totals:
            continue
        first, *others = sorted(totals)
        spent = [sum(totals[at], ZERO) for at in others if totals[at]]
        found[user] = {
            "x": len(others),
            "t_x": (max(totals) - first).days,
            "age_days": (day - first).days,
            "spend": float(Fraction(sum(spent, ZERO)) / len(spent)) if spent else None,
            "days": [first, *others],
        }
    return found


def valuations(world: "World") -> dict[date, Valuation]:
    """Value the buyers of every Sunday, and of the newest day."""
    return {day: _valuation(world, day) for day in snapshot_days(world)}


def _valuation(world: "World", day: date) -> Valuation:
    buyers = purchases(world, day)
    nothing = Valuation(buyers, dict.fromkeys(FITTED), {})
    least, young = (world.rules.number(f"clv_min_{name}") or ZERO for name in ("buyers", "days"))
    if len(buyers) < least or max((row["age_days"] for row in buyers.values()), default=0) < young:
        return nothing
    fit = _as_told(_fitted(world, day, buyers), _told(world, day))
    return Valuation(buyers, fit, _predictions(world, day, buyers, fit) if fit["converged"] else {})


def _fitted(world: "World", day: date, buyers: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Search both summits, and try the first of them on days it has not seen."""
    histories = [(row["x"], row["t_x"], row["age_days"]) for row in buyers.values()]
    spends = [(row["x"], row["spend"]) for row in buyers.values() if row["x"] and row["spend"]]
    start = (0.5, max(age for *_, age in histories) / 10, 0.5, 1.5)
    buying = summit(lambda model: likelihood(model, histories), start)
    start = (6.0, 4.0, 0.4 * fmean(mean for _, mean in spends))
    spending = summit(lambda model: spend_likelihood(model, spends), start)
    found = dict(zip(FITTED, [*(buying or [None] * 4), *(spending or [None] * 3)], strict=False))
    return found | {
        "log_likelihood": buying and likelihood(buying, histories),
        "spend_log_likelihood": spending and spend_likelihood(spending, spends),
        "correlation": related(spends),
        "converged": bool(buying and spending),
        **_held_out(world, day, buyers),
    }


def _held_out(world: "World", day: date, buyers: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    length = int(world.rules.number("clv_holdout_days") or 0)
    until = day - timedelta(days=length)
    is_tried = day.isoweekday() == 7 and (day + timedelta(days=7)).month != day.month
    nothing = {"holdout_expected": None, "holdout_actual": None}
    if not is_tried or max(row["age_days"] for row in buyers.values()) < 2 * length:
        return nothing
    early = [[at for at in row["days"] if at <= until] for row in buyers.values()]
    histories: list[History] = [
        (len(days) - 1, (days[-1] - days[0]).days, (until - days[0]).days) for days in early if days
    ]
    start = (0.5, max(age for *_, age in histories) / 10, 0.5, 1.5)
    model = summit(lambda model: likelihood(model, histories), start)
    if model is None:
        return nothing
    r, alpha, a, b = model
    return {
        "holdout_expected": sum(expected_orders((r, alpha, a, b), h, length) for h in histories),
        "holdout_actual": sum(
            at > until for row in buyers.values() if row["days"][0] <= until for at in row["days"]
        ),
    }


def _told(world: "World", day: date) -> Mapping[str, Any]:
    path = world.rules.home / "lake" / "clv_fits" / f"as_of={day}" / "part.parquet"
    return pq.ParquetFile(path).read().to_pylist()[0] if path.exists() else {}


def _as_told(own: dict[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the lake says where an own search ended beside it, else what that found."""
    if not own["converged"] and told.get("converged") is False:
        return {name: told[name] for name in FITTED}
    return own | {
        name: told[name]
        for name in SEARCHED
        if None not in (own[name], told.get(name))
        and math.isclose(own[name], told[name], rel_tol=BESIDE)
    }


def _predictions(
    world: "World", day: date, buyers: Mapping[str, dict[str, Any]], fit: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    r, alpha, a, b, p, q, v = (fit[name] for name in SEARCHED[:7])
    model, discount = (r, alpha, a, b), float(world.rules.number("clv_monthly_discount") or 0)
    segments = {row["user_id"]: row["rfm_segment"] for row in rfm_of(world, day)}
    known = [(segments.get(u, "none"), row["spend"]) for u, row in buyers.items() if row["spend"]]
    found = {}
    for user, row in buyers.items():
        history = (row["x"], row["t_x"], row["age_days"])
        own = segments.get(user, "none")
        alike = [mean for segment, mean in known if segment == own]
        spend = (
            expected_spend((p, q, v), row["x"], row["spend"])
            if q > 1
            else fmean(alike or [mean for _, mean in known])
        )

        def orders(days: float, history: History = history) -> float:
            return expected_orders(model, history, days)

        found[user] = {
            "p_alive": p_alive(model, history),
            **{f"expected_orders_{days}d": orders(days) for days in (30, 90, 365)},
            "expected_spend": in_minor_units(world.rules, Decimal(spend)),
            "clv_365d": in_minor_units(world.rules, Decimal(spend * discounted(orders, discount))),
        }
    return found
