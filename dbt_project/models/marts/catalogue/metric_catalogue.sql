with

kpis as (

    select * from {{ ref('kpis') }}

),

benchmarks as (

    select * from {{ ref('benchmarks') }}

),

final as (

    select
        kpis.kpi,
        kpis.family,
        kpis.name_en,
        kpis.name_zh,
        kpis.formula,
        kpis.numerator,
        kpis.denominator,
        kpis.window_days,
        kpis.unit,
        kpis.direction,
        kpis.owner,
        cast(kpis.target as double) as target,
        cast(benchmarks.benchmark as double) as benchmark,
        kpis.source_id

    from kpis
    left join benchmarks
        on kpis.kpi = benchmarks.kpi

)

select * from final
