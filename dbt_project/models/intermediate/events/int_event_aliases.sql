with

loads as (

    select distinct load_days.load_date
    from {{ ref('int_load_days') }} as load_days
    inner join {{ ref('int_touched_days') }} as touched
        on load_days.event_date = touched.event_date

),

names as (

    -- Some names for all their lines: spelled out once, and not at each of them.
    select distinct lines.event
    from {{ ref('stg_events') }} as lines
    inner join loads
        on lines.load_date = loads.load_date

),

final as (

    select
        names.event,
        aliases.stands_for

    from names
    inner join {{ ref('int_event_roles') }} as aliases
        on {{ event_word('names.event') }} = aliases.word
    where coalesce(position(';' || names.event || ';' in aliases.own_names) = 0, true)

)

select * from final
