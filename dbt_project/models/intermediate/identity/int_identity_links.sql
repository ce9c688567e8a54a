{{ rebuilt_by('load_date', 'stg_pending_loads') }}

with

events as (

    select * from {{ ref('stg_events') }}
    where load_date in (select pending.load_date from {{ ref('stg_pending_loads') }} as pending)

),

links as (

    select
        anonymous_id,
        known_id,
        min(occurred_at) as linked_at,
        load_date

    from events
    where
        anonymous_id is not null
        and known_id is not null
    group by anonymous_id, known_id, load_date

)

select * from links
