with

user_periods as (

    select * from {{ ref('int_user_periods') }}

),

user_traits as (

    select * from {{ ref('int_user_profile') }}

),

horizons as (

    select * from {{ ref('retention_horizons') }}

),

brackets as (

    select * from {{ ref('retention_brackets') }}

),

cohort_bases as (

    select
        'activity' as cohort_by,
        'activity' as basis
    union all
    select
        'signup' as cohort_by,
        'activity' as basis
    union all
    select
        'order' as cohort_by,
        'order' as basis

),

cohort_days as (

    select
        cohort_bases.cohort_by,
        cohort_bases.basis,
        user_traits.user_id,
        case cohort_bases.cohort_by
            when 'activity' then user_traits.first_active_date
            when 'signup' then user_traits.signed_up_date
            when 'order' then user_traits.first_order_date
        end as cohort_date

    from user_traits
    cross join cohort_bases

),

members as (

    {% for period in ['day', 'week', 'month'] %}
    select
        cohort_by,
        basis,
        '{{ period }}' as period,
        user_id,
        {{ period_start(period, 'cohort_date') }} as cohort_start

    from cohort_days
    where cohort_date <= {{ as_of_date() }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

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

visits as (

    select
        members.cohort_by,
        members.period,
        members.cohort_start,
        members.user_id,
        {{ period_number('members.period', 'user_periods.period_start') }}
        - {{ period_number('members.period', 'members.cohort_start') }} as period_number,
        user_periods.is_present,
        user_periods.orders,
        user_periods.net_revenue

    from members
    inner join user_periods
        on
            members.basis = user_periods.basis
            and members.period = user_periods.period
            and members.user_id = user_periods.user_id
            and members.cohort_start <= user_periods.period_start

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

later as (

    select
        open_cells.cohort_by,
        open_cells.period,
        open_cells.cohort_start,
        open_cells.period_number,
        cast(sum(last_seen.users) as bigint) as users

    from open_cells
    inner join last_seen
        on
            open_cells.cohort_by = last_seen.cohort_by
            and open_cells.period = last_seen.period
            and open_cells.cohort_start = last_seen.cohort_start
            and open_cells.period_number <= last_seen.last_number
    group by
        open_cells.cohort_by,
        open_cells.period,
        open_cells.cohort_start,
        open_cells.period_number

),

n_period as (

    select
        open_cells.*,
        'n_period' as kind,
        cast(null as {{ dbt.type_string() }}) as bracket,
        coalesce(returned.users, 0) as users,
        coalesce(returned.orders, 0) as orders,
        coalesce(returned.net_revenue, 0) as net_revenue

    from open_cells
    left join returned
        on
            open_cells.cohort_by = returned.cohort_by
            and open_cells.period = returned.period
            and open_cells.cohort_start = returned.cohort_start
            and open_cells.period_number = returned.period_number

),

unbounded as (

    select
        n_period.cohort_by,
        n_period.period,
        n_period.cohort_start,
        n_period.cohort_size,
        n_period.period_number,
        n_period.cell_start,
        n_period.is_mature,
        'unbounded' as kind,
        n_period.bracket,
        coalesce(later.users, 0) as users,
        n_period.orders,
        n_period.net_revenue

    from n_period
    left join later
        on
            n_period.cohort_by = later.cohort_by
            and n_period.period = later.period
            and n_period.cohort_start = later.cohort_start
            and n_period.period_number = later.period_number

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
        first_cells.cell_start,
        {{ period_after(
            'first_cells.period', 'first_cells.cohort_start', 'brackets.to_period + 1'
        ) }} <= {{ dbt.dateadd('day', 1, as_of_date()) }} as is_mature,
        'bracket' as kind,
        brackets.bracket,
        coalesce(bracket_returned.users, 0) as users,
        coalesce(bracket_returned.orders, 0) as orders,
        coalesce(bracket_returned.net_revenue, 0) as net_revenue

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

    select * from n_period
    union all
    select * from unbounded
    union all
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
        users,
        {{ rate('users', 'cohort_size') }} as retention_rate,
        orders,
        {{ money('net_revenue') }} as net_revenue,
        case
            when kind <> 'bracket'
                then {{ rate(
                    'sum(net_revenue) over (partition by cohort_by, period, cohort_start, kind'
                    ~ ' order by period_number rows between unbounded preceding and current row)',
                    'cohort_size'
                ) }}
        end as cumulative_revenue,
        is_mature

    from all_kinds

)

select * from final
