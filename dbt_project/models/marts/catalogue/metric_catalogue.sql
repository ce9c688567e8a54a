with

kpis as (

    select * from {{ ref('kpis') }}

),

final as (

    select
        kpi,
        family,
        name_en,
        name_zh,
        formula,
        numerator,
        denominator,
        window_days,
        unit,
        direction,
        owner,
        cast(target as double) as target,
        source_id

    from kpis

)

select * from final
