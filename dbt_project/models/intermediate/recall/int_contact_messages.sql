{{ rebuilt_by('event_date', 'int_touched_days') }}

with

events as (

    select * from {{ ref('int_business_events') }}
    where event in ('Message Sent', 'Message Failed')

),

final as (

    select
        user_id,
        event,
        lower(trim({{ json_text('properties', 'channel') }})) as channel,
        trim({{ json_text('properties', 'list_id') }}) as list_id,
        occurred_at,
        event_date

    from events

)

select * from final
