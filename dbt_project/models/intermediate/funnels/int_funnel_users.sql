{#- A run says how many steps the longest funnel has: each costs a round, also an empty one. -#}
{%- set deepest = var('funnel_steps', 10) -%}
{%- set path = 'user_id, funnel, grain, begun_micros' -%}
{{ rebuilt_by_user('int_funnel_changes') }}

with

paths as (

    select * from {{ ref('int_funnel_paths') }}

),

deep as (

    -- Most paths stop at the first step: only those that go on are followed.
    select distinct {{ path }}
    from paths
    where step = 2

),

followed as (

    select
        *,
        at_micros as entry

    from paths
    semi join deep
        using ({{ path }})

),

entered_1 as (

    select * from followed
    where step = 1

),

{% for step in range(2, deepest + 1) -%}
candidates_{{ step }} as (

    -- The latest entry that can lead here is the best one: it leaves the most of the window.
    select
        *,
        max(case when step = {{ step - 1 }} then entry end) over (
            partition by {{ path }}
            order by position_number
            rows between unbounded preceding and 1 preceding
        ) as latest_entry

    from (
        select * from entered_{{ step - 1 }}
        union all
        select * from followed
        where step = {{ step }}
    ) as steps

),

entered_{{ step }} as (

    select
        {{ path }},
        step,
        window_micros,
        at_micros,
        position_number,
        latest_entry as entry

    from candidates_{{ step }}
    where
        step = {{ step }}
        and at_micros - latest_entry <= coalesce(window_micros, at_micros)

),

{% endfor -%}
reached as (

    select
        {{ path }},
        step

    from paths
    where step = 1

    {% for step in range(2, deepest + 1) %}
    union all
    select
        {{ path }},
        step

    from entered_{{ step }}
    {% endfor %}
    union all
    -- Made, if not reached.
    select
        user_id,
        funnel,
        'none' as grain,
        begun_micros,
        step

    from paths
    where
        step > 1
        and grain = 'user'

),

final as (

    select
        reached.user_id,
        reached.funnel,
        reached.step,
        count_if(reached.grain = 'user') > 0 as is_reached,
        cast(
            count(distinct case when reached.grain = 'session' then reached.begun_micros end)
            as bigint
        ) as sessions,
        changes.input_fingerprint

    from reached
    inner join {{ ref('int_funnel_changes') }} as changes
        on reached.user_id = changes.user_id
    group by reached.user_id, reached.funnel, reached.step, changes.input_fingerprint

)

select * from final
