{{ rebuilt_by('load_date', 'stg_pending_loads') }}
-- Written after everything else that reads a pending load: its rows say "taken in".
-- depends_on: {{ ref('int_known_duplicates') }}
-- depends_on: {{ ref('int_identity_links') }}
-- depends_on: {{ ref('int_alias_edges') }}
-- depends_on: {{ ref('int_actor_days') }}

with

events as (

    select * from {{ ref('stg_events') }}
    where load_date in (select pending.load_date from {{ ref('stg_pending_loads') }} as pending)

),

counted as (

    select
        event_date,
        load_fingerprint,
        cast(count(*) as bigint) as events,
        -- The place in the file too: it decides which of two events at one instant came first.
        {{ fingerprint(['message_hash', 'payload_hash', 'source_file', 'source_line']) }}
            as content_fingerprint,
        load_date

    from events
    group by event_date, load_fingerprint, load_date

)

select * from counted
