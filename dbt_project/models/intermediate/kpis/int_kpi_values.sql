{{ config(materialized='view') }}

with

measures as (

    select * from {{ ref('int_kpi_measures') }}

),

gaps as (

    select * from {{ ref('int_measure_gaps') }}

),

kpis as (

    -- Of users where both measures are; else there is one row a day.
    select
        kpis.kpi,
        kpis.numerator,
        kpis.denominator,
        coalesce(kpis.window_days, 0) as window_days,
        numerators.has_dimensions
        and coalesce(denominators.has_dimensions, true) as has_dimensions,
        coalesce(numerators.events = 'funnel', false) as is_of_funnels

    from {{ ref('kpis') }} as kpis
    inner join {{ ref('kpi_measures') }} as numerators
        on kpis.numerator = numerators.measure
    left join {{ ref('kpi_measures') }} as denominators
        on kpis.denominator = denominators.measure

),

funnel_starts as (

    select
        funnel || '/' || {{ whole_number('step') }} as dimension_value,
        'funnel_step' as dimension,
        first_date

    from {{ ref('int_funnel_starts') }}

),

dates as (

    select as_of_date
    from gaps
    group by as_of_date

),

places as (

    select
        as_of_date,
        dimension,
        dimension_value

    from measures
    where
        dimension <> 'all'
        and as_of_date in (select dates.as_of_date from dates)
        -- What is counted of nobody shows nobody.
        and measure in (
            select kpi_measures.measure from {{ ref('kpi_measures') }} as kpi_measures
            where kpi_measures.has_dimensions
        )
    group by as_of_date, dimension, dimension_value
    union all
    select
        as_of_date,
        'all' as dimension,
        'all' as dimension_value

    from dates

),

measured as (

    select
        places.as_of_date,
        places.dimension,
        places.dimension_value,
        kpis.kpi,
        numerators.value as numerator,
        denominators.value as denominator,
        kpis.denominator is not null as is_share,
        case
            when 'unknown' in (numerator_gaps.gap, denominator_gaps.gap) then 'unknown'
            when
                places.dimension = 'funnel_step'
                and coalesce(funnel_starts.first_date > places.as_of_date, true)
                then 'unknown'
            when 'insufficient_history' in (numerator_gaps.gap, denominator_gaps.gap)
                then 'insufficient_history'
            else coalesce(numerator_gaps.gap, denominator_gaps.gap)
        end as gap

    from places
    inner join kpis
        on
            places.dimension = 'all'
            or (
                kpis.has_dimensions
                and (places.dimension <> 'funnel_step' or kpis.is_of_funnels)
            )
    inner join gaps as numerator_gaps
        on
            places.as_of_date = numerator_gaps.as_of_date
            and kpis.numerator = numerator_gaps.measure
            and kpis.window_days = numerator_gaps.window_days
    left join gaps as denominator_gaps
        on
            places.as_of_date = denominator_gaps.as_of_date
            and kpis.denominator = denominator_gaps.measure
            and kpis.window_days = denominator_gaps.window_days
    left join measures as numerators
        on
            places.as_of_date = numerators.as_of_date
            and places.dimension = numerators.dimension
            and places.dimension_value = numerators.dimension_value
            and kpis.numerator = numerators.measure
            and kpis.window_days = numerators.window_days
    left join measures as denominators
        on
            places.as_of_date = denominators.as_of_date
            and places.dimension = denominators.dimension
            and places.dimension_value = denominators.dimension_value
            and kpis.denominator = denominators.measure
            and kpis.window_days = denominators.window_days
    left join funnel_starts
        on
            places.dimension = funnel_starts.dimension
            and places.dimension_value = funnel_starts.dimension_value

),

final as (

    -- Where nobody counts there is no row of the measure: zero, unless it is not known.
    select
        as_of_date,
        dimension,
        dimension_value,
        kpi,
        case when coalesce(gap, 'partial') = 'partial' then coalesce(numerator, 0) end
            as numerator,
        case
            when is_share and coalesce(gap, 'partial') = 'partial' then coalesce(denominator, 0)
        end as denominator,
        is_share,
        gap

    from measured

)

select * from final
