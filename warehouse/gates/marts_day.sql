-- One row: the marts under construction, measured against each other and the last published.
-- Parameters: as_of_date, first_scored_date, users_before, tiers, kpis.
with

buyers as (

    -- As RFM counts them: with an order that stands and lies within the window.
    select user_id
    from marts.fct_orders
    where
        not is_cancelled
        and order_date between $first_scored_date and $as_of_date
    group by user_id

),

scores as (

    select user_id, rfm_tier
    from marts.rfm_scores
    where as_of_date = $as_of_date

),

kpis as (

    select kpi, dimension, dimension_value
    from marts.kpi_daily
    where as_of_date = $as_of_date

),

counted as (

    select
        count(*) as users,
        cast($users_before as bigint) as users_before,
        (
            select coalesce(sum(users), 0) from marts.identity_exceptions
            where kind = 'excluded'
        ) as users_excluded
    from marts.dim_users

)

select
    cast($as_of_date as varchar) as as_of_date,
    counted.users,
    counted.users_before,
    -- Whom a rule has left out since has not vanished.
    (counted.users + counted.users_excluded) / nullif(counted.users_before, 0) as users_ratio,
    (
        select count(*) from scores
        where rfm_tier is null or not list_contains($tiers, rfm_tier)
    ) as tierless_buyers,
    (
        select count(*) from buyers
        anti join scores on buyers.user_id = scores.user_id
    ) as scoreless_buyers,
    cast(abs(
        (select coalesce(sum(net_revenue), 0) from marts.fct_user_days)
        - (
            select coalesce(sum(net_amount), 0) from marts.fct_orders
            where not is_cancelled
        )
        + (
            select coalesce(sum(amount), 0) from marts.fct_refunds
            where not is_matched
        )
    ) as double) as money_gap,
    (select count(*) from kpis) as kpi_rows,
    (
        select count(*) from (select unnest($kpis) as kpi) as catalogue
        anti join (
            select kpi from kpis where dimension = 'all' and dimension_value = 'all'
        ) as totals on catalogue.kpi = totals.kpi
    ) as kpi_missing_all,
    (select count(*) from marts.recall_list where as_of_date = $as_of_date) as list_rows,
    (
        select cast(coalesce(sum(abs(
            lines - accepted - duplicates - quarantined - blank - left_out - erased
        )), 0) as bigint)
        from marts.load_ledger
    ) as ledger_gap,
    -- Where lines contradict one of another day, which no border check can know.
    (
        select
            case
                when sum(conflicts) > 0
                    then sum(quarantined) / nullif(sum(lines - blank - left_out - erased), 0)
                else 0
            end
        from marts.load_ledger
        where load_date = $as_of_date
    ) as rejected_share
from counted
