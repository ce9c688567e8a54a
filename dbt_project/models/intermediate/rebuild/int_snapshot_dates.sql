with

rebuilt_days as (

    select * from {{ ref('int_rebuilt_days') }}

),

applied as (

    select * from {{ previously_applied({'event_date': 'date', 'as_of_date': 'date'}) }}

),

spend as (

    {{ spend_by_day() }}

),

applied_spend as (

    select *
    from {{ previous('int_applied_spend', {'spend_date': 'date', 'input_fingerprint': 'string'}) }}

),

spend_days as (

    select coalesce(spend.spend_date, applied_spend.spend_date) as spend_date
    from spend
    full outer join applied_spend
        on spend.spend_date = applied_spend.spend_date
    where spend.input_fingerprint is distinct from applied_spend.input_fingerprint

),

calendar as (

    select * from {{ ref('int_day_inputs') }}

),

bounds as (

    -- A snapshot knows everything up to its day: after the earliest change all are made anew.
    select
        least(
            coalesce((select min(rebuilt_days.event_date) from rebuilt_days), {{ as_of_date() }}),
            coalesce((select max(applied.as_of_date) from applied), {{ as_of_date() }}),
            coalesce((select min(spend_days.spend_date) from spend_days), {{ as_of_date() }}),
            {{ as_of_date() }}
        ) as first_date_to_rebuild,
        (select min(calendar.event_date) from calendar) as first_event_date

),

days as (

    {{ dbt.date_spine('day', "cast('1990-01-01' as date)", dbt.dateadd('day', 1, as_of_date())) }}

),

final as (

    select
        cast(days.date_day as date) as as_of_date,
        {{ period_start('week', 'days.date_day') }}
        = cast({{ dbt.dateadd('day', -6, 'days.date_day') }} as date) as is_sunday,
        cast(days.date_day as date) = {{ as_of_date() }} as is_latest

    from days
    cross join bounds
    where
        days.date_day >= greatest(bounds.first_date_to_rebuild, bounds.first_event_date)
        and days.date_day <= {{ as_of_date() }}

)

select * from final
