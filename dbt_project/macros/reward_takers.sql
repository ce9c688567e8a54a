{% macro reward_takers() -%}
    {#-
        One row per reward and user who took up an incentive of its kind while it was there, up to the
        as-of date, with the day they came. Asks for a CTE `spans`, of `int_reward_spans`.
    -#}
    select
        spans.reward,
        profiles.user_id,
        min(profiles.first_active_date) as first_active_date

    from spans
    inner join {{ ref('int_user_incentives') }} as incentives
        on
            spans.kind = incentives.kind
            and spans.from_date <= incentives.event_date
            and spans.to_date >= incentives.event_date
    inner join {{ ref('int_user_profile') }} as profiles
        on incentives.user_id = profiles.user_id
    where
        spans.phase = 'during'
        and spans.period_number = 0
        and incentives.event_date <= {{ as_of_date() }}
    group by spans.reward, profiles.user_id
{%- endmacro %}
