with

warnings as (

    select * from {{ ref('churn_warnings') }}

),

users as (

    select * from {{ ref('dim_users') }}

),

strategies as (

    select * from {{ ref('strategies') }}

),

population as (

    -- What a user is worth on average stands in for those who have not ordered yet.
    select {{ rate('sum(net_revenue)', 'count(*)') }} as value_per_user
    from users

),

matched as (

    -- The most specific, most urgent strategy that fits: a tier of its own comes before `*`.
    select
        warnings.as_of_date,
        warnings.user_id,
        strategies.strategy,
        warnings.warning_level,
        users.rfm_segment as segment,
        coalesce(users.rfm_tier, 'none') as tier,
        users.lifecycle_stage,
        strategies.need,
        strategies.scene,
        strategies.content_key,
        strategies.channels as channel_order,
        cast(strategies.unit_cost as decimal(18, 4)) as unit_cost,
        strategies.uplift * coalesce(
            {{ rate('users.net_revenue', 'users.orders') }}, population.value_per_user, 0
        ) - cast(strategies.unit_cost as double) as expected_value,
        cast(strategies.priority as bigint) as priority,
        warnings.reason,
        row_number() over (
            partition by warnings.user_id order by strategies.priority, strategies.strategy
        ) as strategy_rank

    from warnings
    inner join users
        on warnings.user_id = users.user_id
    inner join strategies
        on
            warnings.warning_level = strategies.warning_level
            and (
                strategies.tier = '*'
                or users.rfm_tier = strategies.tier
            )
    cross join population

),

final as (

    select
        as_of_date,
        user_id,
        strategy,
        warning_level,
        segment,
        tier,
        lifecycle_stage,
        need,
        scene,
        content_key,
        channel_order,
        unit_cost,
        cast({{ rounded('expected_value', 4) }} as decimal(18, 4)) as expected_value,
        priority,
        reason

    from matched
    where strategy_rank = 1

)

select * from final
