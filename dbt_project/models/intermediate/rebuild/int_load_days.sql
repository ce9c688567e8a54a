{{ rebuilt_by('load_date', 'stg_pending_loads') }}
-- Written after everything else that reads a pending load: its rows say "taken in".
-- depends_on: {{ ref('int_known_duplicates') }}
-- depends_on: {{ ref('int_alias_edges') }}

with

pending as (

    select * from {{ ref('stg_pending_loads') }}

),

load_actors as (

    select * from {{ ref('int_load_actors') }}

),

counted as (

    select
        load_actors.event_date,
        pending.load_fingerprint,
        cast(sum(load_actors.events) as bigint) as events,
        cast(sum(load_actors.content_sum) as {{ dbt.type_string() }}) as content_fingerprint,
        load_actors.load_date

    from load_actors
    inner join pending
        on load_actors.load_date = pending.load_date
    group by load_actors.event_date, pending.load_fingerprint, load_actors.load_date

)

select * from counted
