with

calendar as (

    select * from {{ ref('int_day_inputs') }}

),

holidays as (

    select * from {{ ref('holidays') }}

),

bounds as (

    -- Whole years, so that a chart of a year needs no other calendar.
    select
        cast(date_trunc('year', least(
            coalesce(min(calendar.event_date), {{ as_of_date() }}), {{ as_of_date() }}
        )) as date) as first_date,
        cast({{ dbt.dateadd('year', 1, "date_trunc('year', " ~ as_of_date() ~ ")") }} as date)
            as end_date

    from calendar

),

days as (

    {{ dbt.date_spine('day', "cast('1970-01-01' as date)", dbt.dateadd('year', 1, as_of_date())) }}

),

dated as (

    select cast(days.date_day as date) as date_day

    from days
    cross join bounds
    where days.date_day >= bounds.first_date and days.date_day < bounds.end_date

),

final as (

    select
        dated.date_day as date,
        {{ period_start('week', 'dated.date_day') }} as week_start,
        {{ period_start('month', 'dated.date_day') }} as month_start,
        {{ days_between(period_start('week', 'dated.date_day'), 'dated.date_day') }} + 1 as weekday,
        holidays.holiday_date is not null as is_holiday,
        holidays.name_en as holiday_name_en,
        holidays.name_zh as holiday_name_zh

    from dated
    left join holidays
        on dated.date_day = holidays.holiday_date

)

select * from final
