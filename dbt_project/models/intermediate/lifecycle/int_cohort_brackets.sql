{{ config(materialized='view') }}
with

brackets as (

    -- Number by number: two bounds would be tried against each other for every visit.
    select
        listed.period,
        listed.bracket,
        numbers.period_number

    from {{ ref('retention_brackets') }} as listed
    inner join range(730) as numbers (period_number)
        on
            listed.from_period <= numbers.period_number
            and listed.to_period >= numbers.period_number

),

visits as (

    select * from {{ ref('int_cohort_visits') }}
    where is_present

),

returns as (

    select * from {{ ref('int_cohort_returns') }}

),

visitors as (

    -- However often within the bracket, once.
    select
        visits.cohort_by,
        visits.period,
        visits.cohort_start,
        brackets.bracket,
        count(distinct visits.user_id) as users

    from visits
    inner join brackets
        on
            visits.period = brackets.period
            and visits.period_number = brackets.period_number
    group by visits.cohort_by, visits.period, visits.cohort_start, brackets.bracket

),

money as (

    select
        returns.cohort_by,
        returns.period,
        returns.cohort_start,
        brackets.bracket,
        sum(returns.orders) as orders,
        sum(returns.net_revenue) as net_revenue

    from returns
    inner join brackets
        on
            returns.period = brackets.period
            and returns.period_number = brackets.period_number
    group by returns.cohort_by, returns.period, returns.cohort_start, brackets.bracket

),

final as (

    select
        money.cohort_by,
        money.period,
        money.cohort_start,
        money.bracket,
        cast(coalesce(visitors.users, 0) as bigint) as users,
        cast(money.orders as bigint) as orders,
        {{ money('money.net_revenue') }} as net_revenue

    from money
    left join visitors
        on
            money.cohort_by = visitors.cohort_by
            and money.period = visitors.period
            and money.cohort_start = visitors.cohort_start
            and money.bracket = visitors.bracket

)

select * from final
