with

snapshot_dates as (

    select * from {{ ref('int_snapshot_dates') }}

),

kpi_days as (

    select * from {{ ref('int_kpi_days') }}

),

ages as (

    select listed.age_days
    from (values (1), (7), (30)) as listed (age_days)

),

cohorts as (

    select
        snapshot_dates.as_of_date,
        ages.age_days,
        kpi_days.new_users

    from snapshot_dates
    cross join ages
    inner join kpi_days
        on snapshot_dates.as_of_date = kpi_days.event_date + ages.age_days

),

returned as (

    select
        user_days.event_date as as_of_date,
        ages.age_days,
        count(*) as users

    from {{ ref('fct_user_days') }} as user_days
    inner join snapshot_dates
        on user_days.event_date = snapshot_dates.as_of_date
    inner join {{ ref('int_user_totals') }} as totals
        on user_days.user_id = totals.user_id
    inner join ages
        on user_days.event_date = totals.first_active_date + ages.age_days
    where user_days.events > 0
    group by user_days.event_date, ages.age_days

),

final as (

    select
        cohorts.as_of_date,
        cohorts.age_days,
        cohorts.new_users as cohort_users,
        cast(coalesce(returned.users, 0) as bigint) as returned_users

    from cohorts
    left join returned
        on
            cohorts.as_of_date = returned.as_of_date
            and cohorts.age_days = returned.age_days

)

select * from final
