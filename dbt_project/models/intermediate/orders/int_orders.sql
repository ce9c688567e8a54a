with

reports as (

    select * from {{ ref('int_order_reports') }}
    where report_number = 1

),

cancellations as (

    select
        order_id,
        event_date

    from reports
    where kind = 'cancellation'

),

taken_back as (

    select
        order_id,
        sum(amount) as amount,
        sum(case when kind = 'refund' then amount else 0 end) as refunded,
        max(event_date) as last_date

    from {{ ref('int_order_movements') }}
    where kind in ('refund', 'cancellation')
    group by order_id

),

orders as (

    select
        reports.*,
        {{ payable('reports.exact_amount') }} as amount

    from reports
    where reports.kind = 'purchase'

),

final as (

    select
        orders.order_id,
        orders.user_id,
        orders.amount,
        {{ money('coalesce(taken_back.refunded, 0)') }} as refunded,
        orders.currency,
        cast(orders.original_amount as decimal(18, 4)) as original_amount,
        orders.has_rate,
        orders.coupon,
        orders.occurred_at as ordered_at,
        orders.event_date as order_date,
        case
            when cancellations.order_id is not null
                then greatest(cancellations.event_date, orders.event_date)
        end as stands_until,
        case
            when coalesce(orders.amount, 0) = 0 then orders.event_date
            -- The last movement of an order that is all taken back is the one that did it.
            when orders.amount = taken_back.amount then taken_back.last_date
        end as paid_until

    from orders
    left join cancellations
        on orders.order_id = cancellations.order_id
    left join taken_back
        on orders.order_id = taken_back.order_id

)

select * from final
