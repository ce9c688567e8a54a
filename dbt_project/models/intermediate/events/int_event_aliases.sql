with

names as (

    -- Some names for all their lines: spelled out once, and not at each of them.
    select distinct lines.event
    from {{ ref('stg_events') }} as lines
    inner join {{ ref('int_touched_loads') }} as loads
        on lines.load_date = loads.load_date

),

own as (

    {{ own_names() }}

),

final as (

    select
        names.event,
        aliases.stands_for

    from names
    inner join {{ ref('int_event_roles') }} as aliases
        on {{ event_word('names.event') }} = aliases.word
    anti join own
        on names.event = own.event

)

select * from final
