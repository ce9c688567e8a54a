{#- A view: read once, by `int_user_items`. -#}
{{ config(materialized='view') }}

with

final as (

    select
        coalesce(identity_map.user_id, lines.actor_id) as user_id,
        lower(trim({{ json_text('lines.properties', 'query') }})) as words,
        lines.event_date

    from {{ ref('int_touched_events') }} as lines
    left join {{ ref('int_identity_map') }} as identity_map
        on
            lines.actor_id = identity_map.actor_id
            and lines.is_anonymous = identity_map.is_anonymous
    where lines.event = 'Products Searched'

)

select * from final
