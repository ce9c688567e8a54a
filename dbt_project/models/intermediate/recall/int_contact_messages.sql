{{ rebuilt_by('event_date', 'int_touched_days') }}

with

events as (

    select * from {{ ref('int_business_events') }}
    where
        event in (
            'Message Sent', 'Message Failed', 'Email Delivered', 'Message Clicked',
            'Email Link Clicked', 'Push Notification Tapped', 'SMS Link Clicked'
        )

),

final as (

    select
        user_id,
        event,
        case event
            when 'Email Link Clicked' then 'email'
            when 'Push Notification Tapped' then 'push'
            when 'SMS Link Clicked' then 'sms'
            else lower(trim({{ json_text('properties', 'channel') }}))
        end as channel,
        trim({{ json_text('properties', 'list_id') }}) as list_id,
        case
            when event <> 'Message Failed'
                then try_cast({{ json_text('properties', 'cost') }} as decimal(18, 6))
        end as cost,
        occurred_at,
        event_date

    from events

)

select * from final
