"""What others say they reached beside what is measured on the newest day."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.recompute.care import first_order_days, sells, streaks
from tests.recompute.health import six
from tests.recompute.incidents import incidents

if TYPE_CHECKING:
    from tests.recompute.world import World


def claims(world: "World") -> list[dict[str, Any]]:
    values = {
        row["kpi"]: row["value"]
        for row in world.kpi_rows
        if row["as_of_date"] == world.as_of and row["dimension"] == "all"
    }
    others = {row["kpi"]: float(row["benchmark"]) for row in world.rules.rows("benchmarks")}
    elsewhere = {"first_orders": _first_orders(world), "incident_churn": _incident_churn(world)}
    rows = []
    for rule in world.rules.rows("claim_rules"):
        measured = elsewhere.get(rule["measured_by"])
        if rule["kpi"]:
            measured = values.get(rule["kpi"])
        if rule["measured_by"] == "benchmark":
            other = others.get(rule["kpi"])
            measured = measured / other - 1 if measured is not None and other else None
        rows.append(
            {
                "claim": rule["claim"],
                "source_id": rule["source_id"],
                "claimed": float(rule["claimed"]),
                "measured": None
                if measured is None
                else six(float(measured) / float(rule["divide_by"])),
                "unit": rule["unit"],
                "status": "unknown" if measured is None else "ok",
                "as_of_date": world.as_of,
            }
        )
    return rows


def _first_orders(world: "World") -> float | None:
    least = next(r for r in world.rules.rows("care_rules") if r["list"] == "high_potential")
    month = timedelta(first_order_days(world))
    settled = [
        (at, first)
        for _, at, first, _ in streaks(world, int(least["min_login_days"]))
        if at + month <= world.as_of
    ]
    in_time = sum(first is not None and first - at <= month for at, first in settled)
    return in_time / len(settled) if settled and sells(world) else None


def _incident_churn(world: "World") -> float | None:
    known = [row for row in incidents(world) if row["churn_affected"] is not None]
    users = sum(row["affected_before"] for row in known)
    return (
        sum(row["churn_affected"] * row["affected_before"] for row in known) / users
        if users
        else None
    )
