with

told as (

    -- How many fixed tags there are to tell.
    select cast(count(distinct tag) as bigint) as fixed_tags
    from {{ ref('tags') }}
    where tag_kind = 'fixed'

),

tags as (

    select
        user_id,
        cast(count(case when tag_kind = 'fixed' then 1 end) as bigint) as fixed_tags,
        max(case when tag = 'gender' then value end) as gender,
        max(case when tag = 'age' then value end) as age,
        max(case when tag = 'occupation' then value end) as occupation

    from {{ ref('user_tags') }}
    group by user_id

),

tastes as (

    select
        user_id,
        top_category,
        second_category

    from {{ ref('value_scores') }}
    where as_of_date = {{ as_of_date() }}

),

known as (

    select
        inputs.*,
        tags.gender,
        tags.age,
        tags.occupation,
        tastes.top_category,
        tastes.second_category,
        preferences.best_hour,
        preferences.best_channel,
        preferences.top_feature,
        coalesce(tags.fixed_tags, 0)
        {% for part in [
            'tastes.top_category', 'preferences.best_hour', 'preferences.best_channel',
            'preferences.top_feature', 'inputs.price_sensitivity'
        ] %}
        + case when {{ part }} is null then 0 else 1 end
        {% endfor %} as known_parts,
        told.fixed_tags + 5 as all_parts

    from {{ ref('int_portrait_classes') }} as inputs
    left join tags
        on inputs.user_id = tags.user_id
    left join tastes
        on inputs.user_id = tastes.user_id
    left join {{ ref('int_user_preferences') }} as preferences
        on inputs.user_id = preferences.user_id
    cross join told

),

final as (

    select
        known.user_id,
        {{ rate('known.known_parts', 'known.all_parts') }} as completeness,
        known.gender,
        known.age,
        known.occupation,
        known.country,
        known.platform,
        known.top_category,
        known.second_category,
        known.best_hour,
        known.best_channel,
        known.top_feature,
        known.price_sensitivity,
        known.communication_stage,
        known.behaviour_class,
        known.loyalty_depth,
        known.need,
        known.active_days,
        known.online_minutes,
        known.completion,
        known.spread,
        known.inviter_id,
        known.invited_users

    from known

)

select * from final
