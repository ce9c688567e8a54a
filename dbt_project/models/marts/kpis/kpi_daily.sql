with

kpi_values as (

    select * from {{ ref('int_kpi_values') }}
    where as_of_date <= {{ as_of_date() }}

),

catalogue as (

    select * from {{ ref('kpis') }}

),

measured as (

    select
        kpi_values.as_of_date,
        kpi_values.kpi,
        kpi_values.dimension,
        kpi_values.dimension_value,
        case
            when kpi_values.is_share
                then {{ rate('kpi_values.numerator', 'kpi_values.denominator') }}
            else kpi_values.numerator
        end as value,
        kpi_values.numerator,
        kpi_values.denominator,
        catalogue.direction,
        cast(catalogue.target as double) as target

    from kpi_values
    inner join catalogue
        on kpi_values.kpi = catalogue.kpi

),

compared as (

    select
        *,
        lag(value, 1) over (
            partition by kpi, dimension, dimension_value order by as_of_date
        ) as previous_day,
        lag(value, 7) over (
            partition by kpi, dimension, dimension_value order by as_of_date
        ) as week_before,
        avg(value) over (
            partition by kpi, dimension, dimension_value
            order by as_of_date
            rows between 27 preceding and current row
        ) as mean_28d

    from measured

),

final as (

    select
        as_of_date,
        kpi,
        dimension,
        dimension_value,
        value,
        numerator,
        denominator,
        previous_day,
        week_before,
        mean_28d,
        target,
        case
            when value is null then 'unknown'
            when target is null then 'no_target'
            when direction = 'down' and value > target then 'above'
            when direction = 'up' and value < target then 'below'
            else 'ok'
        end as status

    from compared

)

select * from final
