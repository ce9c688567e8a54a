with

user_days as (

    select * from {{ ref('fct_user_days') }}
    where
        event_date <= {{ as_of_date() }}
        and events > 0

),

stages as (

    select min(min_silent_days) as silent_days
    from {{ ref('lifecycle_stages') }}
    where min_silent_days > 0

),

gaps as (

    select
        user_id,
        event_date,
        lag(event_date) over (partition by user_id order by event_date) as previous_date

    from user_days

),

starts as (

    -- An island is a stretch of active days with no silence long enough to change the stage.
    select
        gaps.user_id,
        gaps.event_date as island_start,
        gaps.previous_date as silent_since

    from gaps
    cross join stages
    where
        gaps.previous_date is null
        or {{ days_between('gaps.previous_date', 'gaps.event_date') }} >= stages.silent_days

),

ends as (

    select
        user_id,
        max(event_date) as last_date

    from user_days
    group by user_id

),

final as (

    select
        starts.user_id,
        starts.island_start,
        coalesce(
            lead(starts.silent_since) over (
                partition by starts.user_id order by starts.island_start
            ),
            ends.last_date
        ) as island_end,
        lead(starts.island_start) over (
            partition by starts.user_id order by starts.island_start
        ) as next_start,
        min(starts.island_start) over (partition by starts.user_id) as first_date,
        {{ days_between('starts.silent_since', 'starts.island_start') }} as silent_days_before

    from starts
    inner join ends
        on starts.user_id = ends.user_id

)

select * from final
