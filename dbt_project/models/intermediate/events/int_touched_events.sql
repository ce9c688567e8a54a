{{ config(materialized='view') }}

with

final as (

    -- People who do not count are in no model from here on.
    select lines.* from {{ ref('int_touched_lines') }} as lines
    anti join {{ ref('int_excluded_actors') }} as excluded
        on
            lines.actor_id = excluded.actor_id
            and lines.is_anonymous = excluded.is_anonymous

)

select * from final
