"""What the definitions say beside what the tables hold: the rows and values that differ."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.recompute import (
    activity,
    care,
    catalogue,
    claims,
    core,
    drawn,
    files,
    funnels,
    growth,
    health,
    incentives,
    incidents,
    lifecycle,
    money,
    paths,
    people,
    portraits,
    recall,
    retention,
    segments,
    spending,
    tags,
    users,
    value,
    worth,
)
from tests.recompute.world import World

Row = dict[str, Any]
Table = Callable[[World], list[Row]]

# What is recomputed, and the columns that tell its rows apart.
TABLES: dict[str, tuple[Table, tuple[str, ...]]] = {
    "load_ledger": (files.load_ledger, ("load_date", "source_file")),
    "identity_exceptions": (files.identity_exceptions, ("kind",)),
    "event_names": (files.event_names, ("event",)),
    "fct_user_days": (money.fct_user_days, ("user_id", "event_date")),
    "fct_sessions": (activity.fct_sessions, ("user_id", "started_at")),
    "fct_orders": (money.fct_orders, ("order_id",)),
    "fct_refunds": (money.fct_refunds, ("order_id", "refunded_at", "user_id")),
    "dim_users": (users.dim_users, ("user_id",)),
    "user_lifecycle": (lifecycle.user_lifecycle, ("user_id", "valid_from")),
    "lifecycle_periods": (lifecycle.lifecycle_periods, ("basis", "period", "period_start")),
    "rfm_scores": (value.rfm_scores, ("as_of_date", "user_id")),
    "cohort_retention": (
        retention.cohort_retention,
        (
            "cohort_by",
            "period",
            "clock",
            "cohort_start",
            "period_number",
            "kind",
            "bracket",
            "dimension",
            "dimension_value",
        ),
    ),
    "retention_curves": (retention.retention_curves, retention.CURVE),
    "incentive_retention": (
        drawn.incentive_retention,
        ("incentive", "reward", "phase", "period_number"),
    ),
    "feature_adoption": (drawn.feature_adoption, ("feature", "release", "phase")),
    "load_time_exits": (drawn.load_time_exits, ("band",)),
    "user_anomalies": (drawn.user_anomalies, ("as_of_date", "user_id", "kind")),
    "funnel_steps": (funnels.funnel_steps, ("funnel", "as_of_date", "step")),
    "churn_warnings": (recall.churn_warnings, ("as_of_date", "user_id")),
    "recall_candidates": (recall.recall_candidates, ("as_of_date", "user_id")),
    "recall_list": (recall.recall_list, ("as_of_date", "user_id")),
    "recall_exclusions": (recall.recall_exclusions, ("as_of_date", "user_id")),
    "kpi_daily": (
        lambda world: world.kpi_rows,
        ("as_of_date", "kpi", "dimension", "dimension_value"),
    ),
    "health_scorecard": (health.health_scorecard, ("as_of_date", "metric")),
    "alerts": (health.alerts, ("alert", "dimension_value", "opened_on")),
    "claims": (claims.claims, ("claim",)),
    "path_transitions": (paths.path_transitions, ("outcome", "from_event", "to_event")),
    "last_acts": (paths.last_acts, ("outcome", "kind", "position", "event")),
    "stage_flows": (paths.stage_flows, ("week_start", "from_stage", "to_stage")),
    "user_stages": (paths.user_stages, ("user_id",)),
    "activity_heatmap": (paths.activity_heatmap, ("kind", "row", "column")),
    "clv_fits": (worth.clv_fits, ("as_of_date",)),
    "clv_predictions": (worth.clv_predictions, ("as_of_date", "user_id")),
    "value_scores": (worth.value_scores, ("as_of_date", "user_id")),
    "user_referrals": (worth.user_referrals, ("user_id",)),
    "contributors": (growth.contributors, ("as_of_date", "user_id")),
    "aarrr_daily": (growth.aarrr_daily, ("event_date", "stage", "channel")),
    "aarrr_cohorts": (growth.aarrr_cohorts, ("cohort_week", "stage", "channel")),
    "channel_economics": (spending.channel_economics, ("month", "channel")),
    "dim_acquisition_channels": (spending.dim_acquisition_channels, ("code",)),
    "product_phases": (growth.product_phases, ("phase", "valid_from")),
    "incidents": (incidents.incidents, ("incident_id",)),
    "incident_duties": (incidents.incident_duties, ("incident_id", "duty")),
    "incident_users": (incidents.incident_users, ("incident_id", "user_id")),
    "care_lists": (care.care_lists, ("as_of_date", "list", "user_id")),
    "core_users": (core.core_users, ("user_id", "rule_set", "valid_from")),
    "core_thresholds": (core.core_thresholds, ("as_of_date", "threshold_set", "phase")),
    "potential_scores": (core.potential_scores, ("as_of_date", "user_id")),
    "suggestions": (people.suggestions, ("suggestion_id",)),
    "feedback_monthly": (people.feedback_monthly, ("month", "kind")),
    "points_ledger": (incentives.points_ledger, ("entry_id",)),
    "points_balances": (incentives.points_balances, ("as_of_date", "user_id")),
    "growth_levels": (incentives.growth_levels, ("as_of_date", "user_id")),
    "benefit_balances": (incentives.benefit_balances, ("as_of_date", "user_id", "benefit")),
    "incentive_dependence": (incentives.incentive_dependence, ("tier",)),
    "programme_balance": (incentives.programme_balance, ("month",)),
    "points_months": (incentives.points_months, ("month",)),
    "tag_history": (lambda world: world.tag_history, ("user_id", "tag", "valid_from")),
    "user_tags": (tags.user_tags, ("user_id", "tag")),
    "user_portraits": (portraits.user_portraits, ("user_id",)),
    "user_layers": (segments.user_layers, ("user_id",)),
    "demographic_segments": (
        segments.demographic_segments,
        ("demographic", "demographic_value", "behaviour_class"),
    ),
    "segment_modes": (segments.segment_modes, ("dimension", "segment")),
    "item_pairs": (segments.item_pairs, ("kind", "item", "other_item")),
    "tier_history": (tags.tier_history, ("user_id", "valid_from")),
    "tier_migration": (value.tier_migration, ("as_of_date", "from_tier", "to_tier")),
    "dim_dates": (catalogue.dim_dates, ("date",)),
    "dim_contact_channels": (catalogue.dim_contact_channels, ("code",)),
    "dim_segments": (catalogue.dim_segments, ("code",)),
    "dim_tiers": (catalogue.dim_tiers, ("code",)),
    "dim_stages": (catalogue.dim_stages, ("code",)),
    "dim_names": (catalogue.dim_names, ("kind", "code")),
    "metric_catalogue": (catalogue.metric_catalogue, ("kpi",)),
}


@dataclass
class Difference:
    """One table: how many rows there are, and each that is not as it should be."""

    table: str
    rows: int
    columns: list[str] = field(default_factory=list)
    absent_columns: list[str] = field(default_factory=list)
    unread_columns: list[str] = field(default_factory=list)
    differing: list[tuple[tuple[Any, ...], dict[str, tuple[Any, Any]]]] = field(
        default_factory=list
    )

    @property
    def is_equal(self) -> bool:
        return not (self.differing or self.absent_columns or self.unread_columns)

    def text(self, most: int = 5) -> str:
        """Tell it with the first few keys, the expected value before the seen."""
        lines = [f"{self.table:20} {self.rows:7} rows {len(self.differing):6} differ"]
        if self.absent_columns:
            lines.append(f"    not in the table: {', '.join(self.absent_columns)}")
        if self.unread_columns:
            lines.append(f"    not recomputed: {', '.join(self.unread_columns)}")
        counts = Counter(column for _, found in self.differing for column in found)
        if counts:
            lines.append("    " + ", ".join(f"{name} {n}" for name, n in counts.most_common()))
        for key, found in sorted(self.differing, key=_rarest(counts))[:most]:
            told = ", ".join(f"{c}: {_show(e)} / {_show(s)}" for c, (e, s) in found.items())
            lines.append(f"    {' '.join(map(_show, key))}: {told}")
        return "\n".join(lines)


def read_table(database: Path, table: str) -> tuple[list[str], list[Row]] | None:
    """Return columns and rows of a mart; None where there is no such table."""
    with duckdb.connect(str(database), read_only=True) as connection:
        known = connection.execute(
            "select 1 from information_schema.tables"
            " where table_schema = 'marts' and table_name = ?",
            [table],
        ).fetchone()
        if not known:
            return None
        result = connection.execute(f'select * from marts."{table}"')
        columns = [column[0] for column in result.description or []]
        return columns, [dict(zip(columns, row, strict=True)) for row in result.fetchall()]


def unread_tables(database: Path) -> set[str]:
    """Return marts that nothing is compared with."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
    return {name for (name,) in found} - TABLES.keys()


def differences(world: World, database: Path, tables: Iterable[str] = TABLES) -> list[Difference]:
    """Recompute tables and set each beside its mart."""
    found = []
    for table in tables:
        compute, key = TABLES[table]
        seen = read_table(database, table)
        if seen is None:
            found.append(Difference(table, 0, absent_columns=["the whole table"]))
        else:
            found.append(compare(table, key, compute(world), *seen))
    return found


def compare(
    table: str, key: tuple[str, ...], expected: list[Row], columns: list[str], seen: list[Row]
) -> Difference:
    names = list(expected[0]) if expected else []
    shared = [name for name in names if name in columns]
    absent = [name for name in names if name not in columns]
    # Of a table without rows nobody sees what it would have told.
    unread = [name for name in columns if name not in names] if expected else []
    difference = Difference(table, len(seen), shared, absent, unread)
    wanted, got = _by_key(key, expected), _by_key(key, seen)
    for at in sorted(wanted.keys() | got.keys(), key=str):
        one, other = wanted.get(at, []), got.get(at, [])
        if len(one) != len(other):
            difference.differing.append((at, {"rows": (len(one), len(other))}))
            continue
        for want, have in zip(_sorted(one, shared), _sorted(other, shared), strict=True):
            apart = {c: (want[c], have[c]) for c in shared if not _equal(want[c], have[c])}
            if apart:
                difference.differing.append((at, apart))
    return difference


def _by_key(key: tuple[str, ...], rows: list[Row]) -> dict[tuple[Any, ...], list[Row]]:
    found = defaultdict(list)
    for row in rows:
        found[tuple(row[name] for name in key)].append(row)
    return found


def _sorted(rows: list[Row], columns: list[str]) -> list[Row]:
    return rows if len(rows) < 2 else sorted(rows, key=lambda row: str([row[c] for c in columns]))


def _equal(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one == other.replace(tzinfo=None)
    if isinstance(other, float) or isinstance(one, float):
        return math.isclose(float(one), float(other), rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == other)


def _rarest(counts: Counter[str]) -> Callable[[Any], int]:
    """Order differences by how rare they are, or the few lie buried under the many."""
    return lambda difference: min(counts[column] for column in difference[1])


def _show(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | str) else repr(value)
