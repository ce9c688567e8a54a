{#- A view: read once, by `int_funnel_users`. -#}
{#- A run says how many steps the longest funnel has: each costs a round, also an empty one. -#}
{%- set deepest = var('funnel_steps', 10) -%}
{%- set path = 'user_id, funnel, grain, begun_micros' -%}
{{ config(materialized='view') }}

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
        event_date,
        latest_entry as entry

    from candidates_{{ step }}
    where
        step = {{ step }}
        and at_micros - latest_entry <= coalesce(window_micros, at_micros)

),

{% endfor -%}
final as (

    select
        {{ path }},
        step,
        event_date

    from paths
    where step = 1

    {% for step in range(2, deepest + 1) %}
    union all
    select
        {{ path }},
        step,
        event_date

    from entered_{{ step }}
    {% endfor %}

)

select * from final
