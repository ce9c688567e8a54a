with

roles as (

    -- Never null: engines disagree on counting a condition that is null throughout. A cancellation
    -- was a refund in older files.
    select
        event,
        case
            when event = 'Order Cancelled' and role = 'refund' then 'cancel'
            else coalesce(role, '')
        end as role

    from {{ ref('event_roles') }}

),

final as (

    -- One row per event name, so that joining it never multiplies events. What is more than a
    -- visit is a visit too, and what is said, shared, invited or bought is an interaction.
    select
        event,
        cast(
            count_if(
                role in (
                    'activity',
                    'login',
                    'interaction',
                    'content',
                    'share',
                    'invite',
                    'purchase',
                    'feature'
                )
            ) > 0 as boolean
        ) as is_activity,
        cast(
            count_if(role in ('interaction', 'content', 'share', 'invite', 'purchase')) > 0
            as boolean
        ) as is_interaction,
        cast(count_if(role = 'login') > 0 as boolean) as is_login,
        cast(count_if(role = 'content') > 0 as boolean) as is_content,
        cast(count_if(role = 'share') > 0 as boolean) as is_share,
        cast(count_if(role = 'invite') > 0 as boolean) as is_invite,
        cast(count_if(role = 'complaint') > 0 as boolean) as is_complaint,
        cast(count_if(role = 'message') > 0 as boolean) as is_message,
        cast(count_if(role = 'purchase') > 0 as boolean) as is_purchase,
        cast(count_if(role = 'refund') > 0 as boolean) as is_refund,
        cast(count_if(role = 'cancel') > 0 as boolean) as is_cancel,
        cast(count_if(role = 'feature') > 0 as boolean) as is_feature

    from roles
    group by event

)

select * from final
