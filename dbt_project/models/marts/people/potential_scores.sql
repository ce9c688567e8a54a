{% set dimensions = ['interaction', 'content', 'influence'] %}

with

contributors as (

    select * from {{ ref('contributors') }}
    where content + invites > 0

),

value_scores as (

    select * from {{ ref('value_scores') }}
    where activity is not null

),

weights as (

    select
        {% for dimension in dimensions %}
        max(case when dimension = '{{ dimension }}' then weight end) as {{ dimension }},
        {% endfor %}
        sum(weight) as all_weights

    from {{ ref('potential_weights') }}

),

inputs as (

    select
        coalesce(value_scores.as_of_date, contributors.as_of_date) as as_of_date,
        coalesce(value_scores.user_id, contributors.user_id) as user_id,
        value_scores.activity as interaction,
        nullif(contributors.content, 0) as pieces,
        nullif(contributors.invites, 0) as invites

    from value_scores
    full outer join contributors
        on
            value_scores.as_of_date = contributors.as_of_date
            and value_scores.user_id = contributors.user_id

),

scored as (

    -- Among those who have the input: equal inputs get equal scores.
    select
        as_of_date,
        user_id,
        interaction,
        {% for dimension, input in [('content', 'pieces'), ('influence', 'invites')] %}
        case
            when {{ input }} is not null
                then {{ rounded(
                    '100 * percent_rank() over (partition by as_of_date, ' ~ input
                    ~ ' is null order by ' ~ input ~ ')', 6
                ) }}
        end as {{ dimension }},
        {% endfor %}
        pieces,
        invites

    from inputs

),

known as (

    -- What nobody on the day has cannot tell one from another.
    select
        scored.as_of_date,
        {% for dimension in dimensions %}
        case when count(scored.{{ dimension }}) > 0 then max(weights.{{ dimension }}) else 0 end
            as {{ dimension }},
        {% endfor %}
        max(weights.all_weights) as all_weights

    from scored
    cross join weights
    group by scored.as_of_date

),

final as (

    select
        scored.as_of_date,
        scored.user_id,
        scored.interaction,
        scored.content,
        scored.influence,
        cast(scored.pieces as bigint) as pieces,
        cast(scored.invites as bigint) as invites,
        {{ rate(
            'coalesce(scored.interaction, 0) * known.interaction'
            ~ ' + coalesce(scored.content, 0) * known.content'
            ~ ' + coalesce(scored.influence, 0) * known.influence',
            'known.interaction + known.content + known.influence'
        ) }} as potential_score,
        {{ rate('known.interaction + known.content + known.influence', 'known.all_weights') }}
            as coverage,
        case
            when known.interaction + known.content + known.influence > 0 then 'ok'
            else 'insufficient_data'
        end as status

    from scored
    inner join known
        on scored.as_of_date = known.as_of_date

)

select * from final
