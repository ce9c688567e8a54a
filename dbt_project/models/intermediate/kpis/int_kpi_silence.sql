with

snapshot_dates as (

    select * from {{ ref('int_snapshot_dates') }}

),

islands as (

    select * from {{ ref('int_activity_islands') }}

),

parameters as (

    select cast(value as bigint) as churned_days
    from {{ ref('parameters') }}
    where parameter = 'churned_after_days'

),

thresholds as (

    select
        'silent_30' as measure,
        30 as silent_days
    union all
    select
        'silent_60' as measure,
        60 as silent_days
    union all
    select
        'churned' as measure,
        churned_days as silent_days

    from parameters

),

silences as (

    select
        thresholds.measure,
        cast({{ dbt.dateadd('day', 'thresholds.silent_days', 'islands.island_end') }} as date)
            as from_date,
        islands.next_start as to_date

    from islands
    cross join thresholds
    where
        islands.next_start is null
        or {{ days_between('islands.island_end', 'islands.next_start') }} > thresholds.silent_days

),

steps as (

    select
        measure || '_now' as measure,
        from_date as step_date,
        1 as change

    from silences
    union all
    select
        measure || '_now' as measure,
        to_date as step_date,
        -1 as change

    from silences
    where to_date is not null
    union all
    select
        measure || '_entered' as measure,
        from_date as step_date,
        1 as change

    from silences
    union all
    select
        measure || '_left' as measure,
        to_date as step_date,
        1 as change

    from silences
    where to_date is not null
    union all
    select
        'ever' as measure,
        first_date as step_date,
        1 as change

    from islands
    where island_start = first_date

),

changes as (

    select
        measure,
        step_date,
        sum(change) as change

    from steps
    group by measure, step_date

),

moments as (

    select
        as_of_date,
        as_of_date as moment_date,
        'now' as moment

    from snapshot_dates
    union all
    select
        as_of_date,
        cast({{ dbt.dateadd('day', -30, 'as_of_date') }} as date) as moment_date,
        'before' as moment

    from snapshot_dates

),

levels as (

    select
        moments.as_of_date,
        changes.measure || '_' || moments.moment as level,
        sum(changes.change) as users

    from moments
    inner join changes
        on moments.moment_date >= changes.step_date
    group by moments.as_of_date, changes.measure || '_' || moments.moment

),

days as (

    select
        {% for level in [
            'ever_now', 'ever_before', 'silent_30_now_now', 'silent_60_now_before',
            'churned_now_before', 'churned_entered_now', 'churned_entered_before',
            'silent_60_left_now', 'silent_60_left_before'
        ] %}
        cast(
            coalesce(max(case when levels.level = '{{ level }}' then levels.users end), 0) as double
        ) as {{ level }},
        {% endfor %}
        snapshot_dates.as_of_date

    from snapshot_dates
    left join levels
        on snapshot_dates.as_of_date = levels.as_of_date
    group by snapshot_dates.as_of_date

),

final as (

    select
        as_of_date,
        'silent_share' as kpi,
        silent_30_now_now as numerator,
        ever_now as denominator,
        true as is_share

    from days
    union all
    select
        as_of_date,
        'churn_rate' as kpi,
        churned_entered_now - churned_entered_before as numerator,
        ever_before - churned_now_before as denominator,
        true as is_share

    from days
    union all
    select
        as_of_date,
        'resurrection_rate' as kpi,
        silent_60_left_now - silent_60_left_before as numerator,
        silent_60_now_before as denominator,
        true as is_share

    from days

)

select * from final
