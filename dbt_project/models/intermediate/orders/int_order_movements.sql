with

reports as (

    select * from {{ ref('int_order_reports') }}
    where report_number = 1

),

refunds as (

    select * from {{ ref('fct_refunds') }}
    where amount > 0

),

orders as (

    select
        order_id,
        user_id,
        event_date,
        {{ payable('exact_amount') }} as amount

    from reports
    where
        kind = 'purchase'
        and exact_amount is not null

),

given_back as (

    select
        order_id,
        sum(amount) as amount

    from refunds
    where is_matched
    group by order_id

),

movements as (

    select
        'order' as kind,
        order_id,
        user_id,
        event_date,
        amount

    from orders

    union all

    select
        case when is_matched then 'refund' else 'unmatched_refund' end as kind,
        order_id,
        user_id,
        refund_date as event_date,
        amount

    from refunds

    union all

    -- A cancellation takes back what is left of the order.
    select
        'cancellation' as kind,
        orders.order_id,
        orders.user_id,
        greatest(cancellations.event_date, orders.event_date) as event_date,
        orders.amount - coalesce(given_back.amount, 0) as amount

    from orders
    inner join reports as cancellations
        on
            orders.order_id = cancellations.order_id
            and cancellations.kind = 'cancellation'
    left join given_back
        on orders.order_id = given_back.order_id

),

final as (

    select
        kind,
        order_id,
        user_id,
        {{ money('amount') }} as amount,
        event_date

    from movements
    where amount > 0

)

select * from final
