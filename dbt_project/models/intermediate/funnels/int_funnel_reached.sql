{#- A run says how many steps the longest funnel has: each costs a round, also an empty one. -#}
{%- set deepest = var('funnel_steps', 10) -%}
with

step_events as (

    select * from {{ ref('int_funnel_sessions') }}

),

grains as (

    select
        'users' as grain,
        cast(0 as bigint) as scope,
        step_events.*

    from step_events

    union all

    select
        'sessions' as grain,
        session_micros as scope,
        step_events.*

    from step_events
    where session_micros is not null

),

deep as (

    -- Most people stop at the first step: only those who went on are followed.
    select
        grain,
        scope,
        funnel,
        user_id

    from grains
    where step = 2
    group by grain, scope, funnel, user_id

),

followed as (

    select grains.*
    from grains
    inner join deep
        on
            grains.grain = deep.grain
            and grains.scope = deep.scope
            and grains.funnel = deep.funnel
            and grains.user_id = deep.user_id

),

entered_1 as (

    select
        *,
        at_micros as entry

    from followed
    where step = 1

),

{% for step in range(2, deepest + 1) -%}
met_{{ step }} as (

    -- Only the step before and this one: each round sorts fewer rows than the last.
    select
        *,
        at_micros as entry

    from followed
    where step = {{ step }}

),

candidates_{{ step }} as (

    -- The latest entry that can lead here is the best one: it leaves the most of the window.
    select
        *,
        max(case when step = {{ step - 1 }} then entry end) over (
            partition by grain, scope, funnel, user_id
            order by position_number
            rows between unbounded preceding and 1 preceding
        ) as candidate

    from (
        select * from entered_{{ step - 1 }}
        union all
        select * from met_{{ step }}
    ) as steps

),

entered_{{ step }} as (

    select
        grain,
        scope,
        user_id,
        funnel,
        step,
        window_micros,
        at_micros,
        session_micros,
        position_number,
        candidate as entry

    from candidates_{{ step }}
    where
        step = {{ step }}
        and at_micros - candidate <= coalesce(window_micros, at_micros)

),

{% endfor -%}
reached as (

    select
        grain,
        funnel,
        1 as step,
        scope,
        user_id

    from grains
    where step = 1
    group by grain, funnel, scope, user_id

    {% for step in range(2, deepest + 1) %}
    union all

    select
        grain,
        funnel,
        {{ step }} as step,
        scope,
        user_id

    from entered_{{ step }}
    group by grain, funnel, scope, user_id
    {% endfor %}

),

final as (

    select
        grain,
        funnel,
        cast(step as bigint) as step,
        cast(count(*) as bigint) as reached

    from reached
    group by grain, funnel, step

)

select * from final
