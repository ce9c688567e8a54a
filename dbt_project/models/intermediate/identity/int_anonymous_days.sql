{{ rebuilt_by('load_date', 'stg_pending_loads') }}

with

events as (

    select * from {{ ref('stg_events') }}
    where load_date in (select pending.load_date from {{ ref('stg_pending_loads') }} as pending)

),

anonymous_days as (

    select
        actor_id,
        event_date,
        load_date

    from events
    where is_anonymous
    group by actor_id, event_date, load_date

)

select * from anonymous_days
