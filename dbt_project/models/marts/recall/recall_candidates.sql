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

channels as (

    select
        acquisition_channel,
        {{ rate('sum(clv_365d)', 'count(clv_365d)') }} as mean_clv

    from users
    group by acquisition_channel

),

everybody as (

    -- Without an accepted fit nobody has one.
    select {{ rate('sum(clv_365d)', 'count(clv_365d)') }} as mean_clv
    from users

),

worth as (

    -- One yardstick a list: the value to come, or an order.
    select
        users.user_id,
        case
            when everybody.mean_clv is null then population.mean_net_order
            else coalesce(cast(users.clv_365d as double), channels.mean_clv, everybody.mean_clv)
        end as user_value,
        case
            when everybody.mean_clv is null then 'mean_order'
            when users.clv_365d is not null then 'clv'
            when channels.mean_clv is not null then 'channel_clv'
            else 'mean_clv'
        end as value_basis

    from users
    cross join population
    cross join everybody
    left join channels
        on users.acquisition_channel = channels.acquisition_channel

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
        worth.user_value,
        worth.value_basis,
        strategies.uplift * worth.user_value - cast(strategies.unit_cost as double)
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
    inner join worth
        on warnings.user_id = worth.user_id

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
        cast({{ rounded('user_value', 4) }} as decimal(18, 4)) as user_value,
        value_basis,
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
