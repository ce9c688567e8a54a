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
        cast(count_if(previous_index is null) as bigint) as new,
        cast(count_if(previous_index = period_index - 1) as bigint) as returning,
        cast(count_if(previous_index < period_index - 1) as bigint) as resurrecting,
        cast(count(*) as bigint) as active

    from neighbours
    group by basis, period, period_start

),

lapsed as (

    -- Not seen in the period after this one: dormant there.
    select
        basis,
        period,
        {{ next_period_start('period', 'period_start') }} as period_start,
        cast(count(*) as bigint) as dormant

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
        coalesce(active.new, 0) as new,
        coalesce(active.returning, 0) as returning,
        coalesce(active.resurrecting, 0) as resurrecting,
        coalesce(lapsed.dormant, 0) as dormant,
        coalesce(active.active, 0) as active

    from active
    full outer join lapsed
        on
            active.basis = lapsed.basis
            and active.period = lapsed.period
            and active.period_start = lapsed.period_start

)

select * from final
where period_start <= {{ as_of_date() }}
