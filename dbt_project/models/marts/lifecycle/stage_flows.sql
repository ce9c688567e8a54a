with

intervals as (

    select
        user_id,
        valid_from,
        stage,
        {{ period_start('week', 'valid_from') }} as week_start

    from {{ ref('user_lifecycle') }}

),

limits as (

    -- The week after the last that is over.
    select {{ period_start('week', dbt.dateadd('day', 1, as_of_date())) }} as end_week

),

week_ends as (

    -- Of a week in which the stage changed, the stage it ended with.
    select
        user_id,
        week_start,
        max_by(stage, valid_from) as stage

    from intervals
    where week_start < (select limits.end_week from limits)
    group by user_id, week_start

),

turns as (

    select
        user_id,
        week_start,
        stage,
        coalesce(lag(stage) over (partition by user_id order by week_start), 'none')
            as previous_stage,
        lead(week_start) over (partition by user_id order by week_start) as next_week

    from week_ends

),

moves as (

    select
        week_start,
        previous_stage as from_stage,
        stage as to_stage,
        cast(count(*) as bigint) as users

    from turns
    group by week_start, previous_stage, stage

),

stays as (

    -- From the week after a change to the week before the next: one more, one less.
    select
        stage,
        change_week,
        sum(change) as change

    from (
        select
            stage,
            cast({{ dbt.dateadd('day', 7, 'week_start') }} as date) as change_week,
            1 as change

        from turns

        union all

        select
            stage,
            next_week as change_week,
            -1 as change

        from turns
        where next_week is not null
    ) as changes
    group by stage, change_week

),

days as (

    {{ dbt.date_spine('day', "cast('1990-01-01' as date)", dbt.dateadd('day', 1, as_of_date())) }}

),

weeks as (

    select distinct {{ period_start('week', 'days.date_day') }} as week_start
    from days
    cross join limits
    where days.date_day < limits.end_week

),

standing as (

    select
        weeks.week_start,
        stays.stage,
        cast(sum(stays.change) as bigint) as users

    from weeks
    inner join stays
        on weeks.week_start >= stays.change_week
    group by weeks.week_start, stays.stage

),

flows as (

    select
        week_start,
        from_stage,
        to_stage,
        cast(sum(users) as bigint) as users

    from (
        select * from moves
        union all
        select
            week_start,
            stage as from_stage,
            stage as to_stage,
            users

        from standing
        where users > 0
    ) as both_kinds
    group by week_start, from_stage, to_stage

),

final as (

    select
        week_start,
        from_stage,
        to_stage,
        users,
        {{ rate('users', 'sum(users) over (partition by week_start, from_stage)') }} as share

    from flows

)

select * from final
