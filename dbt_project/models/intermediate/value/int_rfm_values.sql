{{ config(materialized='view') }}

with

snapshots as (

    -- Every Sunday is kept, and the latest day; a weekday's snapshot gives way to the next.
    select as_of_date
    from {{ ref('int_snapshot_dates') }}
    where
        is_sunday
        or is_latest

),

parameters as (

    select cast(value as bigint) as window_days
    from {{ ref('parameters') }}
    where parameter = 'rfm_window_days'

),

movements as (

    {{ movements_of_orders() }}

),

final as (

    select
        snapshots.as_of_date,
        movements.user_id,
        {{ days_between('max(movements.order_date)', 'snapshots.as_of_date') }} as recency_days,
        cast(count(case when movements.is_order then 1 end) as bigint) as frequency,
        cast(count(case when movements.is_order then movements.amount end) as bigint)
            as valued_orders,
        -- Without a rate it still is an order; only its money is unknown.
        {{ money('sum(coalesce(movements.amount, 0))') }} as monetary

    from snapshots
    cross join parameters
    inner join movements
        on
            snapshots.as_of_date >= movements.event_date
            and snapshots.as_of_date >= movements.order_date
            and coalesce(snapshots.as_of_date < movements.stands_until, true)
            and (
                parameters.window_days is null
                or {{ days_between('movements.order_date', 'snapshots.as_of_date') }}
                < parameters.window_days
            )
    group by snapshots.as_of_date, movements.user_id

)

select * from final
