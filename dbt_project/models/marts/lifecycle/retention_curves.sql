with

cells as (

    -- A period that still runs tells nothing yet.
    select
        *,
        case when is_mature then cohort_size end as mature_size

    from {{ ref('cohort_retention') }}

),

summed as (

    select
        cohort_by,
        period,
        kind,
        clock,
        dimension,
        dimension_value,
        period_number,
        bracket,
        cast(count(mature_size) as bigint) as cohorts,
        cast(sum(mature_size) as bigint) as cohort_size,
        cast(sum(case when is_mature then users end) as bigint) as users,
        cast(sum(case when is_mature then orders end) as bigint) as orders,
        {{ money('sum(case when is_mature then net_revenue end)') }} as net_revenue,
        -- Back in whole cents: a sum of fractions depends on the order it is taken in.
        sum({{ money('cumulative_revenue * mature_size') }}) as revenue_so_far

    from cells
    group by
        cohort_by,
        period,
        kind,
        clock,
        dimension,
        dimension_value,
        period_number,
        bracket

),

final as (

    select
        cohort_by,
        period,
        kind,
        clock,
        dimension,
        dimension_value,
        period_number,
        bracket,
        cohorts,
        cohort_size,
        users,
        {{ rate('users', 'cohort_size') }} as retention_rate,
        orders,
        net_revenue,
        {{ rate('revenue_so_far', 'cohort_size') }} as cumulative_revenue,
        case when cohorts > 0 then 'ok' else 'insufficient_data' end as status

    from summed

)

select * from final
