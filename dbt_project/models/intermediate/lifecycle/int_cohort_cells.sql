{#- Read twice by one model: DuckDB works it out once all the same, Spark would not. -#}
{{ config(materialized='view' if target.type == 'duckdb' else 'table') }}

with

returns as (

    select * from {{ ref('int_cohort_returns') }}

),

sizes as (

    {{ split_cohorts(
        ref('int_cohort_members'),
        ['cohort_by', 'period', 'clock', 'cohort_start'],
        {
            'cohort_size': 'cast(count(*) as bigint)',
            'ever_users': 'cast(count(last_number) as bigint)',
        }
    ) }}

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

    -- Whoever began in the last minute of a day has the 24 hours of the next one before them.
    -- A period in which nothing landed says nothing of who came.
    select
        reachable.*,
        coalesce(landed.landed_before, 0) as landed_before,
        coalesce(landed.is_landed, false)
        and (reachable.clock = 'calendar' or landed.is_landed_after)
        and {{ next_period_start('reachable.period', 'reachable.cell_start') }}
        + case when reachable.clock = 'rolling_24h' then 1 else 0 end
        <= {{ as_of_date() }} + 1 as is_mature

    from reachable
    left join {{ ref('int_landed_periods') }} as landed
        on
            reachable.period = landed.period
            and reachable.cell_start = landed.period_start
    where reachable.cell_start <= {{ as_of_date() }}

),

filled as (

    select
        reached.*,
        coalesce(returns.last_users, 0) as last_users,
        coalesce(returns.users, 0) as users,
        coalesce(returns.orders, 0) as orders,
        coalesce(returns.net_revenue, 0) as net_revenue

    from reached
    left join returns
        on
            reached.cohort_by = returns.cohort_by
            and reached.period = returns.period
            and reached.clock = returns.clock
            and reached.cohort_start = returns.cohort_start
            and reached.dimension = returns.dimension
            and reached.dimension_value = returns.dimension_value
            and reached.period_number = returns.period_number

),

final as (

    -- Here or later is whoever was ever here, less those who had been here last before.
    select
        cohort_by,
        period,
        clock,
        cohort_start,
        dimension,
        dimension_value,
        cohort_size,
        period_number,
        landed_before,
        is_mature,
        users,
        cast(ever_users - sum(last_users) over so_far + last_users as bigint) as users_from_here,
        orders,
        net_revenue,
        sum(net_revenue) over so_far as revenue_so_far

    from filled
    window
        so_far as (
            partition by cohort_by, period, clock, cohort_start, dimension, dimension_value
            order by period_number
            rows between unbounded preceding and current row
        )

)

select * from final
