{#- Steps a funnel may have; the rule check refuses more. -#}
{%- set deepest = 10 -%}
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

entered_1 as (

    select
        grains.*,
        case when grains.step = 1 then grains.at_micros end as entry_1

    from grains
    inner join deep
        on
            grains.grain = deep.grain
            and grains.scope = deep.scope
            and grains.funnel = deep.funnel
            and grains.user_id = deep.user_id

),

{% for step in range(2, deepest + 1) -%}
candidates_{{ step }} as (

    -- The later step first: an event that is two steps of a funnel does not follow itself.
    select
        *,
        case
            when step = {{ step }}
                then max(entry_{{ step - 1 }}) over (
                    partition by grain, scope, funnel, user_id
                    order by
                        at_micros asc, load_date asc, source_file asc, source_line asc, step desc
                    rows between unbounded preceding and 1 preceding
                )
        end as candidate_{{ step }}

    from entered_{{ step - 1 }}

),

entered_{{ step }} as (

    -- The latest entry that can lead here is the best one: it leaves the most of the window.
    select
        *,
        case
            when at_micros - candidate_{{ step }} <= coalesce(window_micros, at_micros)
                then candidate_{{ step }}
        end as entry_{{ step }}

    from candidates_{{ step }}

),

{% endfor -%}
places as (

    select
        grain,
        scope,
        funnel,
        user_id,
        1 as place

    from grains
    where step = 1

    union all

    select
        grain,
        scope,
        funnel,
        user_id,
        case
            {% for step in range(2, deepest + 1) -%}
            when entry_{{ step }} is not null then {{ step }}
            {% endfor -%}
        end as place

    from entered_{{ deepest }}

),

furthest as (

    select
        grain,
        scope,
        funnel,
        user_id,
        max(place) as place

    from places
    group by grain, scope, funnel, user_id

),

counted as (

    select
        grain,
        funnel,
        place,
        count(*) as users

    from furthest
    group by grain, funnel, place

),

steps as (

    select
        grain,
        funnel,
        step

    from grains
    group by grain, funnel, step

),

final as (

    -- Who came further has been here too.
    select
        steps.grain,
        steps.funnel,
        steps.step,
        cast(sum(counted.users) as bigint) as reached

    from steps
    inner join counted
        on
            steps.grain = counted.grain
            and steps.funnel = counted.funnel
            and steps.step <= counted.place
    group by steps.grain, steps.funnel, steps.step

)

select * from final
