with

orders as (

    select * from {{ ref('fct_orders') }}
    where not is_cancelled

),

refunds as (

    select * from {{ ref('int_refunds') }}

),

movements as (

    select
        user_id,
        order_date as event_date,
        1 as orders,
        coalesce(amount, 0) as amount,
        0 as refunded,
        cast(coalesce(net_amount, 0) > 0 as integer) as paid_orders

    from orders

    union all

    -- A refund counts on its own date, on the books of who placed the order.
    select
        orders.user_id,
        refunds.event_date,
        0 as orders,
        0 as amount,
        refunds.refunded_amount as refunded,
        0 as paid_orders

    from refunds
    inner join orders
        on refunds.order_id = orders.order_id

),

final as (

    select
        user_id,
        event_date,
        cast(sum(orders) as bigint) as orders,
        cast(sum(paid_orders) as bigint) as paid_orders,
        {{ money('sum(amount)') }} as gross_amount,
        {{ money('sum(refunded)') }} as refunded,
        {{ money('sum(amount) - sum(refunded)') }} as net_revenue

    from movements
    group by user_id, event_date

)

select * from final
