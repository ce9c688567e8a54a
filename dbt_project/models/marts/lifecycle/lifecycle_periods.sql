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

begun as (

    select
        basis,
        period,
        min(period_start) as first_start

    from present
    group by basis, period

),

turns as (

    select
        basis,
        period,
        period_start,
        case
            when previous_index is null then 'new'
            when previous_index = period_index - 1 then 'returning'
            else 'resurrecting'
        end as turn

    from neighbours

    union all

    -- Not seen in the period after this one: dormant there.
    select
        basis,
        period,
        {{ next_period_start('period', 'period_start') }} as period_start,
        'dormant' as turn

    from neighbours
    where
        next_index is null
        or next_index > period_index + 1

    union all

    -- Every period since the first: nobody there is a zero and not a hole.
    select
        begun.basis,
        begun.period,
        {{ period_after('begun.period', 'begun.first_start', 'numbers.number') }} as period_start,
        'none' as turn

    from begun
    inner join range(40000) as numbers (number)
        on {{ days_between('begun.first_start', as_of_date()) }} >= numbers.number

),

counted as (

    select
        basis,
        period,
        period_start,
        cast(count_if(turn = 'new') as bigint) as new_users,
        cast(count_if(turn = 'returning') as bigint) as returning_users,
        cast(count_if(turn = 'resurrecting') as bigint) as resurrecting_users,
        cast(count_if(turn = 'dormant') as bigint) as dormant_users

    from turns
    where period_start <= {{ as_of_date() }}
    group by basis, period, period_start

),

judged as (

    -- Where nothing landed nobody was seen, and in the period after it nobody can have stayed.
    select
        counted.*,
        coalesce(landed.is_landed and landed.is_landed_before, false)
        and {{ next_period_start('counted.period', 'counted.period_start') }}
        <= {{ as_of_date() }} + 1 as is_mature

    from counted
    left join {{ ref('int_landed_periods') }} as landed
        on
            counted.period = landed.period
            and counted.period_start = landed.period_start

),

final as (

    select
        basis,
        period,
        period_start,
        new_users as new,
        -- A keyword of DuckDB.
        returning_users as {{ adapter.quote('returning') }},
        resurrecting_users as resurrecting,
        -- Unknown while the period lasts: who has not come may still come.
        case when is_mature then dormant_users end as dormant,
        new_users + returning_users + resurrecting_users as active,
        is_mature

    from judged

)

select * from final
