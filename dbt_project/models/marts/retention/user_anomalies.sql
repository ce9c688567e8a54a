{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

with

limits as (

    select
        {% for name in ['base_days', 'min_days', 'min_events', 'absent_days', 'min_expected'] %}
        cast(max(case when parameter = 'anomaly_{{ name }}' then value end) as integer)
            as {{ name }},
        {% endfor %}
        max(case when parameter = 'anomaly_deviations' then value end) as deviations,
        cast(max(case when parameter = 'decline_weeks' then value end) as integer) as decline_weeks

    from {{ ref('parameters') }}

),

snapshots as (

    -- The last week that is complete ends on a Sunday.
    select
        as_of_date,
        cast({{ period_start('week', 'as_of_date + 1') }} as date) - 1 as sunday

    from {{ ref('int_snapshot_dates') }}
    where
        is_sunday
        or is_latest

),

seen as (

    -- The days of the longest look back.
    select
        snapshots.as_of_date,
        user_days.user_id,
        user_days.events,
        {{ days_between('user_days.event_date', 'snapshots.as_of_date') }} as days_back,
        cast(floor(
            {{ days_between('user_days.event_date', 'snapshots.sunday') }} / 7
        ) as bigint) as weeks_back

    from {{ ref('fct_user_days') }} as user_days
    cross join limits
    inner join snapshots
        on
            user_days.event_date <= snapshots.as_of_date
            and user_days.event_date
            > snapshots.as_of_date - greatest(
                limits.base_days + limits.absent_days + 1, 7 * limits.decline_weeks + 14
            )
    where user_days.events > 0

),

weeks as (

    select
        as_of_date,
        user_id,
        weeks_back,
        sum(events) as events

    from seen
    where weeks_back >= 0
    group by as_of_date, user_id, weeks_back

),

falls as (

    -- Each of the weeks below the one before it; a week without a visit is a zero.
    select
        weeks.as_of_date,
        weeks.user_id,
        count(*) as weeks_down,
        max(case when weeks.weeks_back = limits.decline_weeks then weeks.events end) as expected,
        max(case when weeks.weeks_back = 1 then coalesce(after.events, 0) end) as observed

    from weeks
    cross join limits
    left join weeks as after
        on
            weeks.as_of_date = after.as_of_date
            and weeks.user_id = after.user_id
            and weeks.weeks_back - 1 = after.weeks_back
    where
        weeks.weeks_back between 1 and limits.decline_weeks
        and coalesce(after.events, 0) < weeks.events
    group by weeks.as_of_date, weeks.user_id

),

sums as (

    -- Two bases of equal length: before the day, and before the days of absence.
    select
        seen.as_of_date,
        seen.user_id,
        sum(case when seen.days_back = 0 then seen.events else 0 end) as day_events,
        count(case when seen.days_back between 1 and limits.base_days then 1 end) as base_days,
        sum(case when seen.days_back between 1 and limits.base_days then seen.events end)
            as base_events,
        sum(
            case
                when seen.days_back between 1 and limits.base_days
                    then seen.events * seen.events
            end
        ) as base_squares,
        count(case when seen.days_back < limits.absent_days then 1 end) as recent_days,
        count(
            case
                when
                    seen.days_back between limits.absent_days
                    and limits.absent_days + limits.base_days - 1
                    then 1
            end
        ) as days_before

    from seen
    cross join limits
    group by seen.as_of_date, seen.user_id

),

final as (

    -- Above its mean by so many deviations of the population, both times the days and squared: of
    -- whole numbers, so that their order changes nothing.
    select
        sums.user_id,
        'surge' as kind,
        cast(sums.day_events as double) as observed,
        {{ rate('sums.base_events', 'sums.base_days') }} as expected,
        sums.as_of_date

    from sums
    cross join limits
    where
        sums.base_days >= limits.min_days
        and sums.day_events >= limits.min_events
        and sums.day_events * sums.base_days > sums.base_events
        and power(sums.day_events * sums.base_days - sums.base_events, 2)
        > power(limits.deviations, 2)
        * (sums.base_squares * sums.base_days - sums.base_events * sums.base_events)

    union all

    select
        sums.user_id,
        'absence' as kind,
        cast(sums.recent_days as double) as observed,
        cast(sums.days_before * limits.absent_days as double) / limits.base_days as expected,
        sums.as_of_date

    from sums
    cross join limits
    where
        sums.recent_days = 0
        and sums.days_before >= limits.min_days
        and sums.days_before * limits.absent_days >= limits.min_expected * limits.base_days

    union all

    select
        falls.user_id,
        'decline' as kind,
        cast(falls.observed as double) as observed,
        cast(falls.expected as double) as expected,
        falls.as_of_date

    from falls
    cross join limits
    where
        falls.weeks_down = limits.decline_weeks
        and falls.expected >= limits.min_events

)

select * from final
