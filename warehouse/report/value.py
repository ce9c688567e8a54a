"""``clv_fits``, ``dim_users`` and ``value_scores`` -> what users are worth, and by what."""

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.report import drawing as draw
from warehouse.report import numbers
from warehouse.report.drawing import Scale
from warehouse.report.labels import VALUE_PARTS, Figure, Label, days, label, many
from warehouse.report.query import Row, newest, rows, sql
from warehouse.report.rules import Rules

SPREAD = (0.1, 0.25, 0.5, 0.75, 0.9)
BEST = 0.1  # share of the scored users whose parts are told apart
WIDTH, HEIGHT = 600, 18


@dataclass(frozen=True)
class Tier:
    """Values to come of the buyers of one tier: how many, the middle one, and their spread."""

    name: Label
    users: str
    median: str
    spread: str


@dataclass(frozen=True)
class Part:
    """A part of the value score; ``width`` is its weight in percent of the largest."""

    name: Label
    weight: str
    width: str
    best: str
    everybody: str
    known: str


@dataclass(frozen=True)
class Value:
    """The newest fit in sentences, figures of today, tiers from the highest, parts by weight."""

    fit: list[Label]
    figures: list[Figure]
    tiers: list[Tier]
    reach: str
    parts: list[Part]
    scored: str


def read_value(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date, currency: str
) -> Value | None:
    """Read what users are worth; None where nobody has bought and nobody is scored."""
    fits = rows(
        connection,
        f"select * from serving.marts.clv_fits where as_of_date <= {sql(as_of_date)}"
        " order by as_of_date desc",
    )
    tiers, reach = _tiers(connection, rules, currency)
    parts, scored = _parts(connection, rules, as_of_date)
    if not fits and not parts:
        return None
    return Value(
        fit=_fit(connection, fits, rules) if fits else [],
        figures=_figures(connection, as_of_date, currency),
        tiers=tiers,
        reach=reach,
        parts=parts,
        scored=scored,
    )


def _fit(connection: duckdb.DuckDBPyConnection, fits: list[Row], rules: Rules) -> list[Label]:
    """Say what the newest fit expects, or why there is none, and how the last trial went."""
    newest = fits[0]
    trials = [row for row in fits if row["holdout_actual"] is not None]
    said = [
        _expected(connection, newest) if newest["status"] == "ok" else _too_little(newest, rules)
    ]
    return said + ([_trial(trials[0], rules)] if trials else [])


def _expected(connection: duckdb.DuckDBPyConnection, fit: Row) -> Label:
    day = fit["as_of_date"]
    found = rows(
        connection,
        "select sum(expected_orders_90d) as expected from serving.marts.clv_predictions"
        f" where as_of_date = {sql(day)}",
    )
    expected = numbers.count(found[0]["expected"] if found else None)
    buyers = _buyers(fit["buyers"])
    return Label(
        f"Purchase days expected in the 90 days after {day}: {expected}, {buyers.en}.",
        f"{day} 之后的 90 天内，预计 {buyers.zh}将有 {expected} 个购买日。",
    )


def _too_little(fit: Row, rules: Rules) -> Label:
    buyers, least = fit["buyers"], rules.parameter("clv_min_buyers")
    if least is not None and buyers < least:
        return Label(
            f"Too early to tell what is to come: {many(buyers, 'buyer')} so far, and it takes"
            f" {least:,.0f}. Until then no value is guessed.",
            f"预测为时尚早：目前有 {buyers:,} 位买家，需要 {least:,.0f} 位；在此之前不做猜测。",
        )
    if fit["converged"] is False:
        return Label(
            "The buyers of today fit no model well enough, so no value to come is guessed.",
            "当前买家的数据无法得到可靠的模型，因此不做猜测。",
        )
    if (least_days := rules.parameter("clv_min_days")) is None:
        return Label("Too early to tell what is to come.", "预测为时尚早。")
    needed = days(least_days)
    return Label(
        f"Too early to tell what is to come: it takes {needed.en} since the first purchase.",
        f"预测为时尚早：需距首次购买满 {needed.zh}。",
    )


def _trial(fit: Row, rules: Rules) -> Label:
    """Say how a fit did on days it did not know, and whether that is further off than allowed."""
    day, actual = fit["as_of_date"], fit["holdout_actual"]
    expected, came = numbers.count(fit["holdout_expected"]), numbers.count(actual)
    span = days(rules.parameter("clv_holdout_days") or 0)
    most = rules.parameter("clv_max_holdout_error")
    warning = Label("")
    if most is not None and abs(fit["holdout_expected"] - actual) > most * actual:
        limit = numbers.limit(most)
        warning = Label(
            f" That is more than {limit} off: read with care.", f"偏差超过 {limit}，请谨慎参考。"
        )
    return Label(
        f"Tried on the {span.en} up to {day}: {expected} expected, {came} came.{warning.en}",
        f"以截至 {day} 的 {span.zh}留出检验：预计 {expected}，实际 {came}。{warning.zh}",
    )


def _figures(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, currency: str
) -> list[Figure]:
    users = rows(
        connection,
        "select sum(own_value) as own, sum(referral_value) as referral, avg(clv_365d) as clv,"
        " count(own_value) as valued, count(clv_365d) as predicted from serving.marts.dim_users",
    )
    invited = rows(connection, "select count(*) as users from serving.marts.user_referrals")
    figures: list[Figure] = []
    if users:
        brought = numbers.count(invited[0]["users"] if invited else None)
        figures = [
            Figure(
                Label("Mean of the next 365 days", "未来 365 天人均价值"),
                numbers.money(users[0]["clv"], currency),
                _buyers(users[0]["predicted"]),
            ),
            Figure(
                Label("Own value", "自身价值"),
                numbers.money(users[0]["own"], currency),
                _buyers(users[0]["valued"]),
            ),
            Figure(
                Label("Referral value", "推荐价值"),
                numbers.money(users[0]["referral"], currency),
                Label(f"by {brought} invited", f"{brought} 位受邀用户"),
            ),
        ]
    return figures + _upgrades(connection, as_of_date)


def _buyers(users: int) -> Label:
    return Label(f"of {many(users, 'buyer')}", f"{users:,} 位买家")


def _upgrades(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> list[Figure]:
    """Upgraded users / users of both of the last two snapshots; a dash between two scales."""
    found = rows(
        connection,
        "select previous_date, sum(users) filter (direction = 'up') as up,"
        " sum(users) filter (direction in ('up', 'down', 'stay')) as both,"
        " bool_and(status = 'ok') as is_one_scale from serving.marts.tier_migration"
        f" where {newest('tier_migration', as_of_date)} group by previous_date",
    )
    if not found:
        return []
    up, both = found[0]["up"] or 0, found[0]["both"]
    since = found[0]["previous_date"]
    return [
        Figure(
            Label("Tier upgrade rate", "等级升级率"),
            numbers.share(up / both if both and found[0]["is_one_scale"] else None),
            Label(f"since {since}", f"自 {since}"),
        )
    ]


def _tiers(
    connection: duckdb.DuckDBPyConnection, rules: Rules, currency: str
) -> tuple[list[Tier], str]:
    """Give the spread of each tier, the highest first, and the amount at which they all end."""
    found = rows(
        connection,
        "select coalesce(rfm_tier, 'none') as tier, count(*) as users,"
        f" quantile_cont(cast(clv_365d as double), {list(SPREAD)}) as spread"
        " from serving.marts.dim_users where clv_365d is not null group by all",
    )
    names = rules.tiers()
    ranks = {row["tier"]: row["tier_rank"] for row in rules.tables["rfm_tiers"]}
    found.sort(key=lambda row: (-ranks.get(row["tier"], 0), row["tier"]))
    most = max((row["spread"][-1] for row in found), default=1) or 1
    x = Scale(0, most, 4, WIDTH - 4)
    return [
        Tier(
            name=label(names, row["tier"]),
            users=numbers.count(row["users"]),
            median=numbers.money(row["spread"][2], currency),
            spread=_spread(f"clv-{place}", x, label(names, row["tier"]), row["spread"], currency),
        )
        for place, row in enumerate(found)
    ], numbers.money(most, currency)


def _spread(name: str, x: Scale, tier: Label, values: list[float], currency: str) -> str:
    """Draw a tenth to nine tenths as a line, the middle half as a box, the median as a mark."""
    low, quarter, median, three, high = map(x, values)
    told = ", ".join(
        f"{share:.0%} {numbers.money(value, currency)}"
        for share, value in zip(SPREAD, values, strict=True)
    )
    middle = HEIGHT / 2
    return draw.picture(
        name,
        (WIDTH, HEIGHT),
        f"{tier.en} {tier.zh}".strip(),
        told,
        draw.rule("reach", low, high, middle),
        draw.box("half", quarter, max(three - quarter, 1), 3, HEIGHT - 3),
        draw.box("median", median - 1.5, 3, 1, HEIGHT - 1),
        draw.box("hit", 0, WIDTH, 0, HEIGHT, told),
    )


def _parts(
    connection: duckdb.DuckDBPyConnection, rules: Rules, as_of_date: date
) -> tuple[list[Part], str]:
    """Give the parts that have a weight, the heaviest first, and how many users are scored."""
    weights = {
        row["part"]: float(row["weight"])
        for row in rules.tables["value_weights"]
        if row["part"] in VALUE_PARTS and row["weight"]
    }
    means = "".join(
        f", avg({part}) as {part}, avg({part}) filter (place <= {BEST}) as best_{part},"
        f" count({part}) as known_{part}"
        for part in weights
    )
    found = rows(
        connection,
        f"select count(*) as users{means} from (select *,"
        " row_number() over (order by value_score desc, user_id) / count(*) over () as place"
        " from serving.marts.value_scores where status = 'ok'"
        f" and {newest('value_scores', as_of_date)})",
    )
    if not found or not (users := found[0]["users"]):
        return [], ""
    everything = sum(map(abs, weights.values()))
    most = max(map(abs, weights.values()), default=0)
    heaviest = sorted(weights, key=lambda part: (-abs(weights[part]), part))
    return [
        Part(
            name=VALUE_PARTS[part],
            weight=("−" if weights[part] < 0 else "")
            + numbers.share(abs(weights[part]) / everything, 0),
            width=numbers.width(abs(weights[part]), most),
            best=numbers.count(found[0][f"best_{part}"]),
            everybody=numbers.count(found[0][part]),
            known=numbers.share(found[0][f"known_{part}"] / users, 0),
        )
        for part in heaviest
    ], numbers.count(users)
