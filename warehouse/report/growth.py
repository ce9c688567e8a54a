"""``aarrr_daily``, ``contributors`` -> how far people get, what they cost, whom they bring."""

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import numbers
from warehouse.report.kpis import tone_of
from warehouse.report.labels import Figure, Label, days, label, many
from warehouse.report.query import Row, rows, sql
from warehouse.report.rules import Rules
from warehouse.report.weeks import WEEK

FIGURES = ("k_factor", "referral_rate", "koc_share", "cac", "ltv_cac", "payback_months")
ALL = "all"


@dataclass(frozen=True)
class Stage:
    """A stage of the day beside the week before; ``rate`` is of those who could reach it."""

    name: Label
    measure: Label
    users: str
    rate: str
    before: str
    change: str
    tone: str


@dataclass(frozen=True)
class Growth:
    """How the day went by stage and channel; a sentence is empty where there is nothing to say."""

    phase: Label
    stages: list[Stage]
    channels: list[tuple[Label, list[str]]]
    figures: list[Figure]
    spend: Label
    contributors: Label


def read_growth(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date, currency: str
) -> Growth | None:
    """Read the stages of the day, what growth costs and who brings it; None before any stage."""
    found = rows(
        connection,
        f"from serving.marts.aarrr_daily where event_date in ({sql(as_of_date)},"
        f" {sql(as_of_date - WEEK)})",
    )
    cells = {(row["event_date"], row["stage"], row["channel"]): row for row in found}
    if not any(row["event_date"] == as_of_date for row in found):
        return None
    catalogue = {row["stage"]: row["kpi"] for row in rules.tables["aarrr_stages"]}
    stages = [stage for stage in catalogue if (as_of_date, stage, ALL) in cells]
    names, measures = rules.names("aarrr_stages", "stage"), rules.names("kpis", "kpi")
    return Growth(
        phase=_phase(connection, as_of_date),
        stages=[
            _stage(
                label(names, stage),
                label(measures, catalogue[stage]),
                *(cells.get((day, stage, ALL), {}) for day in (as_of_date, as_of_date - WEEK)),
            )
            for stage in stages
        ],
        channels=_channels(connection, cells, as_of_date, stages),
        figures=_figures(connection, rules, as_of_date, currency),
        spend=_spend(connection, rules, as_of_date),
        contributors=_contributors(connection, rules, as_of_date),
    )


def channel_names(connection: duckdb.DuckDBPyConnection) -> dict[str, Label]:
    """Name the acquisition channels, in their order."""
    return {
        row["channel"]: Label(row["name_en"] or row["channel"], row["name_zh"] or "")
        for row in rows(
            connection,
            "select code as channel, name_en, name_zh from serving.marts.dim_acquisition_channels"
            " order by position",
        )
    } | {"none": Label("Not seen yet", "尚未访问")}


def _phase(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> Label:
    found = rows(
        connection,
        f"from serving.marts.product_phases where valid_from <= {sql(as_of_date)}"
        f" and coalesce(valid_to > {sql(as_of_date)}, true) order by valid_from desc limit 1",
    )
    if not found:
        return Label("")
    name, until = found[0], found[0]["valid_to"]
    return Label(
        f"Phase of the product: {name['name_en']}{f', until {until}' if until else ''}.",
        f"产品阶段：{name['name_zh']}{f'，至 {until}' if until else ''}。",
    )


def _stage(name: Label, measure: Label, now: Row, before: Row) -> Stage:
    column, unit = ("users", "count") if now["rate"] is None else ("rate", "share")
    change = numbers.change(now[column], before.get(column), unit)
    words = numbers.signed(change, unit) if change is not None else numbers.MISSING
    return Stage(
        name=name,
        measure=measure,
        users=numbers.count(now["users"]),
        rate=numbers.share(now["rate"]),
        before=numbers.amount(before.get(column), unit, ""),
        change=words,
        tone=tone_of(words, "up"),
    )


def _channels(
    connection: duckdb.DuckDBPyConnection,
    cells: dict[tuple[date, str, str], Row],
    day: date,
    stages: list[str],
) -> list[tuple[Label, list[str]]]:
    """Give the first stage of each channel in users and the others as rates."""
    names = channel_names(connection)
    order = {channel: place for place, channel in enumerate(names)}
    found = {channel for at, _, channel in cells if at == day and channel != ALL}
    channels = sorted(found, key=lambda channel: (order.get(channel, len(order)), channel))
    told = []
    for channel in channels:
        of_channel = [cells.get((day, stage, channel), {}) for stage in stages]
        if any(row.get("users") for row in of_channel):
            told.append((label(names, channel), [_short(row) for row in of_channel]))
    return told


def _short(row: Row) -> str:
    if numbers.is_number(row.get("rate")):
        return numbers.share(row["rate"])
    return numbers.count(row.get("users")) if row.get("stage") == "acquisition" else numbers.MISSING


def _figures(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date, currency: str
) -> list[Figure]:
    entries = {row["kpi"]: row for row in rules.tables["kpis"]}
    names = rules.names("kpis", "kpi")
    found = {row["kpi"]: row for row in _kpis(connection, as_of_date, FIGURES)}
    figures = _potential(connection)
    for kpi in FIGURES:
        row, unit = found.get(kpi), str(entries.get(kpi, {}).get("unit") or "number")
        if row and numbers.is_number(row["value"]):
            before = numbers.amount(row["week_before"], unit, currency)
            figures.append(
                Figure(
                    label(names, kpi),
                    numbers.amount(row["value"], unit, currency),
                    Label(f"a week before {before}", f"上周 {before}"),
                )
            )
    return figures


def _potential(connection: duckdb.DuckDBPyConnection) -> list[Figure]:
    """Count who was seen and neither signed up nor bought; nothing where nobody ever signs up."""
    found = rows(
        connection,
        "select count(is_potential) as users, count_if(is_potential) as potential"
        " from serving.marts.dim_users",
    )
    if not found or not found[0]["users"]:
        return []
    users = found[0]["users"]
    return [
        Figure(
            Label("Potential users", "潜在用户"),
            numbers.count(found[0]["potential"]),
            Label(
                f"of {many(users, 'user')}: neither signed up nor bought",
                f"共 {users:,} 人，未注册且未购买",
            ),
        )
    ]


def _spend(connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date) -> Label:
    """Say why nobody knows what a customer costs, where nobody does."""
    found = _kpis(connection, as_of_date, ("cac",))
    if not found or numbers.is_number(found[0]["value"]):
        return Label("")
    windows = {row["kpi"]: row.get("window_days") for row in rules.tables["kpis"]}
    window = days(windows.get("cac") or 30)
    if found[0]["numerator"] is None:
        return Label(
            f"No spend landed for the last {window.en}: what a customer costs is not known.",
            f"近 {window.zh}没有投放费用数据，获客成本未知。",
        )
    return Label(
        f"Nobody bought for the first time in the last {window.en}: no customer was won.",
        f"近 {window.zh}没有首次购买的用户，无法计算获客成本。",
    )


def _kpis(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, kpis: tuple[str, ...]
) -> list[Row]:
    wanted = ", ".join(f"'{kpi}'" for kpi in kpis)
    return rows(
        connection,
        f"from serving.marts.kpi_daily where as_of_date = {sql(as_of_date)}"
        f" and dimension = 'all' and kpi in ({wanted})",
    )


def _contributors(connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date) -> Label:
    found = rows(
        connection,
        "select count(*) as users, count_if(is_koc) as kocs, sum(content) as content,"
        " sum(shares) as shares, sum(invites) as invites, sum(contribution_score) as score,"
        " sum(contribution_score) filter (is_koc) as koc_score"
        f" from serving.marts.contributors where as_of_date = {sql(as_of_date)}"
        " and contribution_score > 0",
    )
    if not found or not found[0]["users"]:
        return Label("")
    span = days(rules.parameter("contribution_days") or 0)
    row = {name: value or 0 for name, value in found[0].items()}
    told = (
        many(row["content"], "piece") + " of content",
        many(row["shares"], "share"),
        many(row["invites"], "invitation") + " accepted",
    )
    part = numbers.share((found[0]["koc_score"] or 0) / found[0]["score"])
    return Label(
        f"{many(row['users'], 'user')} contributed in the last {span.en}: {', '.join(told)}."
        f" Key opinion consumers among them: {row['kocs']:,}, with {part} of the contribution"
        " score.",
        f"近 {span.zh}有 {row['users']:,} 位用户做出贡献：内容 {row['content']:,} 条、分享"
        f" {row['shares']:,} 次、邀请成功 {row['invites']:,} 人；其中 {row['kocs']:,} 位为 KOC，"
        f"贡献分占 {part}。",
    )
