{{ config(materialized='view') }}

with

events as (

    -- The loads first: of all the files of the lake, only those that hold a touched day are opened.
    select * from {{ ref('stg_events') }}
    where
        load_date in (
            select loads.load_date
            from {{ ref('int_load_days') }} as loads
            inner join {{ ref('int_touched_days') }} as touched
                on loads.event_date = touched.event_date
        )
        and event_date in (
            select touched.event_date from {{ ref('int_touched_days') }} as touched
        )

),

duplicates as (

    select * from {{ ref('int_event_duplicates') }}

),

identity_map as (

    select * from {{ ref('int_identity_map') }}

),

final as (

    select
        events.message_id,
        coalesce(identity_map.user_id, events.actor_id) as user_id,
        events.actor_id,
        events.is_anonymous,
        events.type,
        events.event,
        events.platform,
        events.country,
        events.campaign_source,
        events.order_id,
        events.amount,
        events.currency,
        events.properties,
        events.traits,
        events.occurred_at,
        events.event_date,
        events.source_file,
        events.source_line,
        events.load_date

    from events
    left join duplicates
        on
            events.message_hash = duplicates.message_hash
            and events.load_date = duplicates.load_date
            and events.source_file = duplicates.source_file
            and events.source_line = duplicates.source_line
    left join identity_map
        on
            events.actor_id = identity_map.actor_id
            and events.is_anonymous = identity_map.is_anonymous
    where duplicates.source_line is null

)

select * from final
