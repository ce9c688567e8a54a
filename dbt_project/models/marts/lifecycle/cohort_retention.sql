with

cells as (

    select * from {{ ref('int_cohort_cells') }}

),

brackets as (

    select * from {{ ref('retention_brackets') }}

),

bracket_returns as (

    select * from {{ ref('int_cohort_brackets') }}

),

kinds as (

    select listed.kind
    from (values ('n_period'), ('unbounded')) as listed (kind)

),

all_kinds as (

    select
        cells.cohort_by,
        cells.period,
        cells.clock,
        cells.cohort_start,
        cells.dimension,
        cells.dimension_value,
        cells.period_number,
        kinds.kind,
        cast(null as {{ dbt.type_string() }}) as bracket,
        cells.cohort_size,
        case kinds.kind
            when 'n_period' then cells.users
            when 'unbounded' then cells.users_from_here
        end as users,
        cells.orders,
        cells.net_revenue,
        cells.revenue_so_far,
        cells.is_mature

    from cells
    cross join kinds

    union all

    -- A bracket stands where it begins, and is mature when its last period has ended, unless
    -- nothing landed in all of it.
    select
        cells.cohort_by,
        cells.period,
        cells.clock,
        cells.cohort_start,
        cells.dimension,
        cells.dimension_value,
        cells.period_number,
        'bracket' as kind,
        brackets.bracket,
        cells.cohort_size,
        coalesce(bracket_returns.users, 0) as users,
        coalesce(bracket_returns.orders, 0) as orders,
        coalesce(bracket_returns.net_revenue, 0) as net_revenue,
        cast(null as decimal(38, 2)) as revenue_so_far,
        {{ period_after('cells.period', 'cells.cohort_start', 'brackets.to_period + 1') }}
        + case when cells.clock = 'rolling_24h' then 1 else 0 end
        <= {{ as_of_date() }} + 1
        and coalesce(landed.landed_days > cells.landed_before, false) as is_mature

    from cells
    inner join brackets
        on
            cells.period = brackets.period
            and cells.period_number = brackets.from_period
    left join {{ ref('int_landed_periods') }} as landed
        on
            cells.period = landed.period
            and {{ period_after('cells.period', 'cells.cohort_start', 'brackets.to_period') }}
            = landed.period_start
    left join bracket_returns
        on
            cells.cohort_by = bracket_returns.cohort_by
            and cells.period = bracket_returns.period
            and cells.clock = bracket_returns.clock
            and cells.cohort_start = bracket_returns.cohort_start
            and cells.dimension = bracket_returns.dimension
            and cells.dimension_value = bracket_returns.dimension_value
            and brackets.bracket = bracket_returns.bracket

),

final as (

    select
        cohort_by,
        period,
        clock,
        cohort_start,
        period_number,
        kind,
        bracket,
        dimension,
        dimension_value,
        cohort_size,
        users,
        {{ rate('users', 'cohort_size') }} as retention_rate,
        orders,
        {{ money('net_revenue') }} as net_revenue,
        {{ rate('revenue_so_far', 'cohort_size') }} as cumulative_revenue,
        is_mature

    from all_kinds

)

select * from final
