{{ config(materialized='view') }}

with

terms as (

    select * from {{ ref('int_kpi_terms') }}
    where measure in ('points_outstanding', 'points_growth', 'points_year_before')

),

bounds as (

    select min(as_of_date) as first_date
    from {{ ref('int_snapshot_dates') }}

),

balances as (

    -- A year later as well: what was outstanding then is what is compared with.
    select
        ledger.user_id,
        years.months,
        greatest(
            case years.months
                when 0 then ledger.entry_date
                else cast({{ dbt.dateadd('month', 12, 'ledger.entry_date') }} as date)
            end,
            bounds.first_date
        ) as from_date,
        sum(ledger.points) as points

    from {{ ref('points_ledger') }} as ledger
    cross join (values (0), (12)) as years (months)
    cross join bounds
    where ledger.points <> 0
    group by 1, 2, 3

),

amounts as (

    select
        terms.measure,
        terms.window_days,
        balances.user_id,
        balances.from_date,
        case
            when terms.measure = 'points_growth' and balances.months = 12 then -balances.points
            else balances.points
        end as points

    from balances
    inner join terms
        on
            (balances.months = 0 and terms.measure <> 'points_year_before')
            or (balances.months = 12 and terms.measure <> 'points_outstanding')

),

final as (

    select
        measure,
        window_days,
        user_id,
        from_date,
        cast(null as date) as to_date,
        {{ money('points') }} as amount

    from amounts
    where points <> 0

)

select * from final
