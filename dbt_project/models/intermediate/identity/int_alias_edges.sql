{{ rebuilt_by('load_date', 'int_identity_loads') }}

with

events as (

    select * from {{ ref('stg_events') }}
    where load_date in (select loads.load_date from {{ ref('int_identity_loads') }} as loads)

),

edges as (

    select
        events.previous_id,
        events.known_id,
        events.occurred_at,
        events.message_id,
        events.load_date

    from events
    anti join {{ ref('int_event_duplicates') }} as duplicates
        on
            events.message_hash = duplicates.message_hash
            and events.load_date = duplicates.load_date
            and events.source_file = duplicates.source_file
            and events.source_line = duplicates.source_line
    where
        events.type = 'alias'
        and events.previous_id is not null
        and events.known_id is not null
        and events.previous_id <> events.known_id

)

select * from edges
