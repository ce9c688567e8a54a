{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}

),

landed as (

    select * from {{ ref('int_landed_days') }}

),

starts as (

    select * from {{ ref('int_measure_starts') }}

),

parameters as (

    select cast(value as integer) as activation_days
    from {{ ref('parameters') }}
    where parameter = 'activation_days'

),

dates as (

    select
        landed.event_date as as_of_date,
        landed.history_date,
        cast(date_trunc('month', landed.event_date + 1) as date) as month_start

    from landed
    where
        landed.event_date >= (
            select cast({{ dbt.dateadd('day', -27, 'min(snapshots.as_of_date)') }} as date)
            from {{ ref('int_snapshot_dates') }} as snapshots
        )

),

windows as (

    select
        dates.as_of_date,
        dates.history_date,
        terms.measure,
        terms.window_days,
        terms.days,
        terms.events,
        case terms.days
            when 'months'
                then cast({{ dbt.dateadd('month', -2, 'dates.month_start') }} as date)
            when 'ends' then dates.as_of_date - terms.window_days
            when 'settled'
                then dates.as_of_date - terms.window_days - parameters.activation_days + 1
            else dates.as_of_date - terms.window_days + 1
        end as first_date,
        case terms.days when 'months' then dates.month_start - 1 else dates.as_of_date end
            as last_date

    from dates
    cross join terms
    cross join parameters

),

counted as (

    select
        windows.*,
        {{ days_between('windows.first_date', 'windows.last_date') }} + 1 as whole_days,
        case
            when windows.events = 'spend'
                then last_days.spend_days - coalesce(days_before.spend_days, 0)
            else last_days.landed_days - coalesce(days_before.landed_days, 0)
        end as landed_days,
        coalesce(first_days.is_landed, false) and last_days.is_landed as has_both_ends,
        coalesce(starts.first_date <= windows.as_of_date, false) as is_tracked

    from windows
    left join starts
        on windows.events = starts.events
    left join landed as last_days
        on windows.last_date = last_days.event_date
    left join landed as first_days
        on windows.first_date = first_days.event_date
    left join landed as days_before
        on windows.first_date = days_before.event_date + 1

),

final as (

    -- Null where nothing is missing.
    select
        as_of_date,
        measure,
        window_days,
        case
            when not is_tracked then 'unknown'
            when first_date < history_date then 'insufficient_history'
            when days = 'ends' then case when not has_both_ends then 'unknown' end
            when landed_days = 0 then 'unknown'
            when landed_days < whole_days
                then case when days = 'whole_window' then 'unknown' else 'partial' end
        end as gap

    from counted

)

select * from final
