{{ rebuilt_by('event_date', 'int_touched_days') }}

with

pages as (

    select
        actor_id,
        is_anonymous,
        properties,
        occurred_at,
        event_date

    from {{ ref('int_touched_events') }}
    where event in ('Page Viewed', 'Screen Viewed')

),

said as (

    -- A text is looked into only where it holds the name.
    select
        pages.actor_id,
        pages.is_anonymous,
        pages.occurred_at,
        pages.event_date,
        try_cast({{ json_text_at('pages.properties', 'keys.property') }} as decimal(18, 6))
        * keys.unit_ms as load_ms

    from pages
    inner join {{ ref('load_time_properties') }} as keys
        on pages.properties like '%' || keys.property || '%'

),

final as (

    select
        coalesce(identity_map.user_id, said.actor_id) as user_id,
        said.occurred_at,
        cast(max(said.load_ms) as double) as load_ms,
        said.event_date

    from said
    left join {{ ref('int_identity_map') }} as identity_map
        on
            said.actor_id = identity_map.actor_id
            and said.is_anonymous = identity_map.is_anonymous
    where said.load_ms >= 0
    group by
        coalesce(identity_map.user_id, said.actor_id), said.occurred_at, said.event_date

)

select * from final
