{{ config(materialized='view') }}

with

tiers as (

    select
        tier,
        min(tier_name_zh) as name_zh

    from {{ ref('rfm_tiers') }}
    group by tier

),

final as (

    select
        users.user_id,
        users.rfm_tier,
        coalesce(tiers.name_zh, users.rfm_tier) as tier_zh,
        users.first_seen_date,
        {{ days_between(
            "greatest(users.last_seen_date, coalesce(users.last_order_date, users.last_seen_date))",
            as_of_date()
        ) }} as silent_days

    from {{ ref('dim_users') }} as users
    left join tiers
        on users.rfm_tier = tiers.tier

)

select * from final
