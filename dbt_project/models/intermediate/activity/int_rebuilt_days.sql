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
        'event_date': 'date', 'orders': 'bigint', 'net_revenue': 'decimal(18, 2)'
    }) }}

),

totals as (

    select
        event_date,
        sum(orders) as orders,
        sum(net_revenue) as net_revenue

    from order_days
    group by event_date

),

built_totals as (

    select
        event_date,
        sum(orders) as orders,
        sum(net_revenue) as net_revenue

    from built
    group by event_date

),

final as (

    select event_date from session_days

    union

    -- A late refund or cancellation changes the books of another day than its own.
    select coalesce(totals.event_date, built_totals.event_date) as event_date
    from totals
    full outer join built_totals
        on totals.event_date = built_totals.event_date
    where
        coalesce(totals.orders, 0) <> coalesce(built_totals.orders, 0)
        or coalesce(totals.net_revenue, 0) <> coalesce(built_totals.net_revenue, 0)

)

select * from final
