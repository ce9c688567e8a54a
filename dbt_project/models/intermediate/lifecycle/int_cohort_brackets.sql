{{ config(materialized='view') }}
{#- However often somebody is there within a bracket, they are counted once. -#}
{%- set visits = ref('int_cohort_visits') ~ ' inner join brackets using (period, period_number)' %}

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

visitors as (

    {{ split_cohorts(
        visits,
        ['cohort_by', 'period', 'clock', 'cohort_start', 'bracket'],
        {'users': 'count(distinct case when is_present then user_id end)'}
    ) }}

),

money as (

    select
        returns.cohort_by,
        returns.period,
        returns.clock,
        returns.cohort_start,
        returns.dimension,
        returns.dimension_value,
        brackets.bracket,
        sum(returns.orders) as orders,
        sum(returns.net_revenue) as net_revenue

    from {{ ref('int_cohort_returns') }} as returns
    inner join brackets
        on
            returns.period = brackets.period
            and returns.period_number = brackets.period_number
    group by
        returns.cohort_by,
        returns.period,
        returns.clock,
        returns.cohort_start,
        returns.dimension,
        returns.dimension_value,
        brackets.bracket

),

final as (

    select
        money.cohort_by,
        money.period,
        money.clock,
        money.cohort_start,
        money.dimension,
        money.dimension_value,
        money.bracket,
        cast(coalesce(visitors.users, 0) as bigint) as users,
        cast(money.orders as bigint) as orders,
        {{ money('money.net_revenue') }} as net_revenue

    from money
    left join visitors
        on
            money.cohort_by = visitors.cohort_by
            and money.period = visitors.period
            and money.clock = visitors.clock
            and money.cohort_start = visitors.cohort_start
            and money.dimension = visitors.dimension
            and money.dimension_value = visitors.dimension_value
            and money.bracket = visitors.bracket

)

select * from final
