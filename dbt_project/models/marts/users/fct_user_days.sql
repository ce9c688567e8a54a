{{ rebuilt_by('event_date', 'int_rebuilt_days') }}

with

rebuilt_days as (

    select * from {{ ref('int_rebuilt_days') }}

),

buckets as (

    select * from {{ ref('int_user_buckets') }}
    where event_date in (select rebuilt_days.event_date from rebuilt_days)

),

sessions as (

    select * from {{ ref('fct_sessions') }}
    where event_date in (select rebuilt_days.event_date from rebuilt_days)

),

order_days as (

    select * from {{ ref('int_order_days') }}
    where event_date in (select rebuilt_days.event_date from rebuilt_days)

),

activity as (

    select
        user_id,
        event_date,
        sum(events) as events,
        sum(interactions) as interactions,
        greatest(
            sum(logins), max(case when signed_in_events > 0 then 1 else 0 end)
        ) as logins,
        sum(content) as content,
        sum(shares) as shares,
        sum(invites) as invites

    from buckets
    group by user_id, event_date

),

session_days as (

    select
        user_id,
        event_date,
        count(*) as sessions,
        sum(duration_seconds) as online_seconds

    from sessions
    group by user_id, event_date

),

final as (

    -- Money can move on a day without a visit: a refund, an order placed by phone.
    select
        coalesce(activity.user_id, order_days.user_id) as user_id,
        cast(coalesce(activity.events, 0) as bigint) as events,
        cast(coalesce(activity.interactions, 0) as bigint) as interactions,
        cast(coalesce(activity.logins, 0) as bigint) as logins,
        cast(coalesce(session_days.sessions, 0) as bigint) as sessions,
        cast(coalesce(session_days.online_seconds, 0) as bigint) as online_seconds,
        cast(coalesce(order_days.orders, 0) as bigint) as orders,
        {{ money('coalesce(order_days.net_revenue, 0)') }} as net_revenue,
        cast(coalesce(activity.content, 0) as bigint) as content,
        cast(coalesce(activity.shares, 0) as bigint) as shares,
        cast(coalesce(activity.invites, 0) as bigint) as invites,
        coalesce(activity.event_date, order_days.event_date) as event_date

    from activity
    full outer join order_days
        on
            activity.user_id = order_days.user_id
            and activity.event_date = order_days.event_date
    left join session_days
        on
            activity.user_id = session_days.user_id
            and activity.event_date = session_days.event_date

)

select * from final
