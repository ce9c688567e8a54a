with

final as (

    select
        lines.message_id,
        lines.actor_id,
        excluded.user_id,
        lines.type,
        lines.event,
        lines.properties,
        lines.traits,
        lines.context,
        lines.occurred_at,
        lines.load_date,
        lines.source_file,
        lines.source_line,
        lines.event_date

    from {{ ref('int_touched_lines') }} as lines
    inner join {{ ref('int_excluded_actors') }} as excluded
        on
            lines.actor_id = excluded.actor_id
            and lines.is_anonymous = excluded.is_anonymous
    where
        lines.type = 'identify'
        or lines.event like 'Email %'
        or lines.event in ({{ quoted(consent_events()) }})
        or {{ may_refuse('lines.event', 'lines.') }}

)

select * from final
