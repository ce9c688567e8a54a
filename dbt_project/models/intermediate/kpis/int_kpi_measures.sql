{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

with

snapshot_dates as (

    select * from {{ ref('int_snapshot_dates') }}

),

changes as (

    select * from {{ ref('int_kpi_changes') }}

),

counted as (

    select
        measure,
        window_days,
        dimension,
        dimension_value

    from changes
    group by measure, window_days, dimension, dimension_value

),

running as (

    select
        counted.measure,
        counted.window_days,
        counted.dimension,
        counted.dimension_value,
        snapshot_dates.as_of_date,
        sum(changes.change) over (
            partition by
                counted.measure, counted.window_days, counted.dimension, counted.dimension_value
            order by snapshot_dates.as_of_date
            rows between unbounded preceding and current row
        ) as amount

    from counted
    cross join snapshot_dates
    left join changes
        on
            counted.measure = changes.measure
            and counted.window_days = changes.window_days
            and counted.dimension = changes.dimension
            and counted.dimension_value = changes.dimension_value
            and snapshot_dates.as_of_date = changes.change_date

),

summed as (

    -- Where there is nothing there is no row. Exact until here, whatever was added up first.
    select
        measure,
        window_days,
        dimension,
        dimension_value,
        cast(amount as double) / case measure
            when 'mean_daily_users' then window_days
            when 'online_minutes' then 60
            when 'complaint_hours' then 3600
            when 'message_cost' then 10000
            else 1
        end as value,
        as_of_date

    from running
    where amount <> 0

),

by_head as (

    -- As many as are counted, at so much a head: what they cost, or bring.
    select
        listed.measure,
        counted.window_days,
        counted.dimension,
        counted.dimension_value,
        counted.value * amounts.value / heads.value as value,
        counted.as_of_date

    from (
        values
        ('acquisition_cost', 'valued_buyers', 'spend', 'won_customers'),
        ('customers_revenue', 'won_customers', 'net_revenue', 'payers')
    ) as listed (measure, of_whom, amount, by_whom)
    inner join summed as counted
        on
            listed.of_whom = counted.measure
            and counted.dimension = 'all'
    inner join summed as amounts
        on
            listed.amount = amounts.measure
            and amounts.dimension = 'all'
            and counted.window_days = amounts.window_days
            and counted.as_of_date = amounts.as_of_date
    inner join summed as heads
        on
            listed.by_whom = heads.measure
            and heads.dimension = 'all'
            and counted.window_days = heads.window_days
            and counted.as_of_date = heads.as_of_date

),

final as (

    select * from summed
    union all
    select * from by_head

)

select * from final
