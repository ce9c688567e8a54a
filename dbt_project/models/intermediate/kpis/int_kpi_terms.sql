{{ config(materialized='view') }}

with

kpis as (

    select * from {{ ref('kpis') }}

),

measures as (

    select * from {{ ref('kpi_measures') }}

),

asked as (

    select
        numerator as measure,
        window_days

    from kpis
    union
    select
        denominator as measure,
        window_days

    from kpis
    where denominator is not null
    union
    -- Of whom there is somebody, and so a row, on a day.
    select
        'seen_users' as measure,
        1 as window_days
    union
    -- Among whom a KOC has to stand out.
    select
        'active_users' as measure,
        cast(value as bigint) as window_days

    from {{ ref('parameters') }}
    where parameter = 'contribution_days'

),

final as (

    select
        asked.measure,
        cast(coalesce(asked.window_days, 0) as integer) as window_days,
        measures.days,
        measures.events,
        measures.has_dimensions

    from asked
    inner join measures
        on asked.measure = measures.measure

)

select * from final
