with

order_money as (

    select * from {{ ref('int_order_money') }}

),

refunds as (

    select
        refund.message_id,
        refund.order_id,
        refund.user_id,
        refund.occurred_at,
        refund.event_date,
        purchase.reported_amount as order_amount,
        -- A refund without an amount gives back the whole order.
        coalesce(refund.reported_amount, purchase.reported_amount) as asked_amount

    from order_money as refund
    inner join order_money as purchase
        on refund.order_id = purchase.order_id
    where
        refund.kind = 'refund'
        and purchase.kind = 'purchase'
        and purchase.report_number = 1
        and purchase.reported_amount is not null

),

running as (

    select
        *,
        sum(asked_amount) over (
            partition by order_id
            order by occurred_at, message_id
            rows between unbounded preceding and current row
        ) as asked_so_far

    from refunds

),

final as (

    -- Never below zero for the order: what exceeds its amount is not given back twice.
    select
        message_id,
        order_id,
        user_id,
        {{ money(
            'greatest(0, least(asked_amount, order_amount - (asked_so_far - asked_amount)))'
        ) }} as refunded_amount,
        occurred_at,
        event_date

    from running

)

select * from final
