with

reports as (

    select * from {{ ref('int_order_reports') }}

),

orders as (

    select * from reports
    where
        kind = 'purchase'
        and report_number = 1

),

faults as (

    -- A report without an amount, or a currency, contradicts none.
    select
        further.event_date,
        'order_conflicts' as fault

    from reports as further
    inner join orders
        on further.order_id = orders.order_id
    where
        further.kind = 'purchase'
        and further.report_number > 1
        and (
            further.user_id <> orders.user_id
            or further.original_amount <> orders.original_amount
            or (
                further.original_amount is not null
                and further.named_currency <> orders.named_currency
            )
        )

    union all

    select
        event_date,
        'purchases_without_id' as fault

    from {{ ref('int_order_events') }}
    where order_id is null

    union all

    select
        event_date,
        'orders_without_value' as fault

    from orders
    where exact_amount is null

    union all

    select
        refund_date as event_date,
        'unmatched_refunds' as fault

    from {{ ref('fct_refunds') }}
    where not is_matched

    union all

    select
        refund_date as event_date,
        'refunds_without_value' as fault

    from {{ ref('fct_refunds') }}
    where amount is null

),

final as (

    select
        event_date,
        cast(count_if(fault = 'order_conflicts') as bigint) as order_conflicts,
        cast(count_if(fault = 'purchases_without_id') as bigint) as purchases_without_id,
        cast(count_if(fault = 'orders_without_value') as bigint) as orders_without_value,
        cast(count_if(fault = 'unmatched_refunds') as bigint) as unmatched_refunds,
        cast(count_if(fault = 'refunds_without_value') as bigint) as refunds_without_value

    from faults
    group by event_date

)

select * from final
