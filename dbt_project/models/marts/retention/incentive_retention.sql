with

spans as (

    select * from {{ ref('int_reward_spans') }}

),

takers as (

    {{ reward_takers() }}

),

present as (

    select
        spans.reward,
        spans.phase,
        spans.period_number,
        takers.user_id,
        coalesce(count_if(user_days.events > 0), 0) as active_days,
        sum(user_days.orders) as orders

    from takers
    inner join {{ ref('fct_user_days') }} as user_days
        on takers.user_id = user_days.user_id
    inner join spans
        on
            takers.reward = spans.reward
            and user_days.event_date >= spans.from_date
            and user_days.event_date <= spans.to_date
    where user_days.event_date <= {{ as_of_date() }}
    group by spans.reward, spans.phase, spans.period_number, takers.user_id

),

members as (

    -- Nobody is missing from a time before they came.
    select
        spans.reward,
        spans.phase,
        spans.period_number,
        takers.user_id

    from spans
    inner join takers
        on
            spans.reward = takers.reward
            and spans.to_date >= takers.first_active_date

),

counted as (

    select
        members.reward,
        members.phase,
        members.period_number,
        count(*) as users,
        count(case when present.active_days > 0 then 1 end) as active,
        sum(coalesce(present.active_days, 0)) as active_days,
        sum(coalesce(present.orders, 0)) as orders,
        count(case when present.orders > 0 then 1 end) as buyers,
        count(case when present.orders > 1 then 1 end) as repeat_buyers

    from members
    left join present
        on
            members.reward = present.reward
            and members.phase = present.phase
            and members.period_number = present.period_number
            and members.user_id = present.user_id
    group by members.reward, members.phase, members.period_number

),

levels as (

    -- By reward, and again by kind: the sum of its rewards.
    select
        reward as of_reward,
        reward

    from {{ ref('rewards') }}
    union all
    select
        reward as of_reward,
        'all' as reward

    from {{ ref('rewards') }}

),

told as (

    select
        spans.kind,
        levels.reward,
        spans.phase,
        spans.period_number,
        min(spans.from_date) as from_date,
        max(spans.to_date) as to_date,
        min(case when spans.is_mature then 1 else 0 end) = 1 as is_mature,
        cast(sum(coalesce(counted.users, 0)) as bigint) as users,
        cast(sum(coalesce(counted.active, 0)) as bigint) as active,
        cast(sum(coalesce(counted.active_days, 0)) as bigint) as active_days,
        cast(sum(coalesce(counted.orders, 0)) as bigint) as orders,
        cast(sum(coalesce(counted.buyers, 0)) as bigint) as buyers,
        cast(sum(coalesce(counted.repeat_buyers, 0)) as bigint) as repeat_buyers

    from spans
    inner join levels
        on spans.reward = levels.of_reward
    left join counted
        on
            spans.reward = counted.reward
            and spans.phase = counted.phase
            and spans.period_number = counted.period_number
    group by spans.kind, levels.reward, spans.phase, spans.period_number

),

final as (

    select
        kind as incentive,
        reward,
        phase,
        period_number,
        from_date,
        to_date,
        is_mature,
        users,
        active,
        {{ rate('active', 'users') }} as retention_rate,
        active_days,
        orders,
        buyers,
        repeat_buyers,
        {{ rate('repeat_buyers', 'buyers') }} as repurchase_rate,
        case when users > 0 then 'ok' else 'insufficient_data' end as status

    from told

)

select * from final
