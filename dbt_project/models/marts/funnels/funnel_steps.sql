with

funnels as (

    select * from {{ ref('funnels') }}

),

reached as (

    select
        funnel,
        step,
        count_if(is_reached) as users,
        sum(sessions) as sessions

    from {{ ref('int_funnel_users') }}
    group by funnel, step

),

counted as (

    select
        funnels.funnel,
        cast(funnels.step as bigint) as step,
        funnels.event,
        cast(coalesce(reached.users, 0) as bigint) as users,
        cast(coalesce(reached.sessions, 0) as bigint) as sessions

    from funnels
    left join reached
        on
            funnels.funnel = reached.funnel
            and funnels.step = reached.step

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
        {{ rate('sessions', 'first_value(sessions) over (partition by funnel order by step)') }}
            as session_conversion,
        {{ rate('sessions', 'lag(sessions) over (partition by funnel order by step)') }}
            as session_step_conversion,
        {{ as_of_date() }} as as_of_date

    from counted

)

select * from final
