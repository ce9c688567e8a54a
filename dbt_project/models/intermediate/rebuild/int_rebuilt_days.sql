with

session_days as (

    select * from {{ ref('int_session_days') }}

),

order_days as (

    select * from {{ ref('int_order_days') }}

),

built as (

    select *
    from {{ previous('fct_user_days', {
        'user_id': 'string', 'event_date': 'date', 'orders': 'bigint',
        'net_revenue': 'decimal(18, 2)'
    }) }}

),

built_orders as (

    select * from built
    where
        orders <> 0
        or net_revenue <> 0

),

final as (

    select event_date from session_days

    union

    -- A late refund or cancellation changes the books of another day than its own.
    select coalesce(order_days.event_date, built_orders.event_date) as event_date
    from order_days
    full outer join built_orders
        on
            order_days.user_id = built_orders.user_id
            and order_days.event_date = built_orders.event_date
    where
        coalesce(order_days.orders, 0) <> coalesce(built_orders.orders, 0)
        or coalesce(order_days.net_revenue, 0) <> coalesce(built_orders.net_revenue, 0)

)

select * from final
