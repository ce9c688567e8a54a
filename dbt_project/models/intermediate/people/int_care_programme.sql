{{ config(materialized='view') }}

with

terms as (

    select
        max(case when parameter = 'launch_days' then value end) as launch_days,
        max(case when parameter = 'silent_after_days' then value end) as silent_after_days

    from {{ ref('parameters') }}

),

first_days as (

    select min(first_seen_date) as first_date
    from {{ ref('int_silent_days') }}

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

points_extension as (

    -- Here since the launch and all the time, and worth most: whose like asked for it. What is left
    -- to lapse costs nothing, what is kept is owed.
    select
        users.user_id,
        'points_extension' as list,
        users.rfm_tier || ', here since the first ' || launch.days || ' days, '
        || {{ whole_number('floor(balances.expiring_this_month)') }}
        || ' points expire this month' as evidence,
        users.tier_zh || '，首 ' || launch.days || ' 天用户，本月 '
        || {{ whole_number('floor(balances.expiring_this_month)') }} || ' 积分到期' as evidence_zh,
        {{ payable('balances.expiring_this_month * balances.unit_value') }} as cost

    from {{ ref('int_silent_days') }} as users
    cross join launch
    inner join {{ ref('care_rules') }} as rules
        on
            rules.list = 'points_extension'
            and {{ is_listed('users.rfm_tier', 'rules.tiers') }}
    inner join {{ ref('points_balances') }} as balances
        on users.user_id = balances.user_id
    where
        balances.as_of_date = {{ as_of_date() }}
        and balances.expiring_this_month > 0
        and users.first_seen_date < launch.until_date
        and users.silent_days < launch.silent_after_days

),

at_the_top as (

    -- Nothing is left to reach for who gave most: also of those who do not give as much any more.
    select
        levels.user_id,
        max(levels.level) as level,
        coalesce(max(names.name_zh), max(levels.level)) as level_zh,
        {{ whole_number('max(levels.days_at_max_level)') }} as days,
        cast(max(kocs.as_of_date) as {{ dbt.type_string() }}) as koc_date,
        {{ whole_number('max(users.silent_days)') }} as silent_days

    from {{ ref('growth_levels') }} as levels
    inner join {{ ref('int_silent_days') }} as users
        on levels.user_id = users.user_id
    inner join {{ ref('contributors') }} as kocs
        on
            levels.user_id = kocs.user_id
            and kocs.is_koc
    inner join {{ ref('care_rules') }} as rules
        on
            rules.list = 'max_level_watch'
            and coalesce(users.silent_days >= rules.min_silent_days, true)
    left join {{ ref('level_bands') }} as names
        on levels.level = names.level
    where
        levels.as_of_date = {{ as_of_date() }}
        and levels.is_max_level
    group by levels.user_id

),

max_level_watch as (

    select
        user_id,
        'max_level_watch' as list,
        'level ' || level || ' for ' || days || ' days, KOC up to ' || koc_date
        || ', silent for ' || silent_days || ' days' as evidence,
        level_zh || '等级已 ' || days || ' 天，最近一次 KOC：' || koc_date
        || '，沉默 ' || silent_days || ' 天' as evidence_zh,
        cast(null as decimal(18, 2)) as cost

    from at_the_top

),

final as (

    select * from points_extension
    union all
    select * from max_level_watch

)

select * from final
