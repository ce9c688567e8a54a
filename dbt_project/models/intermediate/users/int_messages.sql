{{ rebuilt_by('event_date', 'int_touched_days') }}

with

events as (

    select * from {{ ref('int_touched_events') }}

),

roles as (

    select * from {{ ref('int_event_roles') }}
    where is_message

),

final as (

    select
        events.message_id,
        events.user_id,
        events.event,
        {{ json_text('events.properties', 'channel') }} as channel,
        {{ json_text('events.properties', 'list_id') }} as list_id,
        {{ json_text('events.properties', 'strategy') }} as strategy,
        {{ json_text('events.properties', 'arm') }} as arm,
        try_cast({{ json_text('events.properties', 'cost') }} as decimal(18, 4)) as cost,
        events.occurred_at,
        events.event_date

    from events
    inner join roles
        on events.event = roles.event

)

select * from final
