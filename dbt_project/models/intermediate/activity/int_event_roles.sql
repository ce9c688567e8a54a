with

roles as (

    -- Never null: engines disagree on counting a condition that is null throughout.
    select
        event,
        coalesce(role, '') as role

    from {{ ref('event_roles') }}

),

final as (

    -- One row per event name, so that joining it never multiplies events.
    select
        event,
        cast(count_if(role = 'activity') > 0 as boolean) as is_activity,
        cast(count_if(role = 'login') > 0 as boolean) as is_login,
        cast(count_if(role = 'interaction') > 0 as boolean) as is_interaction,
        cast(count_if(role = 'content') > 0 as boolean) as is_content,
        cast(count_if(role = 'share') > 0 as boolean) as is_share,
        cast(count_if(role = 'invite') > 0 as boolean) as is_invite,
        cast(count_if(role = 'complaint') > 0 as boolean) as is_complaint,
        cast(count_if(role = 'message') > 0 as boolean) as is_message,
        cast(count_if(role = 'purchase') > 0 as boolean) as is_purchase,
        cast(count_if(role = 'refund') > 0 as boolean) as is_refund

    from roles
    group by event

)

select * from final
