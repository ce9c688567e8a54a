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

final as (

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

)

select * from final
