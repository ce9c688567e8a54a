{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}
    where
        measure in (
            'mean_daily_users', 'sessions', 'online_minutes', 'events', 'known_events', 'content',
            'shares', 'invites', 'gross_amount', 'refunded', 'net_revenue', 'complaints',
            'promoter_points', 'answers', 'cancelled', 'orders_without_value', 'order_conflicts',
            'purchases_without_id', 'unmatched_refunds', 'spend'
        )

),

landed as (

    -- Days that no window reaches are not read.
    select days.event_date
    from {{ ref('int_landed_days') }} as days
    where
        days.is_landed
        and {{ is_in_reach('days.event_date') }}

),

user_days as (

    select
        user_id,
        event_date,
        {{ money('case when events > 0 then 1 else 0 end') }} as mean_daily_users,
        {{ money('sessions') }} as sessions,
        {{ money('online_seconds') }} as online_minutes,
        {{ money('content') }} as content,
        {{ money('shares') }} as shares,
        {{ money('invites') }} as invites

    from {{ ref('fct_user_days') }}
    where event_date in (select landed.event_date from landed)

),

tracked as (

    select
        user_id,
        event_date,
        {{ money('tracked_events') }} as events,
        {{ money('known_events') }} as known_events

    from {{ ref('int_user_day_traits') }}
    where event_date in (select landed.event_date from landed)

),

order_days as (

    select
        user_id,
        event_date,
        {{ money('gross_amount') }} as gross_amount,
        {{ money('refunded') }} as refunded,
        {{ money('cancelled') }} as cancelled,
        {{ money('net_revenue') }} as net_revenue

    from {{ ref('int_order_days') }}
    where event_date in (select landed.event_date from landed)

),

signals as (

    select
        user_id,
        event_date,
        {{ money('complaints') }} as complaints,
        {{ money('100 * (promoters - detractors)') }} as promoter_points,
        {{ money('answers') }} as answers

    from {{ ref('int_signal_days') }}
    where event_date in (select landed.event_date from landed)

),

faults as (

    -- Of no user.
    select
        cast(null as {{ dbt.type_string() }}) as user_id,
        event_date,
        {{ money('orders_without_value') }} as orders_without_value,
        {{ money('order_conflicts') }} as order_conflicts,
        {{ money('purchases_without_id') }} as purchases_without_id,
        {{ money('unmatched_refunds') }} as unmatched_refunds

    from {{ ref('int_order_faults') }}
    where event_date in (select landed.event_date from landed)

),

spend as (

    -- Of channels, not of users.
    select
        cast(null as {{ dbt.type_string() }}) as user_id,
        spend_date as event_date,
        'spend' as measure,
        {{ money('coalesce(amount, 0)') }} as amount

    from {{ ref('int_spend') }}
    where spend_date in (select landed.event_date from landed)

),

amounts as (

    select * from user_days
    unpivot (
        amount for measure in (
            mean_daily_users, sessions, online_minutes, content, shares, invites
        )
    )
    union all
    select * from tracked
    unpivot (amount for measure in (events, known_events))
    union all
    select * from order_days
    unpivot (amount for measure in (gross_amount, refunded, cancelled, net_revenue))
    union all
    select * from signals
    unpivot (amount for measure in (complaints, promoter_points, answers))
    union all
    select * from faults
    unpivot (
        amount for measure in (
            orders_without_value, order_conflicts, purchases_without_id, unmatched_refunds
        )
    )
    union all
    select
        user_id,
        event_date,
        measure,
        amount

    from spend

),

final as (

    -- Within a window from its day until the window has passed. Minutes are told in seconds yet.
    select
        amounts.measure,
        terms.window_days,
        amounts.user_id,
        amounts.event_date as from_date,
        amounts.event_date + terms.window_days as to_date,
        amounts.amount

    from amounts
    inner join terms
        on amounts.measure = terms.measure
    where amounts.amount <> 0

)

select * from final
