{{ config(materialized='view') }}

with

stages as (

    select min(min_silent_days) as silent_days
    from {{ ref('lifecycle_stages') }}
    where min_silent_days > 0

),

starts as (

    -- Stretches with no silence between them that could change the stage are one island.
    select
        stretches.*,
        stretches.stretch_start - cast(stretches.silent_days_before as integer) as silent_since

    from {{ ref('int_activity_stretches') }} as stretches
    cross join stages
    where
        stretches.silent_days_before is null
        or stretches.silent_days_before >= stages.silent_days

),

final as (

    select
        user_id,
        stretch_start as island_start,
        coalesce(
            lead(silent_since) over (partition by user_id order by stretch_start), last_date
        ) as island_end,
        lead(stretch_start) over (partition by user_id order by stretch_start) as next_start,
        first_date,
        silent_days_before

    from starts

)

select * from final
