with

order_money as (

    select * from {{ ref('int_order_money') }}

),

refunds as (

    select * from {{ ref('int_refunds') }}

),

purchases as (

    select * from order_money
    where
        kind = 'purchase'
        and report_number = 1

),

cancelled as (

    select * from order_money
    where
        kind = 'cancellation'
        and report_number = 1

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

)

select * from final
