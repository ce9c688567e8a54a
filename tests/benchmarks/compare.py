"""Our tables and theirs -> the rows that differ: without the same work, a ratio says nothing."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.settings import Settings


@dataclass(frozen=True)
class Comparison:
    """What both must say in the same rows, as far as both define it alike."""

    what: str
    ours: str
    theirs: str


# What only a line before somebody's first visit names is no channel here; there it is.
BEFORE = """
    user_id not in (
        select people.user_id from intermediate.int_people as people
        inner join intermediate.int_user_day_traits as traits using (user_id)
        where people.acquisition_channel = 'direct'
            and substr(traits.first_other_campaign, 21) <> 'direct'
    )
"""
# Names: `build` and `marts` are ours, `{theirs}` the folder of the baseline's files.
COMPARISONS = (
    Comparison(
        "sessions of each user and day",
        "select user_id, event_date, count(*) from serving.marts.fct_sessions group by all",
        """
        select user_id, cast(start_ts as date), count(*) from '{theirs}/sessions.parquet'
        group by all
        """,
    ),
    Comparison(
        "days of activity, with their sessions and orders",
        """
        select user_id, event_date, sessions, orders from serving.marts.fct_user_days
        where events > 0
        """,
        "select user_id, date '1970-01-01' + d, n_sessions, o from '{theirs}/user_days.parquet'",
    ),
    Comparison(
        "orders, with amount and refunds (never more than the order)",
        "select order_id, user_id, amount, refunded from serving.marts.fct_orders",
        """
        select order_id, user_id, cast(revenue as decimal(18, 2)),
            cast(least(refund, revenue) as decimal(18, 2))
        from '{theirs}/orders.parquet'
        """,
    ),
    Comparison(
        "users, with channel and orders",
        f"select user_id, acquisition_channel, orders from intermediate.int_people where {BEFORE}",
        f"""
        select user_id, coalesce(utm_source, 'direct'), n_orders
        from '{{theirs}}/dim_user.parquet' where {BEFORE}
        """,
    ),
    Comparison(
        "recency and frequency of each buyer",
        """
        select user_id, recency_days, frequency from serving.marts.rfm_scores
        where as_of_date = (select max(as_of_date) from serving.marts.rfm_scores)
        """,
        "select user_id, recency, n_orders from '{theirs}/rfm.parquet'",
    ),
    Comparison(
        # Who signed up in the last days may not have said so yet: here, being identified counts.
        "monthly cohorts of sign-up, without the newest",
        """
        select cohort_start, period_number, users from serving.marts.cohort_retention
        where cohort_by = 'signup' and period = 'month' and kind = 'n_period' and dimension = 'all'
            and users > 0
            and cohort_start < (select max(cohort_start) from serving.marts.cohort_retention
                where cohort_by = 'signup' and period = 'month')
        """,
        """
        select cohort, m, users from '{theirs}/cohort.parquet'
        where cohort < (select max(cohort) from '{theirs}/cohort.parquet')
        """,
    ),
    Comparison(
        # A window that begins before history is unknown here.
        "new, daily, weekly and monthly active users of each day whose window is whole",
        """
        select as_of_date, if(kpi = 'new_users', 'new', kpi), cast(value as bigint)
        from serving.marts.kpi_daily
        where dimension = 'all' and kpi in ('new_users', 'dau', 'wau', 'mau')
            and value is not null
        """,
        """
        select date '1970-01-01' + cast(d as integer), st, n from '{theirs}/lifecycle.parquet'
        where d - (select min(d) from '{theirs}/lifecycle.parquet')
            >= case st when 'new' then 0 when 'dau' then 0 when 'wau' then 6 when 'mau' then 29 end
        """,
    ),
    Comparison(
        "sessions that reach the funnel's first step",
        "select sessions from serving.marts.funnel_steps where step = 1",
        "select sum(s1) from '{theirs}/funnel.parquet'",
    ),
    Comparison(
        "orders and their amount on the last day",
        """
        select kpi, cast(value as decimal(18, 2)) from serving.marts.kpi_daily
        where dimension = 'all' and kpi in ('orders', 'gmv')
            and as_of_date = (select max(as_of_date) from serving.marts.kpi_daily)
        """,
        """
        select 'orders', cast(orders as decimal(18, 2)) from '{theirs}/kpi.parquet'
        union all
        select 'gmv', cast(revenue as decimal(18, 2)) from '{theirs}/kpi.parquet'
        """,
    ),
)


def compare(settings: Settings, theirs: Path) -> list[str]:
    """Return what was found equal, with its number of rows; raise AssertionError for the rest."""
    equal = []
    with duckdb.connect(str(settings.build_db), read_only=True) as connection:
        connection.execute(f"attach '{settings.serving_build_db}' as serving (read_only)")
        for each in COMPARISONS:
            queries = {"ours": each.ours, "theirs": each.theirs.replace("{theirs}", str(theirs))}
            for side, query in queries.items():
                connection.execute(f"create or replace temp table {side} as {query}")
            differing = _count(connection, "(from ours except all from theirs)")
            differing += _count(connection, "(from theirs except all from ours)")
            assert not differing, f"{each.what}: {differing:,} rows differ"
            equal.append(f"{each.what} ({_count(connection, 'ours'):,})")
    return equal


def _count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    return connection.execute(f"select count(*) from {rows}").fetchall()[0][0]
