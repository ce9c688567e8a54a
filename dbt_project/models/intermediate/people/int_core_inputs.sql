{{ config(materialized='view') }}

with

parameters as (

    select cast(value as integer) as core_days
    from {{ ref('parameters') }}
    where parameter = 'core_days'

),

dates as (

    -- Of Sundays only, when a week is whole; and of those with all the days behind them.
    select
        dates.as_of_date,
        {{ dbt.dateadd('day', '1 - parameters.core_days', 'dates.as_of_date') }} as from_date

    from {{ ref('int_snapshot_dates') }} as dates
    cross join parameters
    where
        dates.is_sunday
        and {{ days_between(
            "(select min(calendar.event_date) from " ~ ref('int_day_inputs') ~ " as calendar)",
            'dates.as_of_date'
        ) }} >= parameters.core_days - 1

),

days as (

    select
        dates.as_of_date,
        user_days.user_id,
        {% for week in range(4) %}
        sum(case
            when
                user_days.event_date > {{ dbt.dateadd('day', -7 * week - 7, 'dates.as_of_date') }}
                and user_days.event_date <= {{ dbt.dateadd('day', -7 * week, 'dates.as_of_date') }}
                then user_days.logins
            else 0
        end) as logins_{{ week }},
        {% endfor %}
        sum(user_days.sessions) as sessions,
        sum(user_days.online_seconds) as online_seconds,
        sum(user_days.net_revenue) as spend,
        sum(user_days.content + user_days.shares) as contributions

    from dates
    inner join {{ ref('fct_user_days') }} as user_days
        on
            dates.as_of_date >= user_days.event_date
            and dates.from_date <= user_days.event_date
    group by dates.as_of_date, user_days.user_id

),

advice as (

    select
        dates.as_of_date,
        cases.user_id,
        count(*) as suggestions

    from dates
    inner join {{ ref('int_feedback_cases') }} as cases
        on
            dates.as_of_date >= cases.opened_date
            and dates.from_date <= cases.opened_date
    where cases.kind = 'suggestion'
    group by dates.as_of_date, cases.user_id

),

final as (

    select
        days.as_of_date,
        days.user_id,
        cast(
            least(days.logins_0, days.logins_1, days.logins_2, days.logins_3) as bigint
        ) as weekly_logins,
        {{ rate('days.online_seconds', '60 * days.sessions') }} as session_minutes,
        {{ money('days.spend') }} as monthly_spend,
        cast(days.contributions + coalesce(advice.suggestions, 0) as bigint) as contributions

    from days
    left join advice
        on
            days.as_of_date = advice.as_of_date
            and days.user_id = advice.user_id

)

select * from final
