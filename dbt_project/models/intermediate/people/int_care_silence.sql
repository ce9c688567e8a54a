{{ config(materialized='view') }}

with

high_value_silent as (

    select
        users.user_id,
        'high_value_silent' as list,
        users.rfm_tier || ', silent for ' || {{ whole_number('users.silent_days') }}
        || ' days (rule: ' || {{ whole_number('rules.min_silent_days') }} || ')' as evidence,
        users.tier_zh || '，沉默 ' || {{ whole_number('users.silent_days') }}
        || ' 天（规则：' || {{ whole_number('rules.min_silent_days') }} || ' 天）' as evidence_zh

    from {{ ref('int_silent_days') }} as users
    inner join {{ ref('care_rules') }} as rules
        on
            rules.list = 'high_value_silent'
            and {{ is_listed('users.rfm_tier', 'rules.tiers') }}
            and users.silent_days >= rules.min_silent_days

),

asleep as (

    select
        users.user_id,
        {{ whole_number('floor(max(scores.potential_score))') }} as score,
        {{ whole_number('max(rules.min_score)') }} as min_score,
        {{ whole_number('max(users.silent_days)') }} as silent_days,
        {{ whole_number('max(rules.min_silent_days)') }} as min_silent_days

    from {{ ref('int_silent_days') }} as users
    inner join {{ ref('potential_scores') }} as scores
        on users.user_id = scores.user_id
    inner join {{ ref('care_rules') }} as rules
        on
            rules.list = 'high_potential_dormant'
            and users.silent_days >= rules.min_silent_days
            and scores.potential_score >= rules.min_score
    group by users.user_id

),

high_potential_dormant as (

    select
        user_id,
        'high_potential_dormant' as list,
        'potential ' || score || ' (rule: ' || min_score || '), silent for ' || silent_days
        || ' days (rule: ' || min_silent_days || ')' as evidence,
        '潜力分 ' || score || '（规则：' || min_score || '），沉默 ' || silent_days
        || ' 天（规则：' || min_silent_days || ' 天）' as evidence_zh

    from asleep

),

final as (

    select * from high_value_silent
    union all
    select * from high_potential_dormant

)

select * from final
