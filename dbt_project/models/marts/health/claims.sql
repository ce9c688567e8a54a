with

claims as (

    select * from {{ ref('claim_rules') }}

),

kpis as (

    select
        newest.kpi,
        newest.value,
        newest.value / nullif(benchmarks.benchmark, 0) - 1 as gap

    from {{ ref('kpi_daily') }} as newest
    left join {{ ref('benchmarks') }} as benchmarks
        on newest.kpi = benchmarks.kpi
    where
        newest.as_of_date = {{ as_of_date() }}
        and newest.dimension = 'all'

),

others as (

    select
        'first_orders' as measured_by,
        {{ rate('count_if(has_ordered_in_time)', 'count(has_ordered_in_time)') }} as value

    from {{ ref('int_login_streaks') }}
    where is_settled
    union all
    select
        'incident_churn' as measured_by,
        {{ rate('sum(churn_affected * affected_before)', 'sum(affected_before)') }} as value

    from {{ ref('incidents') }}
    where churn_affected is not null

),

measured as (

    select
        claims.claim,
        claims.source_id,
        claims.claimed,
        claims.unit,
        case
            when claims.measured_by = 'kpi' then kpis.value
            when claims.measured_by = 'benchmark' then kpis.gap
            else others.value
        end / claims.divide_by as measured

    from claims
    left join kpis
        on claims.kpi = kpis.kpi
    left join others
        on claims.measured_by = others.measured_by

),

final as (

    select
        claim,
        source_id,
        claimed,
        {{ rounded('measured', 6) }} as measured,
        unit,
        case when measured is null then 'unknown' else 'ok' end as status,
        {{ as_of_date() }} as as_of_date

    from measured

)

select * from final
