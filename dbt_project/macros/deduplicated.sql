{% macro deduplicated(lines) -%}
    {#- The given lines without surplus copies, each under its canonical user: a subquery. -#}
    (
        select
            lines.*,
            coalesce(identity_map.user_id, lines.actor_id) as user_id

        from {{ lines }} as lines
        left join {{ ref('int_event_duplicates') }} as duplicates
            on
                lines.message_hash = duplicates.message_hash
                and lines.load_date = duplicates.load_date
                and lines.source_file = duplicates.source_file
                and lines.source_line = duplicates.source_line
        left join {{ ref('int_identity_map') }} as identity_map
            on
                lines.actor_id = identity_map.actor_id
                and lines.is_anonymous = identity_map.is_anonymous
        where duplicates.source_line is null
    )
{%- endmacro %}
