{{ rebuilt_by('load_date', 'stg_pending_loads') }}

with

events as (

    select * from {{ ref('stg_events') }}
    where load_date in (select pending.load_date from {{ ref('stg_pending_loads') }} as pending)

),

actor_days as (

    select
        actor_id,
        is_anonymous,
        event_date,
        load_date

    from events
    group by actor_id, is_anonymous, event_date, load_date

)

select * from actor_days
