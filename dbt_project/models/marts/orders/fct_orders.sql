with

order_money as (

    select * from {{ ref('int_order_money') }}

),

refunds as (

    select * from {{ ref('int_refunds') }}

),

purchases as (

    -- The same order reported twice is one order: the first report counts.
    select
        *,
        row_number() over (partition by order_id order by occurred_at, message_id) as purchase_rank

    from order_money
    where kind = 'purchase'

),

cancelled as (

    select order_id
    from order_money
    where kind = 'cancellation'
    group by order_id

),

refunded as (

    select
        order_id,
        sum(refunded_amount) as refunded_amount

    from refunds
    group by order_id

),

final as (

    select
        purchases.order_id,
        purchases.user_id,
        {{ money('purchases.reported_amount') }} as amount,
        {{ money('coalesce(refunded.refunded_amount, 0)') }} as refunded,
        {{ money('purchases.reported_amount - coalesce(refunded.refunded_amount, 0)') }}
            as net_amount,
        purchases.order_currency as currency,
        purchases.original_amount,
        purchases.coupon,
        cancelled.order_id is not null as is_cancelled,
        purchases.reported_amount is not null as is_converted,
        purchases.occurred_at as ordered_at,
        purchases.event_date as order_date

    from purchases
    left join cancelled
        on purchases.order_id = cancelled.order_id
    left join refunded
        on purchases.order_id = refunded.order_id
    where purchases.purchase_rank = 1

)

select * from final
