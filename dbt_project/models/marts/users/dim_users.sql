with

profiles as (

    select * from {{ ref('int_user_profile') }}

),

lifecycle as (

    select * from {{ ref('user_lifecycle') }}
    where valid_to is null

),

scores as (

    select * from {{ ref('rfm_scores') }}
    where as_of_date = {{ as_of_date() }}

),

warnings as (

    select * from {{ ref('churn_warnings') }}

),

final as (

    select
        profiles.user_id,
        profiles.first_seen_date,
        profiles.last_seen_date,
        profiles.signed_up_at,
        profiles.acquisition_channel,
        profiles.country,
        profiles.platform,
        profiles.active_days,
        profiles.sessions,
        profiles.orders,
        {{ money('profiles.net_revenue') }} as net_revenue,
        profiles.first_order_date,
        profiles.last_order_date,
        lifecycle.stage as lifecycle_stage,
        scores.rfm_segment,
        scores.rfm_class,
        scores.rfm_tier,
        cast(coalesce(warnings.warning_level, 0) as bigint) as warning_level

    from profiles
    left join lifecycle
        on profiles.user_id = lifecycle.user_id
    left join scores
        on profiles.user_id = scores.user_id
    left join warnings
        on profiles.user_id = warnings.user_id

)

select * from final
