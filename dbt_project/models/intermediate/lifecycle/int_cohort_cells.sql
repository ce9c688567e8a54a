{#- Read twice by one model: DuckDB works it out once all the same, Spark would not. -#}
{{ config(materialized='view' if target.type == 'duckdb' else 'table') }}

with

members as (

    select * from {{ ref('int_cohort_members') }}

),

returns as (

    select * from {{ ref('int_cohort_returns') }}

),

sizes as (

    select
        cohort_by,
        period,
        cohort_start,
        cast(count(*) as bigint) as cohort_size

    from members
    group by cohort_by, period, cohort_start

),

reachable as (

    -- Every cell a cohort can have, so that nobody returning is a zero and not a hole.
    select
        sizes.*,
        numbers.period_number,
        {{ period_after('sizes.period', 'sizes.cohort_start', 'numbers.period_number') }}
            as cell_start

    from sizes
    inner join {{ ref('retention_horizons') }} as horizons
        on sizes.period = horizons.period
    inner join range(730) as numbers (period_number)
        on horizons.max_period_number >= numbers.period_number

),

reached as (

    select
        *,
        {{ next_period_start('period', 'cell_start') }} <= {{ as_of_date() }} + 1 as is_mature

    from reachable
    where cell_start <= {{ as_of_date() }}

),

ever_present as (

    select
        cohort_by,
        period,
        cohort_start,
        sum(last_users) as ever_users

    from returns
    group by cohort_by, period, cohort_start

),

filled as (

    select
        reached.*,
        coalesce(ever_present.ever_users, 0) as ever_users,
        coalesce(returns.last_users, 0) as last_users,
        coalesce(returns.users, 0) as users,
        coalesce(returns.orders, 0) as orders,
        coalesce(returns.net_revenue, 0) as net_revenue

    from reached
    left join ever_present
        on
            reached.cohort_by = ever_present.cohort_by
            and reached.period = ever_present.period
            and reached.cohort_start = ever_present.cohort_start
    left join returns
        on
            reached.cohort_by = returns.cohort_by
            and reached.period = returns.period
            and reached.cohort_start = returns.cohort_start
            and reached.period_number = returns.period_number

),

final as (

    -- Here or later is whoever was ever here, less those who had been here last before.
    select
        cohort_by,
        period,
        cohort_start,
        cohort_size,
        period_number,
        is_mature,
        users,
        cast(ever_users - sum(last_users) over so_far + last_users as bigint) as users_from_here,
        orders,
        net_revenue,
        sum(net_revenue) over so_far as revenue_so_far

    from filled
    window
        so_far as (
            partition by cohort_by, period, cohort_start
            order by period_number
            rows between unbounded preceding and current row
        )

)

select * from final
