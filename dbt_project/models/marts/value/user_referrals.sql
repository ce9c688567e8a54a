with

referrals as (

    select * from {{ ref('int_referrals') }}
    where valid_to is null

),

users as (

    select * from {{ ref('int_user_profile') }}

),

predictions as (

    select * from {{ ref('clv_predictions') }}
    where as_of_date = {{ as_of_date() }}

),

final as (

    select
        referrals.user_id,
        referrals.inviter_id,
        referrals.invited_at,
        referrals.accepted_at,
        users.orders,
        {{ money('users.net_revenue') }} as net_revenue,
        {{ money('users.net_revenue + predictions.clv_365d') }} as own_value

    from referrals
    inner join users
        on referrals.user_id = users.user_id
    left join predictions
        on referrals.user_id = predictions.user_id

)

select * from final
