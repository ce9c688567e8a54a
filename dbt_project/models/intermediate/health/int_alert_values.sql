{{ config(materialized='view') }}

with

rules as (

    select * from {{ ref('alert_rules') }}

),

benchmarks as (

    select * from {{ ref('benchmarks') }}

),

ends as (

    -- Of complete periods the last day; a count that lacks days would have fallen by itself.
    select
        rules.alert,
        kpis.kpi,
        kpis.dimension,
        kpis.dimension_value,
        kpis.as_of_date,
        {{ period_number('rules.period', 'kpis.as_of_date') }} as period_number,
        case when kpis.status <> 'partial' or kpis.denominator is not null then kpis.value end
            as value,
        kpis.numerator,
        kpis.denominator

    from rules
    inner join {{ ref('kpi_daily') }} as kpis
        on
            rules.kpi = kpis.kpi
            and coalesce(rules.dimension, 'all') = kpis.dimension
            and coalesce(rules.dimension_value, kpis.dimension_value) = kpis.dimension_value
    where
        case rules.period
            when 'day' then true
            when 'week' then {{ period_start('week', 'kpis.as_of_date') }} = kpis.as_of_date - 6
            when 'month' then extract(day from kpis.as_of_date + 1) = 1
        end

),

compared as (

    select
        ends.*,
        min(ends.period_number) over (
            partition by ends.alert, ends.dimension_value
        ) as first_period,
        case
            when
                lag(ends.period_number) over periods = ends.period_number - 1
                then lag(ends.value) over periods
        end as value_before

    from ends
    window periods as (
        partition by ends.alert, ends.dimension_value order by ends.period_number
    )

),

final as (

    -- Whether the period by itself does what the rule asks of each; null where that is not known.
    select
        compared.*,
        case
            when rules.test in ('below_benchmark', 'above_benchmark') then benchmarks.benchmark
            else rules.limit_value
        end as limit_value,
        case
            when rules.test = 'below' then compared.value < rules.limit_value
            when rules.test = 'above' then compared.value > rules.limit_value
            when rules.test = 'below_benchmark' then compared.value < benchmarks.benchmark
            when rules.test = 'above_benchmark' then compared.value > benchmarks.benchmark
            when
                rules.test = 'falls'
                then compared.value < compared.value_before * (1 - rules.limit_value)
        end as is_met

    from compared
    inner join rules
        on compared.alert = rules.alert
    left join benchmarks
        on compared.kpi = benchmarks.kpi

)

select * from final
