{#- The lake as it lies: a copy of every event would cost more than all that is made from it. -#}
{{ config(materialized='view') }}

with

source as (

    select * from {{ source('raw', 'events') }}

),

typed as (

    select
        -- ids
        source.message_id,
        source.message_hash,
        source.payload_hash,
        coalesce(source.user_id, source.anonymous_id) as actor_id,
        source.user_id is null as is_anonymous,
        source.user_id as known_id,
        source.anonymous_id,
        source.previous_id,

        -- facts
        source.type,
        source.event,
        source.platform,
        source.country,
        source.campaign_source,
        source.order_id,
        source.amount,
        source.currency,
        source.properties,
        source.traits,
        source.context,

        -- times
        source.occurred_at,
        {{ local_date('source.occurred_at') }} as event_date,

        -- lineage
        source.source_file,
        source.source_line,
        source.load_fingerprint,
        source.load_date

    from source

)

select * from typed
