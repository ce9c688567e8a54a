{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}

),

landed as (

    select event_date
    from {{ ref('int_landed_days') }}
    where is_landed

),

users as (

    -- Whoever came on a day that did not land is of no cohort.
    select
        profiles.user_id,
        profiles.first_seen_date,
        active_days.event_date as first_active_date,
        cast(date_trunc('month', active_days.event_date) as date) as first_month

    from {{ ref('int_people') }} as profiles
    left join landed as active_days
        on profiles.first_active_date = active_days.event_date

),

visits as (

    -- Nobody asks who came back before the months that the first day to rebuild looks at.
    select
        users.user_id,
        users.first_active_date,
        users.first_month,
        user_days.event_date

    from {{ ref('fct_user_days') }} as user_days
    inner join users
        on user_days.user_id = users.user_id
    where
        user_days.events > 0
        and user_days.event_date > users.first_active_date
        and user_days.event_date in (select landed.event_date from landed)
        and user_days.event_date >= (
            select
                cast({{ dbt.dateadd(
                    'month', -1, "date_trunc('month', min(snapshots.as_of_date))"
                ) }} as date)
            from {{ ref('int_snapshot_dates') }} as snapshots
        )

),

month_visits as (

    select
        user_id,
        first_month

    from visits
    where
        cast(date_trunc('month', event_date) as date)
        = cast({{ dbt.dateadd('month', 1, 'first_month') }} as date)
    group by user_id, first_month

),

months as (

    select
        'month_cohort_users' as measure,
        user_id,
        first_month

    from users
    where first_month is not null
    union all
    select
        'month_returned_users' as measure,
        user_id,
        first_month

    from month_visits

),

final as (

    select
        terms.measure,
        terms.window_days,
        users.user_id,
        case terms.measure
            when 'seen_users' then users.first_seen_date
            when 'new_users' then users.first_active_date
            when 'cohort_users' then users.first_active_date + terms.window_days
        end as from_date,
        case terms.measure
            when 'new_users' then users.first_active_date + terms.window_days
            when 'cohort_users' then users.first_active_date + terms.window_days + 1
        end as to_date

    from users
    inner join terms
        on terms.measure in ('seen_users', 'new_users', 'cohort_users')
    union all
    select
        terms.measure,
        terms.window_days,
        visits.user_id,
        visits.event_date as from_date,
        visits.event_date + 1 as to_date

    from visits
    inner join terms
        on
            terms.measure = 'returned_users'
            and visits.event_date = visits.first_active_date + terms.window_days
    union all
    -- A month is complete on its last day.
    select
        terms.measure,
        terms.window_days,
        months.user_id,
        cast({{ dbt.dateadd('month', 2, 'months.first_month') }} as date) - 1 as from_date,
        cast({{ dbt.dateadd('month', 3, 'months.first_month') }} as date) - 1 as to_date

    from months
    inner join terms
        on months.measure = terms.measure

)

select * from final
where from_date is not null
