with

snapshot_dates as (

    select * from {{ ref('int_snapshot_dates') }}

),

bounds as (

    -- The longest window of a KPI is 90 days.
    select cast({{ dbt.dateadd('day', -90, 'min(as_of_date)') }} as date) as first_date
    from snapshot_dates

),

calendar as (

    {{ dbt.date_spine('day', "cast('1990-01-01' as date)", dbt.dateadd('day', 1, as_of_date())) }}

),

days as (

    select cast(calendar.date_day as date) as event_date
    from calendar
    cross join bounds
    where cast(calendar.date_day as date) >= bounds.first_date

),

user_days as (

    select
        event_date,
        count_if(events > 0) as active_users,
        sum(sessions) as sessions,
        sum(online_seconds) as online_seconds,
        sum(content) as content,
        sum(invites) as invites

    from {{ ref('fct_user_days') }}
    where event_date >= (select bounds.first_date from bounds)
    group by event_date

),

order_days as (

    select
        event_date,
        sum(orders) as orders,
        count_if(paid_orders > 0) as payers,
        sum(gross_amount) as gross_amount,
        sum(refunded) as refunded,
        sum(net_revenue) as net_revenue

    from {{ ref('int_order_days') }}
    group by event_date

),

newcomers as (

    select
        first_active_date as event_date,
        count(*) as new_users

    from {{ ref('int_user_totals') }}
    group by first_active_date

),

tracked as (

    select
        event_date,
        sum(events) as events,
        sum(known_events) as known_events

    from {{ ref('int_user_buckets') }}
    where event_date >= (select bounds.first_date from bounds)
    group by event_date

),

signals as (

    select * from {{ ref('int_signal_days') }}

),

final as (

    select
        days.event_date,
        cast(coalesce(user_days.active_users, 0) as bigint) as active_users,
        cast(coalesce(newcomers.new_users, 0) as bigint) as new_users,
        cast(coalesce(user_days.sessions, 0) as bigint) as sessions,
        cast(coalesce(user_days.online_seconds, 0) as bigint) as online_seconds,
        cast(coalesce(user_days.content, 0) as bigint) as content,
        cast(coalesce(user_days.invites, 0) as bigint) as invites,
        cast(coalesce(order_days.orders, 0) as bigint) as orders,
        cast(coalesce(order_days.payers, 0) as bigint) as payers,
        {{ money('coalesce(order_days.gross_amount, 0)') }} as gross_amount,
        {{ money('coalesce(order_days.refunded, 0)') }} as refunded,
        {{ money('coalesce(order_days.net_revenue, 0)') }} as net_revenue,
        cast(coalesce(tracked.events, 0) as bigint) as events,
        cast(coalesce(tracked.known_events, 0) as bigint) as known_events,
        cast(coalesce(signals.complaints, 0) as bigint) as complaints,
        cast(coalesce(signals.promoters, 0) as bigint) as promoters,
        cast(coalesce(signals.detractors, 0) as bigint) as detractors,
        cast(coalesce(signals.answers, 0) as bigint) as answers

    from days
    left join user_days
        on days.event_date = user_days.event_date
    left join order_days
        on days.event_date = order_days.event_date
    left join newcomers
        on days.event_date = newcomers.event_date
    left join tracked
        on days.event_date = tracked.event_date
    left join signals
        on days.event_date = signals.event_date

)

select * from final
