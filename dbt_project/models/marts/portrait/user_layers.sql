with

final as (

    select
        portraits.user_id,
        coalesce(users.rfm_tier, 'none') as value,
        coalesce(portraits.need, 'none') as need,
        coalesce(portraits.behaviour_class, 'none') as behaviour,
        coalesce(users.rfm_tier, 'none')
        || '/' || coalesce(portraits.need, 'none')
        || '/' || coalesce(portraits.behaviour_class, 'none') as layer

    from {{ ref('user_portraits') }} as portraits
    inner join {{ ref('dim_users') }} as users
        on portraits.user_id = users.user_id

)

select * from final
