with

present as (

    select * from {{ ref('int_user_periods') }}
    where is_present

),

numbered as (

    -- Periods counted from one origin, so that "the next one" is plus one.
    select
        basis,
        period,
        user_id,
        period_start,
        {{ period_number('period', 'period_start') }} as period_index

    from present

),

neighbours as (

    select
        *,
        lag(period_index) over (
            partition by basis, period, user_id order by period_index
        ) as previous_index,
        lead(period_index) over (
            partition by basis, period, user_id order by period_index
        ) as next_index

    from numbered

),

active as (

    select
        basis,
        period,
        period_start,
        cast(count_if(previous_index is null) as bigint) as new_users,
        cast(count_if(coalesce(previous_index = period_index - 1, false)) as bigint)
            as returning_users,
        cast(count_if(coalesce(previous_index < period_index - 1, false)) as bigint)
            as resurrecting_users,
        cast(count(*) as bigint) as active_users

    from neighbours
    group by basis, period, period_start

),

lapsed as (

    -- Not seen in the period after this one: dormant there.
    select
        basis,
        period,
        {{ next_period_start('period', 'period_start') }} as period_start,
        cast(count(*) as bigint) as dormant_users

    from neighbours
    where
        next_index is null
        or next_index > period_index + 1
    group by basis, period, period_start

),

final as (

    select
        coalesce(active.basis, lapsed.basis) as basis,
        coalesce(active.period, lapsed.period) as period,
        coalesce(active.period_start, lapsed.period_start) as period_start,
        coalesce(active.new_users, 0) as new,
        -- A keyword of DuckDB.
        coalesce(active.returning_users, 0) as {{ adapter.quote('returning') }},
        coalesce(active.resurrecting_users, 0) as resurrecting,
        coalesce(lapsed.dormant_users, 0) as dormant,
        coalesce(active.active_users, 0) as active

    from active
    full outer join lapsed
        on
            active.basis = lapsed.basis
            and active.period = lapsed.period
            and active.period_start = lapsed.period_start

)

select * from final
where period_start <= {{ as_of_date() }}
