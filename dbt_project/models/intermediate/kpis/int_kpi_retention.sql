with

snapshot_dates as (

    select * from {{ ref('int_snapshot_dates') }}

),

kpi_days as (

    select * from {{ ref('int_kpi_days') }}

),

user_days as (

    select
        user_id,
        event_date

    from {{ ref('fct_user_days') }}
    where
        events > 0
        and event_date in (select snapshot_dates.as_of_date from snapshot_dates)

),

totals as (

    select
        user_id,
        first_active_date

    from {{ ref('int_user_totals') }}

),

returns as (

    select
        user_days.event_date,
        {{ days_between('totals.first_active_date', 'user_days.event_date') }} as age_days,
        count(*) as users

    from user_days
    inner join totals
        on user_days.user_id = totals.user_id
    group by
        user_days.event_date,
        {{ days_between('totals.first_active_date', 'user_days.event_date') }}

),

horizons as (

    {% for number in [1, 7, 30] %}
    select
        'd{{ number }}_retention' as kpi,
        {{ number }} as age_days
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        snapshot_dates.as_of_date,
        horizons.kpi,
        cast(coalesce(returns.users, 0) as double) as numerator,
        cast(coalesce(cohort.new_users, 0) as double) as denominator,
        true as is_share

    from snapshot_dates
    cross join horizons
    left join kpi_days as cohort
        on {{ days_between('cohort.event_date', 'snapshot_dates.as_of_date') }} = horizons.age_days
    left join returns
        on
            snapshot_dates.as_of_date = returns.event_date
            and horizons.age_days = returns.age_days

)

select * from final
