with

funnels as (

    select * from {{ ref('funnels') }}

),

reached as (

    select * from {{ ref('int_funnel_reached') }}

),

counted as (

    select
        funnels.funnel,
        cast(funnels.step as bigint) as step,
        funnels.event,
        coalesce(max(case when reached.grain = 'users' then reached.reached end), 0) as users,
        coalesce(max(case when reached.grain = 'sessions' then reached.reached end), 0)
            as sessions

    from funnels
    left join reached
        on
            funnels.funnel = reached.funnel
            and funnels.step = reached.step
    group by funnels.funnel, funnels.step, funnels.event

),

final as (

    select
        funnel,
        step,
        event,
        users,
        sessions,
        {{ rate('users', 'first_value(users) over (partition by funnel order by step)') }}
            as conversion,
        {{ rate('users', 'lag(users) over (partition by funnel order by step)') }}
            as step_conversion,
        {{ as_of_date() }} as as_of_date

    from counted

)

select * from final
