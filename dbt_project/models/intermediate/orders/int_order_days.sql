with

orders as (

    select * from {{ ref('int_orders') }}

),

movements as (

    select
        movements.*,
        orders.order_date

    from {{ ref('int_order_movements') }} as movements
    left join orders
        on movements.order_id = orders.order_id

),

entries as (

    select
        user_id,
        order_date as event_date,
        1 as orders,
        cast(coalesce(paid_until > order_date, true) as integer) as paid_orders,
        {{ money('0') }} as gross_amount,
        {{ money('0') }} as refunded,
        {{ money('0') }} as cancelled

    from orders
    where coalesce(stands_until > order_date, true)

    union all

    -- What was cancelled on its own day was never sold; later it is money that went back.
    select
        user_id,
        event_date,
        0 as orders,
        0 as paid_orders,
        case
            when kind = 'order' then amount
            when kind = 'cancellation' and event_date = order_date then -amount
            else 0
        end as gross_amount,
        case when kind in ('refund', 'unmatched_refund') then amount else 0 end as refunded,
        case when kind = 'cancellation' and event_date > order_date then amount else 0 end
            as cancelled

    from movements

),

final as (

    select
        user_id,
        event_date,
        cast(sum(orders) as bigint) as orders,
        cast(sum(paid_orders) as bigint) as paid_orders,
        {{ money('sum(gross_amount)') }} as gross_amount,
        {{ money('sum(refunded)') }} as refunded,
        {{ money('sum(cancelled)') }} as cancelled,
        {{ money('sum(gross_amount) - sum(refunded) - sum(cancelled)') }} as net_revenue

    from entries
    group by user_id, event_date

)

select * from final
where
    orders <> 0
    or gross_amount <> 0
    or refunded <> 0
    or cancelled <> 0
