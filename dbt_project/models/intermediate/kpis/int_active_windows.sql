with

snapshot_dates as (

    select * from {{ ref('int_snapshot_dates') }}

),

user_days as (

    select
        user_id,
        event_date,
        shares > 0 as has_shared

    from {{ ref('fct_user_days') }}
    where
        events > 0
        and event_date <= {{ as_of_date() }}
        and event_date > (
            select cast({{ dbt.dateadd('day', -30, 'min(snapshot_dates.as_of_date)') }} as date)
            from snapshot_dates
        )

),

order_days as (

    select
        user_id,
        event_date,
        orders,
        paid_orders

    from {{ ref('int_order_days') }}
    where orders > 0

),

presences as (

    select
        'active' as measure,
        user_id,
        event_date,
        30 as window_days

    from user_days
    union all
    select
        'active_week' as measure,
        user_id,
        event_date,
        7 as window_days

    from user_days
    union all
    select
        'sharer' as measure,
        user_id,
        event_date,
        30 as window_days

    from user_days
    where has_shared
    union all
    select
        'payer' as measure,
        user_id,
        event_date,
        30 as window_days

    from order_days
    where paid_orders > 0
    union all
    select
        'buyer' as measure,
        user_id,
        event_date,
        90 as window_days

    from order_days

),

next_ones as (

    select
        *,
        lead(event_date) over (partition by measure, user_id order by event_date) as next_date

    from presences

),

orders as (

    select
        user_id,
        order_date,
        lag(order_date) over (partition by user_id order by order_date, order_id) as previous_date,
        lead(order_date) over (partition by user_id order by order_date, order_id) as next_date

    from {{ ref('fct_orders') }}
    where
        not is_cancelled
        and order_date <= {{ as_of_date() }}

),

intervals as (

    -- A user counts until the window has passed or the next day takes over.
    select
        measure,
        event_date as from_date,
        least(
            cast({{ dbt.dateadd('day', 'window_days', 'event_date') }} as date),
            coalesce(next_date, date '9999-12-31')
        ) as to_date

    from next_ones

    union all

    select
        'repeat_buyer' as measure,
        order_date as from_date,
        least(
            cast({{ dbt.dateadd('day', 90, 'previous_date') }} as date),
            coalesce(next_date, date '9999-12-31')
        ) as to_date

    from orders
    where previous_date is not null

),

ends as (

    select 1 as change
    union all
    select -1 as change

),

steps as (

    -- Plus one, minus one, and a running sum: never users times days.
    select
        intervals.measure,
        ends.change,
        case when ends.change > 0 then intervals.from_date else intervals.to_date end as event_date

    from intervals
    cross join ends
    where intervals.from_date < intervals.to_date

),

changes as (

    select
        measure,
        event_date,
        sum(change) as change

    from steps
    group by measure, event_date

),

measures as (

    select measure
    from changes
    group by measure

),

grid as (

    select
        snapshot_dates.as_of_date,
        measures.measure

    from snapshot_dates
    cross join measures

),

final as (

    select
        grid.as_of_date,
        grid.measure,
        cast(coalesce(sum(changes.change), 0) as bigint) as users

    from grid
    left join changes
        on
            grid.measure = changes.measure
            and grid.as_of_date >= changes.event_date
    group by grid.as_of_date, grid.measure

)

select * from final
