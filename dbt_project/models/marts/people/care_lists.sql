with

rules as (

    select * from {{ ref('care_rules') }}

),

streaks as (

    select * from {{ ref('int_login_streaks') }}

),

settled as (

    select {{ rate('count_if(has_ordered_in_time)', 'count(has_ordered_in_time)') }} as rate
    from streaks
    where is_settled

),

high_potential as (

    select
        streaks.user_id,
        {{ whole_number('max(streaks.login_days)') }} as login_days,
        max(settled.rate) as measured_rate

    from streaks
    cross join settled
    where
        not streaks.is_settled
        and streaks.first_order_date is null
    group by streaks.user_id

),

listed as (

    select
        user_id,
        'high_potential' as list,
        login_days || ' days with a login in a row and no order' as evidence,
        '连续登录 ' || login_days || ' 天，未下单' as evidence_zh,
        measured_rate,
        cast(null as decimal(18, 2)) as cost

    from high_potential
    union all
    select
        user_id,
        list,
        evidence,
        evidence_zh,
        cast(null as double) as measured_rate,
        cost

    from {{ ref('int_care_programme') }}
    {% for people in ['int_care_silence', 'int_care_standing'] %}
    union all
    select
        user_id,
        list,
        evidence,
        evidence_zh,
        cast(null as double) as measured_rate,
        cast(null as decimal(18, 2)) as cost

    from {{ ref(people) }}
    {% endfor %}

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        listed.list,
        listed.user_id,
        listed.evidence,
        listed.evidence_zh,
        listed.measured_rate,
        {{ money('listed.cost') }} as cost,
        rules.source_id as rule_id

    from listed
    inner join rules
        on listed.list = rules.list

)

select * from final
