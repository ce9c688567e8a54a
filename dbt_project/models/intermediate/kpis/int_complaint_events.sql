{{ rebuilt_by('event_date', 'int_touched_days') }}

with

events as (

    select * from {{ ref('int_business_events') }}

),

roles as (

    select * from {{ ref('int_event_roles') }}

),

final as (

    select
        trim({{ json_text('events.properties', 'complaint_id') }}) as complaint_id,
        trim({{ json_text('events.properties', 'kind') }}) as kind,
        events.user_id,
        events.event = 'Complaint Closed' as is_closing,
        events.occurred_at,
        events.event_date

    from events
    inner join roles
        on events.event = roles.event
    where roles.is_complaint

)

select * from final
