with

totals as (

    select * from {{ ref('int_user_totals') }}

),

traits as (

    select * from {{ ref('int_user_day_traits') }}
    where event_date <= {{ as_of_date() }}

),

orders as (

    select * from {{ ref('fct_orders') }}
    where
        not is_cancelled
        and order_date <= {{ as_of_date() }}

),

latest_days as (

    select
        user_id,
        platform,
        country,
        row_number() over (partition by user_id order by event_date desc) as recency_rank

    from traits
    where
        platform is not null
        or country is not null

),

firsts as (

    select
        user_id,
        min(event_date) as first_trait_date,
        max(event_date) as last_trait_date,
        substr(min(first_campaign), 21) as acquisition_channel,
        coalesce(min(signed_up_at), min(identified_at)) as signed_up_at

    from traits
    group by user_id

),

order_totals as (

    select
        user_id,
        cast(count(*) as bigint) as orders,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date

    from orders
    group by user_id

),

everyone as (

    select user_id from totals
    union
    select user_id from firsts

),

final as (

    select
        everyone.user_id,
        least(
            coalesce(totals.first_active_date, firsts.first_trait_date),
            coalesce(firsts.first_trait_date, totals.first_active_date)
        ) as first_seen_date,
        greatest(
            coalesce(totals.last_active_date, firsts.last_trait_date),
            coalesce(firsts.last_trait_date, totals.last_active_date)
        ) as last_seen_date,
        totals.first_active_date,
        totals.last_active_date,
        firsts.signed_up_at,
        {{ local_date('firsts.signed_up_at') }} as signed_up_date,
        coalesce(firsts.acquisition_channel, 'direct') as acquisition_channel,
        latest_days.country,
        latest_days.platform,
        coalesce(totals.active_days, 0) as active_days,
        coalesce(totals.sessions, 0) as sessions,
        coalesce(order_totals.orders, 0) as orders,
        coalesce(totals.net_revenue, 0) as net_revenue,
        order_totals.first_order_date,
        order_totals.last_order_date

    from everyone
    left join totals
        on everyone.user_id = totals.user_id
    left join firsts
        on everyone.user_id = firsts.user_id
    left join latest_days
        on
            everyone.user_id = latest_days.user_id
            and latest_days.recency_rank = 1
    left join order_totals
        on everyone.user_id = order_totals.user_id

)

select * from final
