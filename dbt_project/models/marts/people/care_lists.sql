{% set found = ['high_value_silent', 'high_potential', 'high_potential_dormant',
    'points_extension', 'core', 'koc', 'incident_affected', 'survey'] %}

with

rules as (

    select
        *,
        '>' || coalesce(tiers, '') || '>' as tier_steps

    from {{ ref('care_rules') }}

),

launch as (

    select
        {{ whole_number('max(parameters.value)') }} as days,
        {{ dbt.dateadd(
            'day', 'cast(max(parameters.value) as integer)', 'min(users.first_seen_date)'
        ) }} as until_date

    from {{ ref('dim_users') }} as users
    cross join {{ ref('parameters') }} as parameters
    where parameters.parameter = 'launch_days'

),

users as (

    select
        *,
        {{ days_between(
            "greatest(last_seen_date, coalesce(last_order_date, last_seen_date))", as_of_date()
        ) }} as silent_days

    from {{ ref('dim_users') }}

),

streaks as (

    select * from {{ ref('int_login_streaks') }}

),

settled as (

    select
        count(*) as users,
        {{ rate('count(case when has_ordered_in_time then 1 end)', 'count(*)') }} as rate

    from streaks
    where is_settled

),

high_value_silent as (

    select
        users.user_id,
        'high_value_silent' as list,
        users.rfm_tier || ', silent for ' || {{ whole_number('users.silent_days') }}
        || ' days (rule: ' || {{ whole_number('rules.min_silent_days') }} || ')' as evidence,
        cast(null as double) as measured_rate

    from users
    inner join rules
        on
            rules.list = 'high_value_silent'
            and position('>' || users.rfm_tier || '>' in rules.tier_steps) > 0
            and users.silent_days >= rules.min_silent_days

),

high_potential as (

    select
        streaks.user_id,
        'high_potential' as list,
        {{ whole_number('max(streaks.login_days)') }}
        || ' days with a login in a row and no order' as evidence,
        max(settled.rate) as measured_rate

    from streaks
    cross join settled
    where
        not streaks.is_settled
        and streaks.first_order_date is null
    group by streaks.user_id

),

high_potential_dormant as (

    select
        users.user_id,
        'high_potential_dormant' as list,
        'potential ' || {{ whole_number('floor(max(scores.potential_score))') }}
        || ' (rule: ' || {{ whole_number('max(rules.min_score)') }} || '), silent for '
        || {{ whole_number('max(users.silent_days)') }} || ' days (rule: '
        || {{ whole_number('max(rules.min_silent_days)') }} || ')' as evidence,
        cast(null as double) as measured_rate

    from users
    inner join {{ ref('potential_scores') }} as scores
        on users.user_id = scores.user_id
    inner join rules
        on
            rules.list = 'high_potential_dormant'
            and users.silent_days >= rules.min_silent_days
            and scores.potential_score >= rules.min_score
    group by users.user_id

),

points_extension as (

    -- Here since the launch, and worth most: whose like asked for it.
    select
        users.user_id,
        'points_extension' as list,
        users.rfm_tier || ', here since the first ' || launch.days || ' days, '
        || {{ whole_number('floor(balances.expiring_this_month)') }}
        || ' points expire this month' as evidence,
        cast(null as double) as measured_rate

    from users
    cross join launch
    inner join rules
        on
            rules.list = 'points_extension'
            and position('>' || users.rfm_tier || '>' in rules.tier_steps) > 0
    inner join {{ ref('points_balances') }} as balances
        on users.user_id = balances.user_id
    where
        balances.as_of_date = {{ as_of_date() }}
        and balances.expiring_this_month > 0
        and users.first_seen_date < launch.until_date

),

core as (

    select
        user_id,
        'core' as list,
        'core since ' || cast(min(valid_from) as {{ dbt.type_string() }}) as evidence,
        cast(null as double) as measured_rate

    from {{ ref('core_users') }}
    where valid_to is null
    group by user_id

),

koc as (

    select
        user_id,
        'koc' as list,
        'contribution score ' || {{ whole_number('floor(contribution_score)') }} as evidence,
        cast(null as double) as measured_rate

    from {{ ref('contributors') }}
    where
        as_of_date = {{ as_of_date() }}
        and is_koc

),

incident_affected as (

    select
        user_id,
        'incident_affected' as list,
        'affected by ' || {{ whole_number('count(*)') }} || ' open, the first '
        || min(incident_id) as evidence,
        cast(null as double) as measured_rate

    from {{ ref('incident_users') }}
    where is_frozen
    group by user_id

),

survey as (

    -- While an alert of the same rule is open: of whom activity fell.
    select
        warnings.user_id,
        'survey' as list,
        warnings.reason as evidence,
        cast(null as double) as measured_rate

    from {{ ref('churn_warnings') }} as warnings
    where
        warnings.warning_level = 1
        and exists (
            select 1
            from {{ ref('alerts') }} as alerts
            inner join {{ ref('alert_rules') }} as alert_rules
                on alerts.alert = alert_rules.alert
            inner join rules
                on
                    alert_rules.source_id = rules.source_id
                    and rules.list = 'survey'
            where alerts.status = 'open'
        )

),

listed as (

    {% for list in found %}
    select * from {{ list }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

final as (

    select
        {{ as_of_date() }} as as_of_date,
        listed.list,
        listed.user_id,
        listed.evidence,
        listed.measured_rate,
        rules.source_id as rule_id

    from listed
    inner join rules
        on listed.list = rules.list

)

select * from final
