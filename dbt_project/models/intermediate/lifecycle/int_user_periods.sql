with

user_days as (

    select * from {{ ref('fct_user_days') }}
    where event_date <= {{ as_of_date() }}

),

order_days as (

    select * from {{ ref('int_order_days') }}
    where event_date <= {{ as_of_date() }}

),

daily as (

    select
        'activity' as basis,
        user_days.user_id,
        user_days.event_date,
        user_days.events > 0 as is_present,
        user_days.orders,
        user_days.net_revenue

    from user_days

    union all

    select
        'order' as basis,
        order_days.user_id,
        order_days.event_date,
        order_days.orders > 0 as is_present,
        order_days.orders,
        order_days.net_revenue

    from order_days

),

final as (

    -- A day is told by one row as it is.
    select
        basis,
        'day' as period,
        user_id,
        event_date as period_start,
        is_present,
        orders,
        net_revenue

    from daily

    {% for period in ['week', 'month'] %}
    union all

    select
        basis,
        '{{ period }}' as period,
        user_id,
        {{ period_start(period, 'event_date') }} as period_start,
        cast(count_if(is_present) > 0 as boolean) as is_present,
        cast(sum(orders) as bigint) as orders,
        {{ money('sum(net_revenue)') }} as net_revenue

    from daily
    group by basis, user_id, {{ period_start(period, 'event_date') }}
    {% endfor %}

)

select * from final
