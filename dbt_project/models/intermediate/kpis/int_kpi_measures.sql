{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

with

kpi_days as (

    select * from {{ ref('int_kpi_days') }}

),

days as (

    select
        event_date,
        cast(active_users as double) as active_users,
        cast(new_users as double) as new_users,
        cast(sessions as double) as sessions,
        cast(online_seconds as double) / 60 as online_minutes,
        cast(orders as double) as orders,
        cast(payers as double) as payers,
        cast(gross_amount as double) as gross_amount,
        cast(refunded as double) as refunded,
        cast(net_revenue as double) as net_revenue,
        cast(events as double) as events,
        cast(known_events as double) as known_events

    from kpi_days

),

months as (

    -- 30 days with the day itself; every day stands in the calendar.
    select
        event_date,
        cast(sum(active_users) over last_30 as double) / 30 as mean_daily_users,
        cast(sum(orders) over last_30 as double) as orders,
        cast(sum(net_revenue) over last_30 as double) as net_revenue,
        cast(sum(content) over last_30 as double) as content,
        cast(sum(invites) over last_30 as double) as invites,
        cast(sum(complaints) over last_30 as double) as complaints,
        cast(100 * sum(promoters - detractors) over last_30 as double) as promoter_points,
        cast(sum(answers) over last_30 as double) as answers

    from kpi_days
    window last_30 as (order by event_date rows between 29 preceding and current row)

),

measured as (

    select
        event_date as as_of_date,
        measure,
        1 as window_days,
        value

    from days
    unpivot (
        value for measure in (
            active_users, new_users, sessions, online_minutes, orders, payers, gross_amount,
            refunded, net_revenue, events, known_events
        )
    )
    union all
    select
        event_date as as_of_date,
        measure,
        30 as window_days,
        value

    from months
    unpivot (
        value for measure in (
            mean_daily_users, orders, net_revenue, content, invites, complaints,
            promoter_points, answers
        )
    )
    union all
    select
        as_of_date,
        measure,
        window_days,
        users as value

    from {{ ref('int_window_users') }}
    union all
    select
        as_of_date,
        measure,
        age_days as window_days,
        users as value

    from {{ ref('int_retained_users') }}
    unpivot (users for measure in (cohort_users, returned_users))

),

final as (

    select
        measure,
        cast(window_days as bigint) as window_days,
        'all' as dimension,
        'all' as dimension_value,
        cast(value as double) as value,
        as_of_date

    from measured
    where as_of_date in (select dates.as_of_date from {{ ref('int_snapshot_dates') }} as dates)

)

select * from final
