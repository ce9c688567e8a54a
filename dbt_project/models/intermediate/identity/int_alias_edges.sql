{{ rebuilt_by('load_date', 'stg_pending_loads') }}

with

events as (

    select * from {{ ref('stg_events') }}
    where load_date in (select pending.load_date from {{ ref('stg_pending_loads') }} as pending)

),

edges as (

    select
        previous_id,
        known_id,
        occurred_at,
        message_id,
        load_date

    from events
    where
        type = 'alias'
        and previous_id is not null
        and known_id is not null
        and previous_id <> known_id

)

select * from edges
