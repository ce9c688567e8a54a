with

funnels as (

    select * from {{ ref('funnels') }}

),

starts as (

    select * from {{ ref('int_funnel_starts') }}
    where first_date <= {{ as_of_date() }}

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

    -- Where a step, or one before it, was never seen, nobody knows who got there.
    select
        funnels.funnel,
        cast(funnels.step as bigint) as step,
        funnels.event,
        cast(
            case when starts.step is not null then coalesce(reached.users, 0) end as bigint
        ) as users,
        cast(
            case when starts.step is not null then coalesce(reached.sessions, 0) end as bigint
        ) as sessions

    from funnels
    left join reached
        on
            funnels.funnel = reached.funnel
            and funnels.step = reached.step
    left join starts
        on
            funnels.funnel = starts.funnel
            and funnels.step = starts.step

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
