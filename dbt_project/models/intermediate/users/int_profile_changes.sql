{{ rebuilt_by('event_date', 'int_touched_days') }}

with

events as (

    select * from {{ ref('int_business_events') }}
    where
        type = 'identify'
        or event in ('Consent Changed', 'User Deleted')

),

identified as (

    select
        user_id,
        traits,
        occurred_at,
        message_id,
        event_date

    from events
    where
        type = 'identify'
        and traits is not null

),

fields as (

    -- Channels may share a contact: a phone number takes calls and messages.
    select contact_field from {{ ref('channels') }}
    group by contact_field

),

contacts as (

    -- Whatever any channel can be reached by.
    select
        identified.user_id,
        fields.contact_field as field,
        {{ json_text_at('identified.traits', 'fields.contact_field') }} as value,
        identified.occurred_at,
        identified.message_id,
        identified.event_date

    from identified
    cross join fields

),

consents as (

    select
        user_id,
        'consent_' || {{ json_text('properties', 'channel') }} as field,
        {{ json_text('properties', 'granted') }} as value,
        occurred_at,
        message_id,
        event_date

    from events
    where event = 'Consent Changed'

),

deletions as (

    select
        user_id,
        'deleted' as field,
        'true' as value,
        occurred_at,
        message_id,
        event_date

    from events
    where event = 'User Deleted'

),

changes as (

    select * from contacts
    union all
    select * from consents
    union all
    select * from deletions

),

final as (

    select
        user_id,
        field,
        value,
        occurred_at,
        message_id,
        event_date

    from changes
    where value is not null

)

select * from final
