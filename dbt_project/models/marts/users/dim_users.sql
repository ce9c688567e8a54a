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

predictions as (

    select * from {{ ref('clv_predictions') }}
    where as_of_date = {{ as_of_date() }}

),

referrals as (

    select
        inviter_id,
        sum(net_revenue) as net_revenue

    from {{ ref('user_referrals') }}
    group by inviter_id

),

accounts as (

    -- Where nobody ever signed up nobody knows who might.
    select max(signed_up_at) is not null as has_any from profiles

),

value_scores as (

    select * from {{ ref('value_scores') }}
    where as_of_date = {{ as_of_date() }}

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
        predictions.clv_365d,
        {{ money('profiles.net_revenue + predictions.clv_365d') }} as own_value,
        {{ money('coalesce(referrals.net_revenue, 0)') }} as referral_value,
        {{ money(
            'profiles.net_revenue + predictions.clv_365d + coalesce(referrals.net_revenue, 0)'
        ) }} as ltv,
        value_scores.value_score,
        cast(coalesce(warnings.warning_level, 0) as bigint) as warning_level,
        case
            when accounts.has_any
                then profiles.signed_up_at is null and profiles.first_order_date is null
        end as is_potential

    from profiles
    cross join accounts
    left join lifecycle
        on profiles.user_id = lifecycle.user_id
    left join scores
        on profiles.user_id = scores.user_id
    left join predictions
        on profiles.user_id = predictions.user_id
    left join referrals
        on profiles.user_id = referrals.inviter_id
    left join value_scores
        on profiles.user_id = value_scores.user_id
    left join warnings
        on profiles.user_id = warnings.user_id

)

select * from final
