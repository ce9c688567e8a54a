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

net_money as (

    select sum(case when kind = 'order' then amount else -amount end) as amount
    from {{ ref('int_order_movements') }}
    where
        kind <> 'unmatched_refund'
        and event_date <= {{ as_of_date() }}

),

orders as (

    select count(*) as orders
    from {{ ref('int_orders') }}
    where
        amount is not null
        and order_date <= {{ as_of_date() }}
        and (
            stands_until is null
            or stands_until > {{ as_of_date() }}
        )

),

population as (

    -- Unknown, not nothing, where nobody has ever ordered.
    select {{ rate('net_money.amount', 'orders.orders') }} as mean_net_order
    from net_money
    cross join orders

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
        strategies.scene_zh,
        strategies.content_key,
        strategies.channels as channel_order,
        cast(strategies.unit_cost as decimal(18, 4)) as unit_cost,
        strategies.uplift * population.mean_net_order - cast(strategies.unit_cost as double)
            as expected_value,
        cast(strategies.priority as bigint) as priority,
        cast(strategies.min_silent_days as bigint) as min_silent_days,
        warnings.days_since_activity,
        warnings.days_since_order,
        warnings.reason,
        warnings.reason_zh,
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
        scene_zh,
        content_key,
        channel_order,
        unit_cost,
        cast({{ rounded('expected_value', 4) }} as decimal(18, 4)) as expected_value,
        priority,
        min_silent_days,
        days_since_activity,
        days_since_order,
        reason,
        reason_zh

    from matched
    where strategy_rank = 1

)

select * from final
