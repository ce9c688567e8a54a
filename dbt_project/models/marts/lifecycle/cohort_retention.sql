with

members as (

    select * from {{ ref('int_cohort_members') }}

),

visits as (

    select * from {{ ref('int_cohort_visits') }}

),

horizons as (

    select * from {{ ref('retention_horizons') }}

),

brackets as (

    select * from {{ ref('retention_brackets') }}

),

sizes as (

    select
        cohort_by,
        period,
        cohort_start,
        cast(count(*) as bigint) as cohort_size

    from members
    group by cohort_by, period, cohort_start

),

returned as (

    select
        cohort_by,
        period,
        cohort_start,
        period_number,
        cast(count_if(is_present) as bigint) as users,
        cast(sum(orders) as bigint) as orders,
        {{ money('sum(net_revenue)') }} as net_revenue

    from visits
    group by cohort_by, period, cohort_start, period_number

),

last_visits as (

    select
        cohort_by,
        period,
        cohort_start,
        user_id,
        max(period_number) as last_number

    from visits
    where is_present
    group by cohort_by, period, cohort_start, user_id

),

last_seen as (

    select
        cohort_by,
        period,
        cohort_start,
        last_number,
        cast(count(*) as bigint) as users

    from last_visits
    group by cohort_by, period, cohort_start, last_number

),

ever_seen as (

    select
        cohort_by,
        period,
        cohort_start,
        sum(users) as users

    from last_seen
    group by cohort_by, period, cohort_start

),

numbers as (

    {{ dbt.date_spine('day', "cast('1970-01-01' as date)", "cast('1972-01-01' as date)") }}

),

cells as (

    -- Every cell a cohort can have, so that nobody returning is a zero and not a hole.
    select
        sizes.cohort_by,
        sizes.period,
        sizes.cohort_start,
        sizes.cohort_size,
        {{ days_between("date '1970-01-01'", 'numbers.date_day') }} as period_number,
        {{ period_after('sizes.period', 'sizes.cohort_start',
            days_between("date '1970-01-01'", 'numbers.date_day')) }} as cell_start

    from sizes
    inner join horizons
        on sizes.period = horizons.period
    inner join numbers
        on {{ days_between("date '1970-01-01'", 'numbers.date_day') }} <= horizons.max_period_number

),

open_cells as (

    select
        *,
        {{ next_period_start('period', 'cell_start') }} <= {{ dbt.dateadd('day', 1, as_of_date()) }}
            as is_mature

    from cells
    where cell_start <= {{ as_of_date() }}

),

counted as (

    select
        open_cells.*,
        coalesce(returned.users, 0) as users,
        coalesce(returned.orders, 0) as orders,
        coalesce(returned.net_revenue, 0) as net_revenue,
        sum(coalesce(returned.net_revenue, 0)) over (
            partition by open_cells.cohort_by, open_cells.period, open_cells.cohort_start
            order by open_cells.period_number
            rows between unbounded preceding and current row
        ) as revenue_so_far,
        -- Here or later is whoever was ever here, less those who had been here last before.
        coalesce(ever_seen.users, 0) - coalesce(
            sum(last_seen.users) over (
                partition by open_cells.cohort_by, open_cells.period, open_cells.cohort_start
                order by open_cells.period_number
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as users_from_here

    from open_cells
    left join ever_seen
        on
            open_cells.cohort_by = ever_seen.cohort_by
            and open_cells.period = ever_seen.period
            and open_cells.cohort_start = ever_seen.cohort_start
    left join last_seen
        on
            open_cells.cohort_by = last_seen.cohort_by
            and open_cells.period = last_seen.period
            and open_cells.cohort_start = last_seen.cohort_start
            and open_cells.period_number = last_seen.last_number
    left join returned
        on
            open_cells.cohort_by = returned.cohort_by
            and open_cells.period = returned.period
            and open_cells.cohort_start = returned.cohort_start
            and open_cells.period_number = returned.period_number

),

bracket_visits as (

    select
        visits.cohort_by,
        visits.period,
        visits.cohort_start,
        brackets.bracket,
        visits.user_id,
        cast(count_if(visits.is_present) > 0 as integer) as is_present,
        sum(visits.orders) as orders,
        sum(visits.net_revenue) as net_revenue

    from visits
    inner join brackets
        on
            visits.period = brackets.period
            and visits.period_number >= brackets.from_period
            and visits.period_number <= brackets.to_period
    group by
        visits.cohort_by,
        visits.period,
        visits.cohort_start,
        brackets.bracket,
        visits.user_id

),

bracket_returned as (

    select
        cohort_by,
        period,
        cohort_start,
        bracket,
        cast(sum(is_present) as bigint) as users,
        cast(sum(orders) as bigint) as orders,
        {{ money('sum(net_revenue)') }} as net_revenue

    from bracket_visits
    group by cohort_by, period, cohort_start, bracket

),

bracketed as (

    select
        first_cells.cohort_by,
        first_cells.period,
        first_cells.cohort_start,
        first_cells.cohort_size,
        first_cells.period_number,
        {{ period_after(
            'first_cells.period', 'first_cells.cohort_start', 'brackets.to_period + 1'
        ) }} <= {{ dbt.dateadd('day', 1, as_of_date()) }} as is_mature,
        'bracket' as kind,
        brackets.bracket,
        coalesce(bracket_returned.users, 0) as users,
        coalesce(bracket_returned.orders, 0) as orders,
        coalesce(bracket_returned.net_revenue, 0) as net_revenue,
        cast(null as decimal(38, 2)) as revenue_so_far

    from open_cells as first_cells
    inner join brackets
        on
            first_cells.period = brackets.period
            and first_cells.period_number = brackets.from_period
    left join bracket_returned
        on
            first_cells.cohort_by = bracket_returned.cohort_by
            and first_cells.period = bracket_returned.period
            and first_cells.cohort_start = bracket_returned.cohort_start
            and brackets.bracket = bracket_returned.bracket

),

all_kinds as (

    {% for kind, users in {'n_period': 'users', 'unbounded': 'users_from_here'}.items() %}
    select
        cohort_by,
        period,
        cohort_start,
        cohort_size,
        period_number,
        is_mature,
        '{{ kind }}' as kind,
        cast(null as {{ dbt.type_string() }}) as bracket,
        {{ users }} as users,
        orders,
        net_revenue,
        revenue_so_far

    from counted
    union all
    {% endfor %}
    select * from bracketed

),

final as (

    select
        cohort_by,
        period,
        cohort_start,
        period_number,
        kind,
        bracket,
        'all' as dimension,
        'all' as dimension_value,
        cohort_size,
        cast(users as bigint) as users,
        {{ rate('users', 'cohort_size') }} as retention_rate,
        orders,
        {{ money('net_revenue') }} as net_revenue,
        {{ rate('revenue_so_far', 'cohort_size') }} as cumulative_revenue,
        is_mature

    from all_kinds

)

select * from final
