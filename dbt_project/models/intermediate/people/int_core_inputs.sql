{{ config(materialized='view') }}

with

parameters as (

    select
        cast(value as integer) as core_days,
        floor(value / 7) as weeks

    from {{ ref('parameters') }}
    where parameter = 'core_days'

),

dates as (

    -- Of Sundays only, when a week is whole; and of those with all the days behind them.
    select
        dates.as_of_date,
        {{ dbt.dateadd('day', '1 - parameters.core_days', 'dates.as_of_date') }} as from_date,
        parameters.weeks

    from {{ ref('int_snapshot_dates') }} as dates
    cross join parameters
    where
        dates.is_sunday
        and {{ days_between(
            "(select min(calendar.event_date) from " ~ ref('int_day_inputs') ~ " as calendar)",
            'dates.as_of_date'
        ) }} >= parameters.core_days - 1

),

weeks as (

    -- Counted back from the Sunday, 0 the newest; days beyond the last whole week are of none.
    select
        dates.as_of_date,
        dates.weeks,
        user_days.user_id,
        floor({{ days_between('user_days.event_date', 'dates.as_of_date') }} / 7) as week,
        sum(user_days.logins) as logins,
        sum(user_days.sessions) as sessions,
        sum(user_days.online_seconds) as online_seconds,
        sum(user_days.net_revenue) as spend,
        sum(user_days.content + user_days.shares) as contributions

    from dates
    inner join {{ ref('fct_user_days') }} as user_days
        on
            dates.as_of_date >= user_days.event_date
            and dates.from_date <= user_days.event_date
    group by
        dates.as_of_date,
        dates.weeks,
        user_days.user_id,
        floor({{ days_between('user_days.event_date', 'dates.as_of_date') }} / 7)

),

days as (

    -- A week without a day of theirs has no row: fewer rows than weeks are a week without a login.
    select
        as_of_date,
        user_id,
        case
            when count(case when week < weeks then 1 end) = max(weeks)
                then min(case when week < weeks then logins end)
            else 0
        end as weekly_logins,
        sum(sessions) as sessions,
        sum(online_seconds) as online_seconds,
        sum(spend) as spend,
        sum(contributions) as contributions

    from weeks
    group by as_of_date, user_id

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
        cast(days.weekly_logins as bigint) as weekly_logins,
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
