with

metrics as (

    select * from {{ ref('health_metrics') }}

),

kpis as (

    select * from {{ ref('kpi_daily') }}
    where dimension = 'all'

),

days as (

    select as_of_date
    from kpis
    group by as_of_date

),

scored as (

    -- Linear from the floor to the target, and no further: the same for a rate that should fall.
    select
        days.as_of_date,
        metrics.metric,
        kpis.value,
        metrics.floor,
        metrics.target,
        metrics.weight,
        case
            when kpis.value is not null
                then least(
                    100,
                    greatest(
                        0,
                        100 * (kpis.value - metrics.floor) / (metrics.target - metrics.floor)
                    )
                )
        end as score

    from days
    cross join metrics
    left join kpis
        on
            days.as_of_date = kpis.as_of_date
            and metrics.kpi = kpis.kpi

),

weighed as (

    select
        *,
        sum(weight) over (partition by as_of_date) as all_weight,
        sum(case when score is not null then weight end) over (partition by as_of_date)
            as known_weight

    from scored

),

parts as (

    select
        *,
        score * weight / known_weight as contribution,
        case when score is not null then weight / all_weight else 0 end as coverage

    from weighed

),

final as (

    select
        metric,
        value,
        floor,
        target,
        weight,
        {{ rounded('score', 6) }} as score,
        {{ rounded('contribution', 6) }} as contribution,
        {{ rounded('coverage', 6) }} as coverage,
        case when score is null then 'unknown' else 'ok' end as status,
        as_of_date

    from parts
    union all
    select
        'total' as metric,
        cast(null as double) as value,
        cast(null as double) as floor,
        cast(null as double) as target,
        sum(weight) as weight,
        {{ rounded('sum(contribution)', 6) }} as score,
        {{ rounded('sum(contribution)', 6) }} as contribution,
        {{ rounded('sum(coverage)', 6) }} as coverage,
        case when count(score) = 0 then 'unknown' else 'ok' end as status,
        as_of_date

    from parts
    group by as_of_date

)

select * from final
