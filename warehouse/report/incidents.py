"""``incidents``, ``incident_duties`` -> whom each affected, what is owed them, who left."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import Label, label, many, readable
from warehouse.report.query import Row, rows, sql
from warehouse.report.rules import Rules

DUE = {
    "done": Label("done", "已完成"),
    "late": Label("done late", "逾期完成"),
    "open": Label("open", "未完成"),
    "overdue": Label("overdue", "已逾期"),
}


@dataclass(frozen=True)
class Duty:
    """What is owed to the affected; times are local, ``state`` is a key of DUE."""

    name: Label
    due: str
    done: str
    state: str
    told: Label


@dataclass(frozen=True)
class Incident:
    """One incident, without naming whom it affected."""

    name: str
    kind: Label
    started: str
    ended: str
    affected: str
    core: str
    frozen: str
    compensation: Label
    answered: Label
    duties: list[Duty]
    churn: Label


@dataclass(frozen=True)
class Incidents:
    """Those with an open duty or not over, and others of late; ``earlier`` counts the rest."""

    shown: list[Incident]
    earlier: int


def read_incidents(
    connection: duckdb.DuckDBPyConnection,
    rules: Rules,
    as_of_date: date,
    currency: str,
    timezone: str,
) -> Incidents | None:
    """Read open incidents and those whose churn is still in the making; None without any."""
    # Who left is known when as much time has passed; it is told for as long again.
    reach = 2 * (rules.parameter("silent_after_days") or 0)
    found = rows(
        connection,
        "select *, coalesce(open_duties > 0 or started_at >="
        f" {sql(as_of_date - timedelta(days=reach))}, true) as is_shown"
        " from serving.marts.incidents"
        " order by open_duties > 0 desc, started_at desc nulls first, incident_id",
    )
    if not found:
        return None
    owed: dict[str, list[Row]] = {}
    for row in rows(connection, "from serving.marts.incident_duties order by due_at, duty"):
        owed.setdefault(row["incident_id"], []).append(row)
    zone = ZoneInfo(timezone)
    shown = [row for row in found if row["is_shown"]]
    return Incidents(
        [_incident(row, owed.get(row["incident_id"], []), rules, currency, zone) for row in shown],
        len(found) - len(shown),
    )


def _incident(row: Row, duties: list[Row], rules: Rules, currency: str, zone: ZoneInfo) -> Incident:
    names = rules.names("duty_rules", "duty")
    return Incident(
        name=row["incident_id"],
        kind=rules.called("incident", row["kind"]),
        started=_local(row["started_at"], zone),
        ended=_local(row["ended_at"], zone),
        affected=numbers.count(row["affected_users"]),
        core=numbers.count(row["core_users"]),
        frozen=numbers.count(row["frozen_users"]),
        compensation=_compensation(row, rules, currency),
        answered=_answered(row, rules),
        duties=[_duty(duty, label(names, duty["duty"]), zone) for duty in duties],
        churn=_churn(row),
    )


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.replace(tzinfo=UTC).astimezone(zone):%Y-%m-%d %H:%M}" if at else numbers.MISSING


def _short(at: datetime | None, zone: ZoneInfo) -> str:
    """Leave the year out: it stands above."""
    return _local(at, zone)[5:] or numbers.MISSING


def _duty(row: Row, name: Label, zone: ZoneInfo) -> Duty:
    state = (
        ("late" if row["is_late"] else "done")
        if row["done_at"]
        else ("overdue" if row["is_late"] else "open")
    )
    return Duty(name, _short(row["due_at"], zone), _short(row["done_at"], zone), state, DUE[state])


def _compensation(row: Row, rules: Rules, currency: str) -> Label:
    """Say what is offered to whom and what that costs, beside what it may cost."""
    if not row["compensation"]:
        return Label("No compensation has been chosen.", "尚未选定补偿方案。")
    names = rules.names("compensations", "compensation")
    what = names.get(str(row["compensation"]).lower()) or Label(readable(row["compensation"]))
    if row["compensation_cost"] is None:
        return Label(
            f"Compensation: {what.en}; what it costs is not known.",
            f"补偿：{what.zh or what.en}，成本未知。",
        )
    cap = rules.parameter("incident_compensation_cap")
    most = numbers.money(cap, currency)
    limit = Label(f" of at most {most}", f"（上限 {most}）") if cap is not None else Label("")
    cost, users = numbers.money(row["compensation_cost"], currency), row["compensated_users"]
    return Label(
        f"Compensation: {what.en} for {many(users, 'user')}, {cost}{limit.en}.",
        f"补偿：{what.zh or what.en}，覆盖 {users:,} 人，成本 {cost}{limit.zh}。",
    )


def _answered(row: Row, rules: Rules) -> Label:
    if not row["complaints"]:
        return Label("")
    hours = rules.parameter("complaint_answer_hours") or 0
    share = numbers.share(row["answered_in_time"], 0)
    return Label(
        f"{many(row['complaints'], 'complaint')} of theirs, {share} answered within {hours:g} h.",
        f"相关投诉 {row['complaints']:,} 件，{share} 在 {hours:g} 小时内答复。",
    )


def _churn(row: Row) -> Label:
    """Say how many of the affected left beside the others, and how sure that is."""
    if not numbers.is_number(row["churn_difference"]):
        return Label("Who left because of it is not known yet.", "是否因此流失尚未可知。")
    ours, others = numbers.share(row["churn_affected"]), numbers.share(row["churn_unaffected"])
    gap = numbers.signed(row["churn_difference"] * 100, "share")
    sure = Label("too few left or stayed to be sure", "人数过少，无法确定")
    if numbers.is_number(row["ci_low"]) and numbers.is_number(row["ci_high"]):
        ends = [numbers.signed(row[end] * 100, "share") for end in ("ci_low", "ci_high")]
        sure = Label(
            f"95% interval: {ends[0]} to {ends[1]}", f"95% 置信区间 {ends[0]} 至 {ends[1]}"
        )
    affected, unaffected = (f"{row[side]:,}" for side in ("affected_before", "unaffected_before"))
    return Label(
        f"Of {affected} affected {ours} left, of {unaffected} others {others}: {gap} ({sure.en}).",
        f"受影响的 {affected} 人中 {ours} 流失，其余 {unaffected} 人中 {others}："
        f"相差 {gap}（{sure.zh}）。",
    )
