"""Rewards, releases, waits, habits -> what changed with them; an empty part is left out."""

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import ANOMALIES, Label, label, readable
from warehouse.report.query import Row, rows, sql
from warehouse.report.rules import Rules

PHASES = ("before", "during", "after")
MARTS = "serving.marts"


@dataclass(frozen=True)
class Reward:
    """What those drawn by a reward did in each phase: active days a week, and buying again."""

    name: str
    kind: Label
    users: str
    days: list[str]
    repurchase: list[str]


@dataclass(frozen=True)
class Release:
    """The share of the active who use a feature before a release and after it."""

    feature: str
    name: str
    shares: list[str]


@dataclass(frozen=True)
class Changes:
    """What changed; ``waits`` are (band, sessions, share that ended), ``habits`` (kind, users)."""

    rewards: list[Reward]
    releases: list[Release]
    waits: list[tuple[Label, str, str]]
    habits: list[tuple[Label, str]]


def read_changes(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date
) -> Changes | None:
    """Read all of it; None while there is nothing to tell."""
    found = Changes(
        _rewards(connection, rules, as_of_date),
        _releases(connection),
        _waits(connection, rules),
        _habits(connection, as_of_date),
    )
    return found if found.rewards or found.releases or found.waits or found.habits else None


def _rewards(connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date) -> list[Reward]:
    names = rules.names("incentive_kinds", "kind")
    told: dict[tuple[str, str], dict[tuple[str, bool], Row]] = {}
    for row in rows(
        connection,
        f"from {MARTS}.incentive_retention where reward <> 'all' and users > 0"
        f" and (is_mature or period_number = 0) and from_date <= {sql(as_of_date)}"
        " order by reward, period_number",
    ):
        # Of the periods of a phase the last one stays: the whole has people who came late in it.
        phases = told.setdefault((row["reward"], row["incentive"]), {})
        phases[row["phase"], row["period_number"] == 0] = row
    return [
        Reward(
            name=readable(reward),
            kind=names.get(kind) or Label(readable(kind)),
            users=numbers.count(max(row["users"] for row in phases.values())),
            days=[_days_a_week(phases.get((phase, False))) for phase in PHASES],
            repurchase=[
                numbers.share(phases.get((phase, True), {}).get("repurchase_rate"))
                for phase in PHASES
            ],
        )
        for (reward, kind), phases in told.items()
    ]


def _days_a_week(row: Row | None) -> str:
    """Write how often the users of a period were there, however long it is."""
    if row is None:
        return numbers.MISSING
    days = (row["to_date"] - row["from_date"]).days + 1
    return f"{7 * row['active_days'] / (row['users'] * days):.1f}"


def _releases(connection: duckdb.DuckDBPyConnection) -> list[Release]:
    told: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows(
        connection, f"from {MARTS}.feature_adoption order by from_date, release, feature"
    ):
        shares = told.setdefault((row["feature"], row["release"]), {})
        shares[row["phase"]] = numbers.share(row["share"])
    return [
        Release(
            feature,
            readable(name),
            [shares.get(phase, numbers.MISSING) for phase in ("before", "after")],
        )
        for (feature, name), shares in told.items()
    ]


def _waits(connection: duckdb.DuckDBPyConnection, rules: Rules) -> list[tuple[Label, str, str]]:
    names = rules.names("load_time_bands", "band")
    return [
        (
            names.get(row["band"]) or Label(readable(row["band"])),
            numbers.count(row["sessions"]),
            numbers.share(row["share"]),
        )
        for row in rows(
            connection,
            f"from {MARTS}.load_time_exits where status = 'ok' order by from_ms",
        )
    ]


def _habits(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> list[tuple[Label, str]]:
    return [
        (label(ANOMALIES, row["kind"]), numbers.count(row["users"]))
        for row in rows(
            connection,
            f"select kind, count(*) as users from {MARTS}.user_anomalies"
            f" where as_of_date = {sql(as_of_date)} group by kind order by users desc, kind",
        )
    ]
