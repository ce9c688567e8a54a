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

costs as (

    -- As many as are counted, at so much a head: what they are made of.
    select listed.*
    from (
        values
        ('acquisition_cost', 'valued_buyers'), ('acquisition_cost', 'spend'),
        ('acquisition_cost', 'won_customers'), ('customers_revenue', 'won_customers'),
        ('customers_revenue', 'net_revenue'), ('customers_revenue', 'payers')
    ) as listed (measure, part)

),

needed as (

    select * from asked
    union
    select
        costs.part as measure,
        asked.window_days

    from asked
    inner join costs
        on asked.measure = costs.measure

),

final as (

    select
        needed.measure,
        cast(coalesce(needed.window_days, 0) as integer) as window_days,
        measures.days,
        measures.events,
        measures.has_dimensions

    from needed
    inner join measures
        on needed.measure = measures.measure

)

select * from final
