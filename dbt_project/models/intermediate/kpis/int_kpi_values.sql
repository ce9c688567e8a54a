{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

with

kpi_parts as (

    select * from {{ ref('int_kpi_activity') }}
    union all
    select * from {{ ref('int_kpi_windows') }}
    union all
    select * from {{ ref('int_kpi_retention') }}
    union all
    select * from {{ ref('int_kpi_silence') }}

),

final as (

    -- A count has itself as numerator and no denominator; a share is null where nothing divides.
    select
        kpi,
        'all' as dimension,
        'all' as dimension_value,
        cast(numerator as double) as numerator,
        cast(denominator as double) as denominator,
        is_share,
        as_of_date

    from kpi_parts

)

select * from final
