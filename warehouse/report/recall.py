"""``recall_list`` and ``recall_exclusions`` -> today's lists in numbers, without naming anyone."""

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import Bar, Label, days, label
from warehouse.report.query import Row, rows, sql
from warehouse.report.rules import Rules


@dataclass(frozen=True)
class Strategy:
    """Users of one strategy by channel, and what writing to them costs."""

    name: Label
    users: list[str]
    total: str
    cost: str


@dataclass(frozen=True)
class Lists:
    """Today's recall in numbers."""

    channels: list[Label]
    strategies: list[Strategy]
    total: str
    cost: str
    expected: str
    exclusions: list[Bar]
    excluded: str


def read_lists(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date, currency: str
) -> Lists | None:
    """Count today's list by strategy and channel, and who was left out and why."""
    listed = rows(
        connection,
        "select coalesce(strategy, '') as strategy, coalesce(channel, '') as channel,"
        " count(*) as users, sum(cost) as cost, sum(expected_value) as expected"
        f" from serving.marts.recall_list where as_of_date = {sql(as_of_date)} group by all"
        " order by strategy, channel",
    )
    left_out = rows(
        connection,
        "select exclusion_reason, count(*) as users from serving.marts.recall_exclusions"
        f" where as_of_date = {sql(as_of_date)}"
        " group by exclusion_reason order by users desc, exclusion_reason",
    )
    if not listed and not left_out:
        return None
    names = rules.names("channels", "channel")
    order = {channel: place for place, channel in enumerate(names)}
    used = {row["channel"] for row in listed}
    channels = sorted(used, key=lambda channel: (order.get(channel, len(order)), channel))
    reasons = exclusions(rules, currency)
    return Lists(
        channels=[label(names, channel) for channel in channels],
        strategies=_strategies(listed, channels, rules, currency),
        total=numbers.count(_sum(listed, "users")),
        cost=numbers.money(_sum(listed, "cost"), currency),
        expected=numbers.money(_sum(listed, "expected"), currency),
        exclusions=[
            Bar(
                label(reasons, row["exclusion_reason"]),
                numbers.count(row["users"]),
                numbers.width(row["users"], left_out[0]["users"]),
            )
            for row in left_out
        ],
        excluded=numbers.count(_sum(left_out, "users")),
    )


def exclusions(rules: Rules, currency: str) -> dict[str, Label]:
    """Name each reason for being left out, with the limit in force where it has one."""
    cooling = rules.parameter("recall_cooling_days")
    holdout = rules.parameter("recall_holdout_share")
    budget = rules.parameter("recall_daily_budget")
    named = {
        "erased": Label("Erased", "已删除"),
        "no_consent": Label("No consent for the channel", "未授权该渠道"),
        "suppressed": Label("On the suppression list", "在屏蔽名单中"),
        "no_contact": Label("No valid contact", "无有效联系方式"),
        "holdout": Label("Global holdout", "全局留出组"),
        "incident_freeze": Label("Affected by an incident, duties open", "受事故影响，处置未完成"),
        "control": Label("Control of the experiment", "实验对照组"),
        "cooling": Label("Contacted recently", "冷却期内"),
        "same_address": Label("Address reached by another account", "同一地址已由其他账号联系"),
        "not_silent": Label("Not silent any more", "已不再沉默"),
        "no_value": Label("Costs more than it brings", "预期价值不为正"),
        "budget": Label("Over budget", "超出预算"),
    }
    if holdout is not None:
        share = numbers.limit(holdout)
        named["holdout"] = Label(f"Global holdout of {share}", f"全局留出组 {share}")
    if cooling is not None:
        span = days(cooling)
        named["cooling"] = Label(f"Contacted within {span.en}", f"{span.zh}内已联系")
    if budget is not None:
        most = numbers.money(budget, currency)
        named["budget"] = Label(f"Over the budget of {most}", f"超出预算 {most}")
    return named


def _strategies(
    listed: list[Row], channels: list[str], rules: Rules, currency: str
) -> list[Strategy]:
    names = rules.names("strategies", "strategy")
    found: dict[str, list[Row]] = {}
    for row in listed:
        found.setdefault(row["strategy"], []).append(row)
    table: list[Strategy] = []
    for strategy, of_one in found.items():
        users = {row["channel"]: numbers.count(row["users"]) for row in of_one}
        table.append(
            Strategy(
                label(names, strategy),
                [users.get(channel, "") for channel in channels],
                numbers.count(_sum(of_one, "users")),
                numbers.money(_sum(of_one, "cost"), currency),
            )
        )
    return table


def _sum(found: list[Row], column: str) -> float:
    return float(sum(row[column] or 0 for row in found))
