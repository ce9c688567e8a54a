{#- A view: read once, by `int_portrait_classes`. -#}
{{ config(materialized='view') }}

with

funnels as (

    select
        funnel,
        count(*) as steps

    from {{ ref('int_funnel_starts') }}
    where first_date <= {{ as_of_date() }}
    group by funnel

),

entered as (

    select
        user_id,
        funnel,
        count(case when is_reached then 1 end) as reached

    from {{ ref('int_funnel_users') }}
    group by user_id, funnel
    having count(case when is_reached then 1 end) > 0

),

completions as (

    select
        entered.user_id,
        {{ rate('sum(entered.reached)', 'sum(funnels.steps)') }} as completion

    from entered
    inner join funnels
        on entered.funnel = funnels.funnel
    group by entered.user_id

),

orders as (

    select
        user_id,
        {{ rate('count(coupon)', 'count(*)') }} as price_sensitivity

    from {{ ref('int_orders') }}
    where
        order_date <= {{ as_of_date() }}
        and coalesce(stands_until > {{ as_of_date() }}, true)
    group by user_id

),

invited as (

    select
        inviter_id as user_id,
        cast(count(*) as bigint) as invited_users

    from {{ ref('user_referrals') }}
    group by inviter_id

),

final as (

    select
        profiles.user_id,
        profiles.country,
        profiles.platform,
        {{ days_between('profiles.last_order_date', as_of_date()) }} as order_days,
        orders.price_sensitivity,
        cast(coalesce(totals.recent_active_days, 0) as bigint) as active_days,
        cast(coalesce(totals.recent_online_seconds, 0) as double) / 60 as online_minutes,
        completions.completion,
        cast(coalesce(totals.recent_spread, 0) as bigint) as spread,
        referrals.inviter_id,
        coalesce(invited.invited_users, 0) as invited_users

    from {{ ref('int_user_profile') }} as profiles
    left join {{ ref('int_user_totals') }} as totals
        on profiles.user_id = totals.user_id
    left join completions
        on profiles.user_id = completions.user_id
    left join orders
        on profiles.user_id = orders.user_id
    left join {{ ref('user_referrals') }} as referrals
        on profiles.user_id = referrals.user_id
    left join invited
        on profiles.user_id = invited.user_id

)

select * from final
