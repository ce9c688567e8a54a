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

orders as (

    select * from {{ ref('int_orders') }}

),

parameters as (

    select cast(value as bigint) as window_days
    from {{ ref('parameters') }}
    where parameter = 'rfm_window_days'

),

movements as (

    select
        user_id,
        order_date,
        stands_until,
        order_date as event_date,
        1 as orders,
        case when amount is null then 0 else 1 end as valued_orders,
        -- Without a rate it still is an order; only its money is unknown.
        coalesce(amount, 0) as amount

    from orders

    union all

    select
        orders.user_id,
        orders.order_date,
        orders.stands_until,
        refunds.event_date,
        0 as orders,
        0 as valued_orders,
        -refunds.amount as amount

    from {{ ref('int_order_movements') }} as refunds
    inner join orders
        on refunds.order_id = orders.order_id
    where refunds.kind = 'refund'

),

final as (

    select
        snapshots.as_of_date,
        movements.user_id,
        {{ days_between('max(movements.order_date)', 'snapshots.as_of_date') }} as recency_days,
        cast(sum(movements.orders) as bigint) as frequency,
        cast(sum(movements.valued_orders) as bigint) as valued_orders,
        {{ money('sum(movements.amount)') }} as monetary

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
