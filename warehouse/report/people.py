"""Care lists, core users, suggestions, feedback -> who deserves care, and who was heard."""

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import numbers
from warehouse.report.labels import FEEDBACK, Bar, Figure, Label, days, label
from warehouse.report.query import Row, newest, rows, sql
from warehouse.report.rules import Rules


@dataclass(frozen=True)
class CareList:
    """A list by its rule in force; ``evidence`` is the numbers of one who is on it."""

    name: Label
    why: Label
    users: str
    evidence: Label
    cost: Label


@dataclass(frozen=True)
class People:
    """Lists that somebody is on, names of those without anybody, figures, and what was heard."""

    lists: list[CareList]
    empty: list[Label]
    streaks: Label
    figures: list[Figure]
    states: list[Bar]
    feedback: list[tuple[Label, list[str]]]
    answer_hours: str


def read_people(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date, currency: str
) -> People | None:
    """Read whom to care for and what they told; None before anything of it is known."""
    listed = {
        row["list"]: row
        for row in rows(
            connection,
            "select list, count(*) as users, min(evidence) as evidence,"
            " min_by(evidence_zh, evidence) as evidence_zh, max(measured_rate) as rate,"
            " sum(cost) as cost"
            f" from serving.marts.care_lists where as_of_date = {sql(as_of_date)} group by list",
        )
    }
    names = rules.names("care_rules", "list")
    hours = rules.parameter("complaint_answer_hours")
    found = People(
        lists=[
            CareList(
                label(names, rule["list"]),
                _why(rule, rules),
                numbers.count(listed[rule["list"]]["users"]),
                Label(listed[rule["list"]]["evidence"], listed[rule["list"]]["evidence_zh"] or ""),
                _cost(listed[rule["list"]], currency),
            )
            for rule in rules.tables["care_rules"]
            if rule["list"] in listed
        ],
        empty=[name for code, name in names.items() if code not in listed],
        streaks=_streaks(listed.get("high_potential"), rules),
        figures=_figures(connection, rules, as_of_date),
        states=_states(connection, rules),
        feedback=_feedback(connection, as_of_date),
        answer_hours=f"{hours:g}" if hours is not None else "?",
    )
    return found if found.lists or found.figures or found.states or found.feedback else None


def _why(rule: Row, rules: Rules) -> Label:
    """Say who is on a list, by its rule in force."""
    tier_names = rules.names("rfm_tiers", "tier", "tier_")
    tiers = [label(tier_names, tier) for tier in str(rule["tiers"] or "").split(">") if tier]
    of = Label(" or ".join(t.en for t in tiers), "或".join(t.zh or t.en for t in tiers))
    silent, streak = (days(rule[c] or 0) for c in ("min_silent_days", "min_login_days"))
    score, top = rules.parameter("koc_min_score") or 0, rules.parameter("koc_top_share") or 0
    return {
        "high_value_silent": Label(
            f"{of.en}, silent for {silent.en} or more", f"{of.zh}，沉默 {silent.zh}及以上"
        ),
        "high_potential": Label(
            f"a login on {streak.en} in a row, and no order", f"连续登录 {streak.zh}且未下单"
        ),
        "high_potential_dormant": Label(
            f"potential of {rule['min_score'] or 0:g} or more, silent for {silent.en} or more",
            f"潜力分 {rule['min_score'] or 0:g} 及以上，沉默 {silent.zh}及以上",
        ),
        "points_extension": Label(
            f"{of.en}, here since the first month, with points that expire this month",
            f"{of.zh}，首月用户，本月有积分到期",
        ),
        "core": Label("all thresholds of a set in force", "达到现行标准的全部门槛"),
        "koc": Label(
            f"contribution score of {score:g} or more, among the top {numbers.limit(top)}",
            f"贡献分 {score:g} 及以上，且在前 {numbers.limit(top)}",
        ),
        "incident_affected": Label("a duty of the incident is open", "事故处置未完成"),
        "survey": Label(
            "their activity fell, and an alert of it is open", "活跃下降且相关预警未关闭"
        ),
    }.get(str(rule["list"]), Label(""))


def _cost(listed: Row, currency: str) -> Label:
    """Say what acting on a whole list costs, where its mart says so."""
    if not numbers.is_number(listed["cost"]):
        return Label("")
    cost = numbers.money(listed["cost"], currency)
    return Label(f"extending the points of all costs {cost}", f"全部延期的成本 {cost}")


def _streaks(listed: Row | None, rules: Rules) -> Label:
    """Set the first-order rate of those who came every day beside what is claimed of them."""
    claims = {row["claim"]: row["claimed"] for row in rules.tables["claim_rules"]}
    if not listed or not numbers.is_number(listed["rate"]) or "first_orders" not in claims:
        return Label("")
    span = days(rules.parameter("first_order_days") or 0)
    rate, claimed = numbers.share(listed["rate"]), numbers.share(claims["first_orders"], 0)
    return Label(
        f"Of those whose daily logins made the list {span.en} ago, {rate} have made a first order"
        f" since; elsewhere {claimed} is claimed.",
        f"{span.zh}前连续登录者中，{rate} 在此期间首购；他人说法为 {claimed}。",
    )


def _figures(connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date) -> list[Figure]:
    figures = []
    core = rows(
        connection,
        "select count(users_admitted) as known, max(as_of_date) as day"
        " from serving.marts.core_thresholds where is_in_force"
        f" and {newest('core_thresholds', as_of_date)}",
    )
    if core and core[0]["day"]:
        now = rows(
            connection,
            "select count(distinct user_id) as users from serving.marts.core_users"
            f" where valid_from <= {sql(as_of_date)} and valid_to is null",
        )
        users = now[0]["users"] if now and core[0]["known"] else None
        day = core[0]["day"]
        figures.append(
            Figure(
                Label("Core users", "核心用户"),
                numbers.count(users),
                Label(f"by the thresholds of {day}", f"按 {day} 的门槛"),
            )
        )
    least = {row["list"]: row["min_score"] for row in rules.tables["care_rules"]}.get(
        "high_potential_dormant"
    )
    scored = rows(
        connection,
        f"select count(potential_score) as users, count_if(potential_score >= {least or 0}) as high"
        f" from serving.marts.potential_scores where as_of_date = {sql(as_of_date)}",
    )
    if scored and scored[0]["users"] and least:
        users = numbers.count(scored[0]["users"])
        figures.append(
            Figure(
                Label(f"Potential of {least:g} or more", f"潜力分 {least:g} 及以上"),
                numbers.count(scored[0]["high"]),
                Label(f"of {users} scored", f"共 {users} 人有评分"),
            )
        )
    return figures


def _states(connection: duckdb.DuckDBPyConnection, rules: Rules) -> list[Bar]:
    """Count the suggestions so far by what became of them, in the order of the states."""
    counted = {
        str(row["state"]): row["suggestions"]
        for row in rows(
            connection,
            "select state, count(*) as suggestions from serving.marts.suggestions group by state",
        )
    }
    names = rules.names("suggestion_states", "state")
    most = max(counted.values(), default=0)
    return [
        Bar(label(names, state), numbers.count(users), numbers.width(users, most))
        for state, users in sorted(
            counted.items(), key=lambda each: ([*names, each[0]].index(each[0]), each[0])
        )
    ]


def _feedback(
    connection: duckdb.DuckDBPyConnection, as_of_date: date
) -> list[tuple[Label, list[str]]]:
    found = rows(
        connection,
        "from serving.marts.feedback_monthly where month ="
        f" {sql(as_of_date.replace(day=1))} order by kind",
    )
    return [(label(FEEDBACK, row["kind"]), feedback_cells(row)) for row in found]


def feedback_cells(row: Row) -> list[str]:
    """Write what was told of a kind in a month: cases, answers, hours to one, the share in time."""
    return [
        numbers.count(row["count"]),
        numbers.count(row["answered"]),
        numbers.amount(row["response_hours"], "hours", ""),
        numbers.share(row["answered_in_time"]),
    ]
