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
        cast(sum(abs(cast(weight as decimal(28, 10)))) as double) as all_weights

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

    -- In whole millionths and hundredths: a half stays one, however the parts add up.
    select
        scored.*,
        {% for part, _ in parts + [('stage_points', none)] %}
        {{ '+' if not loop.first }} coalesce(
            {{ whole('scored.' ~ part, 1000000) }} * {{ whole('weights.' ~ part, 100) }}, 0
        )
        {% endfor %} as points,
        {% for part, _ in parts + [('stage_points', none)] %}
        {{ '+' if not loop.first }} case
            when scored.{{ part }} is null then 0 else abs({{ whole('weights.' ~ part, 100) }})
        end
        {% endfor %} as weight_known,
        {{ whole('weights.all_weights', 100) }} as all_weights

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
                then floor((2 * greatest(0, points) + weight_known) / (2 * weight_known)) / 1e6
        end as value_score,
        {{ rate('weight_known', 'all_weights') }} as coverage,
        case when weight_known > 0 then 'ok' else 'insufficient_data' end as status,
        as_of_date

    from weighed

)

select * from final
