{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

with

kpi_values as (

    -- Those of the days to rebuild, and of the days they are compared with.
    select * from {{ ref('int_kpi_values') }}

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
        kpi_values.gap,
        catalogue.direction,
        cast(catalogue.target as double) as target,
        {{ days_between("date '1970-01-01'", 'kpi_values.as_of_date') }} as day_number

    from kpi_values
    inner join catalogue
        on kpi_values.kpi = catalogue.kpi

),

compared as (

    -- By days, not rows: a value nobody had on a day has no row. The mean is of exact sums.
    select
        *,
        max(value) over (
            partition by kpi, dimension, dimension_value
            order by day_number
            range between 1 preceding and 1 preceding
        ) as previous_day,
        max(value) over (
            partition by kpi, dimension, dimension_value
            order by day_number
            range between 7 preceding and 7 preceding
        ) as week_before,
        cast(sum(cast(value as decimal(28, 10))) over last_28 as double)
        / nullif(count(value) over last_28, 0) as mean_28d

    from measured
    window last_28 as (
        partition by kpi, dimension, dimension_value
        order by day_number
        range between 27 preceding and current row
    )

),

final as (

    select
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
            when gap in ('unknown', 'insufficient_history') then gap
            when value is null then 'unknown'
            when gap is not null then gap
            when target is null then 'no_target'
            when direction = 'down' and value > target then 'above'
            when direction = 'up' and value < target then 'below'
            else 'ok'
        end as status,
        as_of_date

    from compared
    where as_of_date in (select dates.as_of_date from {{ ref('int_snapshot_dates') }} as dates)

)

select * from final
