with

user_days as (

    select * from {{ ref('fct_user_days') }}
    where
        event_date <= {{ as_of_date() }}
        and events > 0

),

limits as (

    -- The shortest silence that anything asks about.
    select cast(min(silent_days) as integer) as silent_days
    from (
        select min_silent_days as silent_days
        from {{ ref('lifecycle_stages') }}
        where min_silent_days > 0
        union all
        select value as silent_days
        from {{ ref('parameters') }}
        where parameter in ('silent_after_days', 'churned_after_days')
    ) as silences

),

gaps as (

    select
        user_id,
        event_date,
        lag(event_date) over (partition by user_id order by event_date) as previous_date,
        max(event_date) over (partition by user_id) as last_date

    from user_days

),

starts as (

    select
        gaps.user_id,
        gaps.event_date,
        gaps.previous_date,
        gaps.last_date

    from gaps
    cross join limits
    where
        gaps.previous_date is null
        or gaps.event_date - limits.silent_days >= gaps.previous_date

),

final as (

    select
        user_id,
        event_date as stretch_start,
        coalesce(
            lead(previous_date) over (partition by user_id order by event_date), last_date
        ) as stretch_end,
        lead(event_date) over (partition by user_id order by event_date) as next_start,
        min(event_date) over (partition by user_id) as first_date,
        last_date,
        {{ days_between('previous_date', 'event_date') }} as silent_days_before

    from starts

)

select * from final
