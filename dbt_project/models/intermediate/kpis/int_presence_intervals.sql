{{ config(materialized='view') }}

with

windows as (

    select
        listed.measure,
        listed.window_days

    from (
        values
        ('active_users', 7),
        ('active_users', 30),
        ('sharers', 30),
        ('payers', 30),
        ('buyers', 90),
        ('repeat_buyers', 90)
    ) as listed (measure, window_days)

),

user_days as (

    select * from {{ ref('fct_user_days') }}
    where
        events > 0
        and event_date <= {{ as_of_date() }}
        and event_date > (
            select cast({{ dbt.dateadd('day', -30, 'min(dates.as_of_date)') }} as date)
            from {{ ref('int_snapshot_dates') }} as dates
        )

),

order_days as (

    select * from {{ ref('int_order_days') }}
    where orders > 0

),

repeat_orders as (

    select
        user_id,
        order_date,
        lag(order_date) over (partition by user_id order by order_date, order_id) as previous_date

    from {{ ref('fct_orders') }}
    where
        not is_cancelled
        and order_date <= {{ as_of_date() }}

),

presences as (

    select
        'active_users' as measure,
        user_id,
        event_date,
        event_date as counted_from

    from user_days
    union all
    select
        'sharers' as measure,
        user_id,
        event_date,
        event_date as counted_from

    from user_days
    where shares > 0
    union all
    select
        'payers' as measure,
        user_id,
        event_date,
        event_date as counted_from

    from order_days
    where paid_orders > 0
    union all
    select
        'buyers' as measure,
        user_id,
        event_date,
        event_date as counted_from

    from order_days
    union all
    -- Two orders are within the window until it has left the former behind.
    select
        'repeat_buyers' as measure,
        user_id,
        order_date as event_date,
        previous_date as counted_from

    from repeat_orders
    where previous_date is not null

),

next_presences as (

    select
        *,
        lead(event_date) over (
            partition by measure, user_id order by event_date, counted_from
        ) as next_date

    from presences

),

final as (

    -- A user counts until the window has passed or the next day takes over.
    select
        windows.measure,
        windows.window_days,
        next_presences.event_date as from_date,
        least(
            next_presences.counted_from + windows.window_days,
            coalesce(next_presences.next_date, date '9999-12-31')
        ) as to_date

    from next_presences
    inner join windows
        on next_presences.measure = windows.measure

)

select * from final
where from_date < to_date
