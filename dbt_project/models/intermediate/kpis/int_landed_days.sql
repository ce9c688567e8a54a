with

loads as (

    select load_date from {{ source('raw', 'loads') }}

),

arrivals as (

    select * from {{ ref('int_load_days') }}

),

spent_days as (

    select spend_date
    from {{ ref('int_spend') }}
    where amount is not null
    group by spend_date

),

bounds as (

    select
        (select min(loads.load_date) from loads) as first_load_date,
        (select min(arrivals.event_date) from arrivals) as first_event_date

),

landed as (

    -- An event of the day in its own folder says less than the folder; in a later one, as much.
    select load_date as event_date
    from loads
    union
    select event_date
    from arrivals
    where load_date > event_date

),

calendar as (

    {{ dbt.date_spine('day', "cast('1990-01-01' as date)", dbt.dateadd('day', 1, as_of_date())) }}

),

days as (

    -- What came at once with the first load is whole: its quiet days are zeros.
    select
        cast(calendar.date_day as date) as event_date,
        least(bounds.first_load_date, bounds.first_event_date) as history_date,
        landed.event_date is not null
        or cast(calendar.date_day as date) < bounds.first_load_date as is_landed,
        spent.spend_date is not null as is_spend_told

    from calendar
    cross join bounds
    left join spent_days as spent
        on cast(calendar.date_day as date) = spent.spend_date
    left join landed
        on cast(calendar.date_day as date) = landed.event_date
    where
        cast(calendar.date_day as date)
        >= least(bounds.first_load_date, bounds.first_event_date)

),

final as (

    select
        event_date,
        history_date,
        is_landed,
        cast(
            sum(cast(is_landed as integer)) over (
                order by event_date
                rows between unbounded preceding and current row
            ) as bigint
        ) as landed_days,
        is_landed and is_spend_told as is_spend_landed,
        cast(
            sum(cast(is_landed and is_spend_told as integer)) over (
                order by event_date
                rows between unbounded preceding and current row
            ) as bigint
        ) as spend_days

    from days

)

select * from final
