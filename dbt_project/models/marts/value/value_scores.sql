{{ rebuilt_by('as_of_date', 'int_snapshot_dates') }}

{% set parts = [
    ('purchasing_power', 'mean_order'),
    ('activity', 'interactions'),
    ('spread', 'spread'),
    ('demand_sensitivity', 'prompted_share'),
    ('category_concentration', 'category_share'),
] %}

with

inputs as (

    select * from {{ ref('int_value_inputs') }}

),

weights as (

    select
        {% for part, _ in parts + [('stage_points', none)] %}
        max(case when part = '{{ part }}' then cast(weight as double) end) as {{ part }},
        {% endfor %}
        sum(abs(cast(weight as double))) as all_weights

    from {{ ref('value_weights') }}

),

scored as (

    -- Among those who have the input: equal inputs get equal scores.
    select
        as_of_date,
        user_id,
        {% for part, input in parts %}
        case
            when {{ input }} is not null
                then {{ rounded(
                    '100 * percent_rank() over (partition by as_of_date, ' ~ input
                    ~ ' is null order by ' ~ input ~ ')', 6
                ) }}
        end as {{ part }},
        {% endfor %}
        stage_points,
        top_category,
        second_category

    from inputs

),

weighed as (

    select
        scored.*,
        coalesce(scored.stage_points * weights.stage_points, 0)
        {% for part, _ in parts %}
        + coalesce(scored.{{ part }} * weights.{{ part }}, 0)
        {% endfor %} as points,
        case when scored.stage_points is null then 0 else abs(weights.stage_points) end
        {% for part, _ in parts %}
        + case when scored.{{ part }} is null then 0 else abs(weights.{{ part }}) end
        {% endfor %} as weight_known,
        weights.all_weights

    from scored
    cross join weights

),

final as (

    select
        user_id,
        purchasing_power,
        activity,
        spread,
        demand_sensitivity,
        category_concentration,
        top_category,
        second_category,
        stage_points,
        case
            when weight_known > 0
                then {{ rounded('greatest(0, points / weight_known)', 6) }}
        end as value_score,
        {{ rate('weight_known', 'all_weights') }} as coverage,
        case when weight_known > 0 then 'ok' else 'insufficient_data' end as status,
        as_of_date

    from weighed

)

select * from final
