with

totals as (

    select * from {{ ref('int_user_totals') }}

),

traits as (

    select * from {{ ref('int_user_traits') }}

),

order_totals as (

    select
        user_id,
        cast(count(*) as bigint) as orders,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date

    from {{ ref('int_orders') }}
    where
        order_date <= {{ as_of_date() }}
        and coalesce(stands_until > {{ as_of_date() }}, true)
    group by user_id

),

final as (

    select
        traits.user_id,
        traits.first_seen_date,
        traits.last_seen_date,
        totals.first_active_date,
        totals.last_active_date,
        traits.signed_up_at,
        {{ local_date('traits.signed_up_at') }} as signed_up_date,
        traits.acquisition_channel,
        traits.acquired_date,
        traits.country,
        traits.platform,
        coalesce(totals.active_days, 0) as active_days,
        coalesce(totals.sessions, 0) as sessions,
        coalesce(order_totals.orders, 0) as orders,
        coalesce(totals.net_revenue, 0) as net_revenue,
        order_totals.first_order_date,
        order_totals.last_order_date

    from traits
    left join totals
        on traits.user_id = totals.user_id
    left join order_totals
        on traits.user_id = order_totals.user_id
    where coalesce(traits.first_seen_date, totals.first_active_date) is not null

)

select * from final
