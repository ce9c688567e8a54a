{% set found = ['high_value_silent', 'high_potential', 'high_potential_dormant',
    'points_extension', 'max_level_watch', 'core', 'koc', 'incident_affected', 'survey'] %}

with

rules as (

    select
        *,
        '>' || coalesce(tiers, '') || '>' as tier_steps

    from {{ ref('care_rules') }}

),

terms as (

    select
        max(case when parameter = 'launch_days' then value end) as launch_days,
        max(case when parameter = 'silent_after_days' then value end) as silent_after_days

    from {{ ref('parameters') }}

),

first_days as (

    select min(first_seen_date) as first_date
    from {{ ref('dim_users') }}

),

launch as (

    select
        {{ whole_number('terms.launch_days') }} as days,
        terms.silent_after_days,
        {{ dbt.dateadd(
            'day', 'cast(terms.launch_days as integer)', 'first_days.first_date'
        ) }} as until_date

    from first_days
    cross join terms

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
        cast(null as double) as measured_rate,
        cast(null as decimal(18, 2)) as cost

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
        max(settled.rate) as measured_rate,
        cast(null as decimal(18, 2)) as cost

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
        cast(null as double) as measured_rate,
        cast(null as decimal(18, 2)) as cost

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

    -- Here since the launch and all the time, and worth most: whose like asked for it. What is left
    -- to lapse costs nothing, what is kept is owed.
    select
        users.user_id,
        'points_extension' as list,
        users.rfm_tier || ', here since the first ' || launch.days || ' days, '
        || {{ whole_number('floor(balances.expiring_this_month)') }}
        || ' points expire this month' as evidence,
        cast(null as double) as measured_rate,
        {{ payable('balances.expiring_this_month * balances.unit_value') }} as cost

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
        and users.silent_days < launch.silent_after_days

),

max_level_watch as (

    -- Nothing is left to reach for who gave most: also of those who do not give as much any more.
    select
        levels.user_id,
        'max_level_watch' as list,
        'level ' || max(levels.level) || ' for '
        || {{ whole_number('max(levels.days_at_max_level)') }} || ' days, KOC up to '
        || cast(max(kocs.as_of_date) as {{ dbt.type_string() }}) || ', silent for '
        || {{ whole_number('max(users.silent_days)') }} || ' days' as evidence,
        cast(null as double) as measured_rate,
        cast(null as decimal(18, 2)) as cost

    from {{ ref('growth_levels') }} as levels
    inner join users
        on levels.user_id = users.user_id
    inner join {{ ref('contributors') }} as kocs
        on
            levels.user_id = kocs.user_id
            and kocs.is_koc
    inner join rules
        on
            rules.list = 'max_level_watch'
            and coalesce(users.silent_days >= rules.min_silent_days, true)
    where
        levels.as_of_date = {{ as_of_date() }}
        and levels.is_max_level
    group by levels.user_id

),

core as (

    select
        user_id,
        'core' as list,
        'core since ' || cast(min(valid_from) as {{ dbt.type_string() }}) as evidence,
        cast(null as double) as measured_rate,
        cast(null as decimal(18, 2)) as cost

    from {{ ref('core_users') }}
    where valid_to is null
    group by user_id

),

koc as (

    select
        user_id,
        'koc' as list,
        'contribution score ' || {{ whole_number('floor(contribution_score)') }} as evidence,
        cast(null as double) as measured_rate,
        cast(null as decimal(18, 2)) as cost

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
        cast(null as double) as measured_rate,
        cast(null as decimal(18, 2)) as cost

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
        cast(null as double) as measured_rate,
        cast(null as decimal(18, 2)) as cost

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
        {{ money('listed.cost') }} as cost,
        rules.source_id as rule_id

    from listed
    inner join rules
        on listed.list = rules.list

)

select * from final
